"""`raceway engine rename` stores a request with the names; the engine decides."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.alarms.proposals import Step, proposal_event
from engine.records.events import EventKind
from engine.store.store import Store
from tui.cli import app
from tui.commands.machines import engine_requests

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a store with a live record of two components, and no engine."""
    monkeypatch.setattr(engine_requests, "ANSWER_SECONDS", 0.0)
    with Store.open(tmp_path, create=True) as store:
        store.begin_assessment(
            machine="press",
            key="a key",
            model="spectral",
            seed=0,
            run="in",
            expected=0,
            components=("Bearing 1", "a=b", "Süd"),
            channels=((1,), (2,), (3,)),
            units=("g", "g", "g"),
            settings={},
            now=NOW,
        )
    return tmp_path


SPLITS = {
    "Bearing 1=Drive end": ["Bearing 1", "Drive end"],
    " Bearing 1 = Drive end ": ["Bearing 1", "Drive end"],
    "a=b=c": ["a=b", "c"],
    "Bearing 1=a=b": ["Bearing 1", "a=b"],
    "Su\u0308d=Nord": ["Su\u0308d", "Nord"],
    "other=x=y": ["other", "x=y"],
}


@pytest.mark.parametrize(("text", "pair"), SPLITS.items())
def test_rename_asks_the_engine_with_old_and_new_name(state: Path, text: str, pair: list[str]) -> None:
    done = CliRunner().invoke(app, ["engine", "rename", text, "--state", str(state)])
    assert done.exit_code == 1
    assert "the request stays open until an engine watches press" in done.output
    with Store.open(state, read_only=True) as store:
        (asked,) = store.open_requests(store.assessments()[0])
    assert asked.kind is EventKind.REQUESTED
    assert asked.detail["action"] == "rename"
    assert asked.detail["names"] == [pair]


@pytest.mark.parametrize("text", ["Bearing 1", "=", "Bearing 1=", "=Drive end", " = "])
def test_rename_without_two_names_is_unusable(state: Path, text: str) -> None:
    done = CliRunner().invoke(app, ["engine", "rename", text, "--state", str(state)])
    assert done.exit_code == 2
    assert "write OLD=NEW" in done.output
    with Store.open(state, read_only=True) as store:
        assert store.open_requests(store.assessments()[0]) == ()


def propose(state: Path) -> None:
    """Store a proposal that stands."""
    with Store.open(state) as store:
        record = store.assessments()[0]
        span = {"from": NOW.isoformat(), "until": NOW.isoformat()}
        begun = proposal_event(Step.BEGUN, NOW, snapshots=200, reason="a\x1b[2J drift", **span)
        learned = proposal_event(Step.LEARNED, NOW, bundle="abc", name="spectral-abc")
        for event in (begun, learned):
            store.add_event(record, event, NOW)


def test_proposals_are_listed_with_what_they_say(state: Path) -> None:
    none = CliRunner().invoke(app, ["engine", "proposal", "--state", str(state)])
    assert (none.exit_code, none.output) == (0, "no baseline was proposed yet\n")
    propose(state)
    done = CliRunner().invoke(app, ["engine", "proposal", "list", "--state", str(state)])
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "learned    spectral-abc  200 snapshots, 2026-01-01 00:00:00 to 2026-01-01 00:00:00 UTC",
        "           because a[2J drift",
        "           it would have raised and silenced the same alarms as the present baseline",
    ]


@pytest.mark.parametrize(
    ("words", "action", "detail"),
    [
        (["accept"], "accept the proposal", {}),
        (["accept", "--anyway"], "accept the proposal", {"anyway": True}),
        (["refuse", "--reason", "unusual load"], "refuse the proposal", {"reason": "unusual load"}),
    ],
)
def test_proposal_is_decided_by_a_request_with_a_name(
    state: Path, words: list[str], action: str, detail: dict[str, object]
) -> None:
    done = CliRunner().invoke(app, ["engine", "proposal", *words, "--as", "Ada", "--state", str(state)])
    assert done.exit_code == 1
    with Store.open(state, read_only=True) as store:
        (asked,) = store.open_requests(store.assessments()[0])
    assert asked.detail["action"] == action
    assert str(asked.detail["by"]).startswith("Ada")
    assert {key: asked.detail.get(key) for key in detail} == detail
