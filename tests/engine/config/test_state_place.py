"""The address of a database: letters that must be encoded, and a password that nobody sees."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from engine.config.settings import load_settings
from engine.config.state_place import ADDRESS_FILE, shown, state_place
from engine.errors import UnusableError

SECRET = "s3cret"

UNREADABLE = (
    f"postgresql://ada:a@{SECRET}@db/raceway",
    f"postgresql://ada:a/{SECRET}@db/raceway",
    f"postgresql://ada:a?{SECRET}@db/raceway",
    f"postgresql://ada:a#{SECRET}@db/raceway",
    f"postgresql://ada:{SECRET}/raceway",
    f"postgresql://ada:{SECRET}@[::1/raceway",
    f"postgresql://ada:{SECRET}@db:port/raceway",
    f"postgres:/ada:a/{SECRET}@db/raceway",
)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize("address", UNREADABLE)
def test_address_that_cannot_be_read_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(UnusableError, match="the address of the database") as caught:
        state_place(address)
    assert SECRET not in str(caught.value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_encoded_password_reaches_the_driver_and_no_message(password: str) -> None:
    folder = state_place(f"postgresql://ada:{quote(password, safe='')}@db.example/raceway")
    kept = (folder / ADDRESS_FILE).read_text("utf-8")
    assert make_url(kept).password == password
    assert shown(kept) == "postgresql://ada@db.example/raceway"


@pytest.mark.parametrize("name", ["password", "sslpassword", "PASSWORD"])
def test_password_among_the_options_is_not_shown(name: str) -> None:
    address = f"postgresql://ada@db/raceway?{name}={SECRET}&sslmode=require"
    assert shown(address) == "postgresql://ada@db/raceway?sslmode=require"


@pytest.mark.parametrize("database", ["my%20plant", "f%C3%B6rder", "a%25b", "a:b", "it's"])
def test_database_may_have_any_letters(database: str) -> None:
    folder = state_place(f"postgresql://ada@db/{database}")
    assert make_url((folder / ADDRESS_FILE).read_text("utf-8")).database


def test_settings_that_are_stored_hold_no_password() -> None:
    address = f"postgresql://ada:{SECRET}@db/raceway"
    settings = load_settings(overrides={"store.state": address})
    assert settings.store.state == address
    assert settings.plain()["store"]["state"] == "postgresql://ada@db/raceway"
