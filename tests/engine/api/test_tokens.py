from pathlib import Path

import pytest

from engine.api.tokens import Role, TokensError, load_tokens

GOOD = '[[token]]\nname = "Anna"\nrole = "operate"\ntoken = "a-long-secret-of-anna"\n'


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "tokens.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_token_names_its_caller_and_role(tmp_path: Path) -> None:
    tokens = load_tokens(written(tmp_path, GOOD))
    caller = tokens.caller("Bearer a-long-secret-of-anna")
    assert caller is not None
    assert (caller.name, caller.role) == ("Anna", Role.OPERATE)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer a-long-secret-of-ann", "Basic a-long-secret-of-anna", "Bearer \udcff"],
)
def test_anything_else_is_nobody(tmp_path: Path, header: str) -> None:
    assert load_tokens(written(tmp_path, GOOD)).caller(header) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no [[token]] found"),
        ("[[token]", "is not TOML"),
        ('[[token]]\nname = "A"\n', "needs name, role and token"),
        (GOOD.replace("operate", "root"), "its role must be one of read, score, operate"),
        (GOOD.replace("a-long-secret-of-anna", "short"), "16 characters or more"),
        (GOOD.replace('"Anna"', '""'), "its name must be text"),
        (GOOD + GOOD.replace("Anna", "Ben"), "is that of Anna"),
        ("token = 5", "no [[token]] found"),
    ],
)
def test_a_faulty_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TokensError) as caught:
        load_tokens(written(tmp_path, text))
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(TokensError, match="chmod 600"):
        load_tokens(written(tmp_path, GOOD, mode))


def test_a_link_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    (tmp_path / "link").symlink_to(tmp_path / "tokens.toml")
    for name in ("link", "nothing", "."):
        with pytest.raises(TokensError, match=r"cannot be read|is not a token file|others can read"):
            load_tokens(tmp_path / name)
