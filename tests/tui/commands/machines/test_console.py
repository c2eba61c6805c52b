"""`raceway attach` and `raceway snapshot` from the shell."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.errors import StoreError, UnusableError
from engine.operator.alarm_actions import retire
from engine.operator.operator import Act, Operator
from engine.store.store import Store
from tests.tui import synthetic
from tui.cli import app
from tui.commands.machines.console import Choice
from tui.commands.options import FAILED, UNUSABLE
from tui.commands.recordings.run import how_to_return
from tui.console.app import Console

AT = synthetic.at(90)

OTHER: dict[str, Any] = {
    "machine": "fan 2",
    "key": "fan",
    "model": "spectral",
    "seed": 0,
    "run": "/incoming",
    "expected": 0,
    "components": ["Bearing 1"],
    "channels": [(1,)],
    "units": ["V"],
    "settings": {},
    "now": synthetic.WALL,
}


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, words)])
    return result.exit_code, result.output + (result.stderr if result.stderr_bytes else "")


def test_a_frame_is_printed_as_text_of_the_size_asked_for(whole_store: Path) -> None:
    code, printed = run("snapshot", "--state", whole_store, "--size", "60x16")
    assert code == 0
    lines = printed.rstrip("\n").split("\n")
    assert len(lines) == 16
    assert max(map(len, lines)) <= 60
    assert "■ HIGH  Bearing 1" in printed


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("80", "2004.02.16.08.22.39"),
        ("2004-02-17T07:45", "2004.02.17.07.42.39"),
        ("2004-02-17 07:42:39+00:00", "2004.02.17.07.42.39"),
        ("05:12:39", "2004.02.19.05.12.39"),
    ],
)
def test_a_frame_is_of_the_snapshot_asked_for(whole_store: Path, at: str, name: str) -> None:
    code, printed = run(
        "snapshot", "--state", whole_store, "--screen", "bearing", "--at", at, "--size", "160x24"
    )
    assert code == 0
    assert name in printed


def test_a_frame_is_written_as_a_picture(whole_store: Path, tmp_path: Path) -> None:
    code, _ = run("snapshot", "--state", whole_store, "--screen", "alarms", "--svg", tmp_path / "a.svg")
    assert code == 0
    assert (tmp_path / "a.svg").read_text().startswith("<svg")


def test_a_picture_has_all_colours_and_braille_on_any_terminal(
    whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    for term, locale in (("xterm-256color", "C.UTF-8"), ("dumb", "C"), ("linux", "C.UTF-8")):
        monkeypatch.setenv("TERM", term)
        monkeypatch.setenv("LC_ALL", locale)
        path = tmp_path / f"{term}.svg"
        run("snapshot", "--state", whole_store, "--screen", "bearing", "--at", 110, "--svg", path)
        drawn.append(path.read_text())
    assert drawn[0] == drawn[1] == drawn[2]
    assert any(0x2800 < ord(one) <= 0x28FF for one in drawn[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--screen", "alarm"), "is not a screen; the screens are overview"),
        (("--size", "80"), "is not a size"),
        (("--size", "9x9"), "from 20x6 to 500x200"),
        (
            ("--at", "140"),
            "--at '140': that is neither a time nor the number of a snapshot, 0 to 139, 2004",
        ),
        (("--at", "soon"), "that is neither a time nor the number of a snapshot"),
        (("--at", "2003-05-01"), "does not reach there; its snapshots are 0 to 139, 2004-02-12 11:02:39 UTC"),
        (("--at", "2004-02-20"), "--at '2004-02-20': the record does not reach there"),
        (("--session", "nigth shift"), "ims-set2 has no session 'nigth shift'; sessions with stored"),
        (("--machine", "press"), "no assessment of machine 'press'; it holds ims-set2"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    whole_store: Path, options: tuple[str, str], said: str
) -> None:
    code, printed = run("snapshot", "--state", whole_store, *options)
    assert code == UNUSABLE
    assert said in printed


def test_a_session_that_there_is_not_is_refused_and_those_there_are_are_named(own_store: Path) -> None:
    with Store.open(own_store) as store:
        record = store.assessments()[-1]
        act = Act(Operator("bob"), "night shift", synthetic.at(90), synthetic.WALL)
        retire(store, record, "Bearing 4", "no sensor", act)
        assert store.sessions(record) == ("night shift",)
        assert Choice(own_store, None, "night shift")(store) == record
        with pytest.raises(UnusableError, match="no session 'nigth shift'"):
            Choice(own_store, None, "nigth shift")(store)
    code, printed = run("snapshot", "--state", own_store, "--session", "nigth shift")
    assert code == UNUSABLE
    assert "no session 'nigth shift'; the nearest is 'night shift'" in printed
    assert "stored actions: 'night shift'" in printed
    code, printed = run("snapshot", "--state", own_store, "--session", "night shift")
    assert code == 0
    assert "session night shift" in printed


def test_who_leaves_a_replay_is_told_the_command_that_shows_it_again(own_store: Path, tmp_path: Path) -> None:
    with Store.open(own_store) as store:
        record = store.assessments()[-1]
    told = how_to_return(own_store, tmp_path / "my own.toml", record.key, "night shift").splitlines()
    bare = ["raceway", "attach", "--state", str(own_store), "--config", str(tmp_path / "my own.toml")]
    assert shlex.split(told[-1].removeprefix("to see it again: ")) == bare
    with Store.open(own_store) as store:
        retire(store, record, "Bearing 4", "no sensor", Act(Operator("bob"), "night shift", AT, AT))
    told = how_to_return(own_store, None, record.key, "night shift").splitlines()
    words = shlex.split(told[-1].removeprefix("to see it again: "))
    assert words == [*bare[:4], "--session", "night shift"]
    assert run("snapshot", *words[2:])[0] == 0


def test_where_a_replay_left_no_store_there_is_nothing_to_show_again(tmp_path: Path) -> None:
    assert how_to_return(tmp_path, None, "key", "night shift") == f"store: {tmp_path}"


def test_keys_that_clash_are_refused_before_anything_is_opened(whole_store: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[keys]\nfollow = "q"\n')
    code, printed = run("attach", "--state", whole_store, "--config", tmp_path / "mine.toml")
    assert code == UNUSABLE
    assert "keys.follow and keys.quit are both 'q'" in printed


def test_a_folder_without_a_store_is_refused_before_there_is_a_screen(tmp_path: Path) -> None:
    code, printed = run("attach", "--state", tmp_path)
    assert code == FAILED
    assert "there is no store here yet; start a run first" in printed


@pytest.mark.parametrize(
    ("refused", "expected"),
    [(UnusableError("nothing of it"), UNUSABLE), (StoreError("of version 99"), FAILED)],
)
def test_what_is_refused_behind_the_screen_ends_the_command_in_a_sentence(
    whole_store: Path, monkeypatch: pytest.MonkeyPatch, refused: Exception, expected: int
) -> None:
    def give_up(console: Console, **_options: object) -> None:
        console.refused = refused  # type: ignore[assignment]  # one of the two

    monkeypatch.setattr(Console, "run", give_up)
    monkeypatch.setattr("tui.console.launch.on_terminal", lambda: True)
    code, printed = run("attach", "--state", whole_store)
    assert (code, printed.splitlines()[0]) == (expected, f"raceway: {refused}")


def test_of_several_machines_the_newest_record_is_picked_and_that_there_are_several_is_known(
    own_store: Path,
) -> None:
    only = Choice(own_store, None)
    with Store.open(own_store) as store:
        assert only(store).machine == "ims-set2"
        other = store.begin_assessment(**OTHER)
        either, named = Choice(own_store, None), Choice(own_store, "ims-set2")
        assert (either(store).id, named(store).machine) == (other.id, "ims-set2")
    assert (only.several, either.several, named.several) == (False, True, False)


def test_a_frame_of_several_machines_is_of_the_one_named_or_of_all(own_store: Path) -> None:
    with Store.open(own_store) as store:
        store.begin_assessment(**OTHER)
    code, printed = run("snapshot", "--state", own_store)
    assert code == UNUSABLE
    assert "the store holds several machines; name one by --machine: fan 2, ims-set2" in printed
    assert run("snapshot", "--state", own_store, "--machine", "ims-set2")[0] == 0
    for word in ("machines", "fleet"):
        code, printed = run("snapshot", "--state", own_store, "--screen", word)
        assert code == 0
        assert "fan 2" in printed
    assert "ims-set2" in printed


def test_without_a_terminal_the_console_says_what_does_without_one(whole_store: Path) -> None:
    code, printed = run("attach", "--state", whole_store, "--read-only", "--as", "Grace")
    assert code == UNUSABLE
    assert "raceway snapshot" in printed
