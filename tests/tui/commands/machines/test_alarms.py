"""`raceway alarms`: actions from a shell, and errors for impossible ones."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.alarms.alarm import AlarmState, fold_alarms
from engine.config.settings import load_settings
from engine.operator.alarm_actions import acknowledge as acknowledge_as
from engine.operator.alarm_actions import playhead_of, retire
from engine.operator.operator import Act, Operator, operator_of, worded
from engine.records.events import Event, EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.store.store import Store
from engine.system.account import account_name
from tests.tui import synthetic
from tui.cli import app
from tui.commands.options import FAILED, UNUSABLE
from tui.draw.severity import severity_text
from tui.durations import span_of

KEY = f"Bearing 1/limit/{synthetic.RAISED}"
NAMED = "Bearing 1, limit, high, raised 2004-02-16 06:02:39 UTC (ring 3)"
ME = account_name()


@pytest.fixture
def desk(own_store: Path) -> Callable[..., Result]:
    """Return a function that runs `raceway alarms` on a private store."""

    def command(*words: object) -> Result:
        given = ["alarms", *map(str, words), "--state", str(own_store)]
        return CliRunner().invoke(app, given, catch_exceptions=False)

    return command


def listed(desk: Callable[..., Result], *words: object) -> list[dict[str, Any]]:
    done = desk("list", "--all", "--json", *words)
    assert done.exit_code == 0, done.output
    alarms: list[dict[str, Any]] = json.loads(done.stdout)["alarms"]
    return alarms


def state_of(desk: Callable[..., Result], *words: object) -> str:
    (alarm,) = listed(desk, *words)
    return str(alarm["state"])


def begin_sessions(state: Path, *names: str) -> None:
    """Store an operator's action in each session of a replay."""
    with Store.open(state) as store:
        record = store.assessments()[-1]
        for name in names:
            act = Act(Operator("bob"), name, synthetic.at(90), synthetic.WALL)
            retire(store, record, "Bearing 4", "no sensor", act)


def events_of(state: Path) -> tuple[Event, ...]:
    with Store.open(state) as store:
        return store.events(store.assessments()[-1])


def test_without_a_command_the_open_alarms_are_listed(desk: Callable[..., Result]) -> None:
    done = desk()
    assert done.exit_code == 0
    head, headings, row, key, escalated, severities, *advice = done.stdout.splitlines()
    assert head.startswith("ims-set2, as of 2004-02-")
    assert head.endswith("1 unacknowledged")
    assert headings.split() == ["ring", "raised", "what", "cause", "priority", "peak", "state"]
    assert "limit, outer race" in row
    assert row.endswith("stands, UNACKNOWLEDGED")
    assert key == f"  key: {KEY}"
    assert escalated == f"  high priority since {synthetic.at(synthetic.ESCALATED):%Y-%m-%d %H:%M:%S} UTC"
    # Numbers are rounded as on the screen, and each has its time.
    told = [
        (synthetic.RAISED, "{} when raised {}"),
        (synthetic.ESCALATED, "{} at its latest ring {}"),
        (134, "peak {} {}"),
    ]
    words = [
        text.format(
            severity_text(synthetic.severity(0, place)), f"{synthetic.at(place):%Y-%m-%d %H:%M:%S} UTC"
        )
        for place, text in told
    ]
    assert severities == f"  severity: {', '.join(words)}"
    assert f"  {severity_text(synthetic.severity(0, 134))}  " in row
    assert advice == [f"  do: {load_settings().advice.severe}"]


def test_acknowledgement_is_stored_with_who_and_the_second_is_told_who_was_first(
    desk: Callable[..., Result], own_store: Path
) -> None:
    (alarm,) = listed(desk)
    done = desk("ack", alarm["ring"], "--comment", "on my way", "--as", "Grace")
    assert (done.exit_code, done.stdout) == (0, f"Grace ({ME}) acknowledged {NAMED}\n")
    assert state_of(desk) == AlarmState.ACKNOWLEDGED
    again = desk("ack", KEY)
    assert again.exit_code == FAILED
    assert again.stdout.startswith(f"Grace ({ME}) was first, at ")
    (event,) = [one for one in events_of(own_store) if one.kind is EventKind.ACKNOWLEDGED]
    assert event.detail == {"by": f"Grace ({ME})", "user": ME, "comment": "on my way"}


def test_all_acknowledges_what_waits_and_says_so_where_nothing_does(desk: Callable[..., Result]) -> None:
    assert desk("ack", "all").stdout == f"{ME} acknowledged {NAMED}\n"
    assert desk("ack", "all").stdout == "no alarm is unacknowledged\n"


def test_note_stands_beside_its_alarm_without_what_a_terminal_obeys(desk: Callable[..., Result]) -> None:
    assert desk("note", KEY, "grease\x1b]0;x\x07 leaks\nat the seal").exit_code == 0
    (alarm,) = listed(desk)
    assert alarm["notes"] == [{"by": ME, "text": "grease]0;x leaks at the seal"}]
    assert f"note by {ME}: grease]0;x leaks at the seal" in desk().stdout
    assert desk("note", KEY, " \n").exit_code == UNUSABLE


def test_shelf_holds_until_it_is_taken_off_which_acknowledges(desk: Callable[..., Result]) -> None:
    assert desk("shelve", KEY, "--for", "4h", "--reason", "bearing ordered").exit_code == 0
    (alarm,) = listed(desk)
    assert (alarm["state"], alarm["shelved_by"], alarm["shelved_for"]) == ("shelved", ME, "bearing ordered")
    end = datetime.fromisoformat(alarm["shelved_until"]) - synthetic.at(synthetic.COUNT - 1)
    assert end == timedelta(hours=4)
    assert f"shelved by {ME} until" in desk().stdout
    second = desk("shelve", KEY, "--for", "1h", "--reason", "mine")
    assert second.exit_code == FAILED
    assert second.stdout.startswith(f"{ME} was first, at ")
    assert desk("unshelve", KEY).exit_code == 0
    assert state_of(desk) == AlarmState.ACKNOWLEDGED
    late = desk("unshelve", KEY)
    assert (late.exit_code, "was first" in late.stdout) == (FAILED, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--for", "25h", "--reason", "x"], "at most 24 h (alarms.shelf_hours)"),
        (["--for", "4h", "--reason", " "], "a shelf needs a reason"),
        (["--for", "soon", "--reason", "x"], "write it like 30m, 4h or 1d"),
        (["--for", "0m", "--reason", "x"], "at most 24 h"),
    ],
)
def test_shelf_without_end_or_reason_is_refused(
    desk: Callable[..., Result], words: list[str], said: str
) -> None:
    done = desk("shelve", KEY, *words)
    assert (done.exit_code, done.stdout) == (UNUSABLE, "")
    assert said in done.stderr
    assert state_of(desk) == AlarmState.UNACKNOWLEDGED


def test_component_is_taken_out_of_service_and_returned_with_a_word_about_learning(
    desk: Callable[..., Result],
) -> None:
    assert desk("retire", "Bearing 1", "--reason", "new bearing").exit_code == 0
    assert state_of(desk) == AlarmState.OUT_OF_SERVICE
    second = desk("retire", "Bearing 1", "--reason", "also")
    assert (second.exit_code, "was first" in second.stdout) == (FAILED, True)
    back = desk("reinstate", "Bearing 1")
    assert back.exit_code == 0
    assert "learn again" in back.stdout
    assert state_of(desk) == AlarmState.UNACKNOWLEDGED
    assert desk("reinstate", "Bearing 1").exit_code == FAILED


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ack", "4711"], "there is no alarm '4711'"),
        (["unshelve", KEY], "the alarm Bearing 1, limit is not shelved"),
        (["reinstate", "Bearing 2"], "Bearing 2 is not out of service"),
        (["retire", "Bearing 9", "--reason", "x"], "it has Bearing 1, Bearing 2, Bearing 3, Bearing 4"),
        (["list", "--machine", "press"], "no assessment of machine 'press'; it holds ims-set2"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    desk: Callable[..., Result], words: list[str], said: str
) -> None:
    done = desk(*words)
    assert (done.exit_code, done.stdout) == (UNUSABLE, "")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_of_several_machines_one_must_be_named(desk: Callable[..., Result], own_store: Path) -> None:
    with Store.open(own_store) as store:
        store.begin_assessment(
            machine="press 4",
            key="live",
            model="spectral",
            seed=0,
            run="",
            expected=0,
            components=("A",),
            channels=[(1,)],
            units=["g"],
            settings={},
            now=synthetic.WALL,
        )
    done = desk()
    assert done.exit_code == UNUSABLE
    assert "name one by --machine: ims-set2, press 4" in done.stderr
    assert "no alarm is open" in desk("--machine", "press 4").stdout


def test_what_is_done_in_a_session_leaves_the_live_record_and_other_sessions_alone(
    desk: Callable[..., Result], own_store: Path
) -> None:
    begin_sessions(own_store, "night", "day")
    assert desk("shelve", KEY, "--for", "1h", "--reason", "x", "--session", "night").exit_code == 0
    assert desk("retire", "Bearing 1", "--reason", "x").exit_code == 0
    states = [state_of(desk, "--session", name) for name in ("night", "day")]
    assert states == [AlarmState.SHELVED, AlarmState.UNACKNOWLEDGED]
    assert state_of(desk) == AlarmState.OUT_OF_SERVICE


def test_a_session_written_wrong_is_refused_and_begins_no_new_one(
    desk: Callable[..., Result], own_store: Path
) -> None:
    begin_sessions(own_store, "night")
    acts = (["list"], ["ack", "all"], ["shelve", KEY, "--for", "1h", "--reason", "x"], ["stats"])
    for words in acts:
        done = desk(*words, "--session", "nigth")
        assert (done.exit_code, done.stdout) == (UNUSABLE, "")
        assert "no session 'nigth'; the nearest is 'night'" in done.stderr
        assert "Leave --session out for the record without a session" in done.stderr
    with Store.open(own_store) as store:
        assert store.sessions(store.assessments()[-1]) == ("night",)


def test_figures_are_told_as_text_and_as_values(desk: Callable[..., Result]) -> None:
    told = json.loads(desk("stats", "--json").stdout)
    assert (told["rings"], told["standing"], told["stale"]) == (2, [KEY], [KEY])
    assert told["median_seconds"] is None
    text = desk("stats").stdout
    assert "standing now         1: Bearing 1, limit" in text
    assert "Bearing 1, limit" in text


# Author and time of an action


def test_operator_is_the_account_with_a_name_beside_it_and_the_host_come_from() -> None:
    environment = {"SSH_CONNECTION": "192.0.2.7 50022 198.51.100.1 22"}
    assert operator_of("ada", None, environment) == Operator("ada", "", "192.0.2.7")
    grace = operator_of("ada", " Grace\x1b[1m ", {})
    assert grace.by == "Grace[1m (ada)"
    assert grace.plain() == {"by": "Grace[1m (ada)", "user": "ada"}
    assert operator_of("ada", "ada", {}).by == "ada"


def test_words_are_kept_on_one_line_clean_and_not_endless() -> None:
    assert worded("  two\n\twords\u202e ") == "two words"
    assert len(worded("x" * 9999)) == 2000


def test_span_is_written_in_minutes_hours_and_days() -> None:
    assert span_of("1d12h30m") == timedelta(days=1, hours=12, minutes=30)
    assert span_of("1.5h") == timedelta(minutes=90)


def test_instant_of_a_live_record_goes_on_after_its_last_event_and_that_of_a_run_does_not(
    tmp_path: Path,
) -> None:
    finished = synthetic.fill(tmp_path / "run", 5)
    with Store.open(tmp_path / "run") as store:
        later = synthetic.WALL + timedelta(hours=3)
        events = store.events(finished)
        assert playhead_of(store, finished, events, later) == synthetic.at(4)
        live = store.begin_assessment(
            machine="press 4",
            key="live",
            model="spectral",
            seed=0,
            run="",
            expected=0,
            components=("A",),
            channels=[(1,)],
            units=["g"],
            settings={},
            now=synthetic.WALL,
        )
        assert playhead_of(store, live, (), later) is None
        fact = NewEvent(EventKind.STARTED, synthetic.at(7))
        store.add_event(live, fact, synthetic.WALL)
        events = store.events(live)
        assert playhead_of(store, live, events, later) == synthetic.at(7) + timedelta(hours=3)
        came = synthetic.WALL + timedelta(hours=1)
        for hours in (0, 1):
            stamp = synthetic.at(9) - timedelta(hours=hours)
            name = f"file {hours}"
            taken = Intake(name.encode(), name, 1, 1, hours, Outcome.TAKEN, stamp, f"{hours:064}")
            store.settle(live, [taken], (), came + timedelta(hours=hours))
        assert playhead_of(store, live, events, later) == synthetic.at(9) + timedelta(hours=2)


def test_two_consoles_that_acknowledge_the_same_ring_store_it_once(own_store: Path) -> None:
    with Store.open(own_store) as store, Store.open(own_store) as other:
        assessment = store.assessments()[-1]
        (alarm,) = fold_alarms(store.events(assessment), synthetic.at(200))
        answers = [
            acknowledge_as(
                where,
                assessment,
                alarm.ring,
                Act(Operator(who), "", synthetic.at(120), synthetic.WALL),
            )
            for where, who in ((store, "ann"), (other, "bob"))
        ]
    assert [(answer.stored, answer.by) for answer in answers] == [(True, "ann"), (False, "ann")]


# Outcomes.


def test_an_alarm_is_closed_with_an_outcome_that_list_and_metrics_show(
    desk: Callable[..., Result], tmp_path: Path
) -> None:
    photo = tmp_path / "spall.jpg"
    photo.write_bytes(b"jpg")
    words = ("--outcome", "confirmed", "--surface", "outer", "--size", 2.1, "--photo", photo)
    done = desk("close", KEY, *words, "--note", "spall at 6 h", "--replaced")
    assert done.exit_code == 0
    sentence = f"fault confirmed: outer race, 2.1 mm; part replaced; spall at 6 h; photo {photo}"
    assert done.stdout == f"{ME} closed, {sentence}: {NAMED}\n"
    (alarm,) = listed(desk)
    assert alarm["outcome"]["finding"] == "fault confirmed"
    assert (alarm["outcome"]["size_mm"], alarm["outcome"]["replaced"]) == (2.1, True)
    assert f"  outcome by {ME}: {sentence}" in desk("list", "--all").stdout
    assert "1 fault confirmed; 100% of 1 alarms were right" in desk("stats").stdout
    assert json.loads(desk("stats", "--json").stdout)["right_share"] == 1.0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--outcome", "maybe"), "'maybe' is not an outcome"),
        (("--outcome", "confirmed", "--surface", "top"), "'top' is not a surface"),
        (("--outcome", "nothing", "--size", "2"), "belongs to a confirmed fault"),
        (("--outcome", "confirmed", "--size", "nan"), "not a number"),
        (("--outcome", "confirmed", "--size", "-2"), "above 0"),
        (("--outcome", "other"), "needs a note"),
        (("--outcome", "confirmed", "--photo", "/no/photo.jpg"), "no such file"),
    ],
)
def test_an_impossible_outcome_is_one_sentence_and_stores_nothing(
    desk: Callable[..., Result], own_store: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = desk("close", KEY, *words)
    assert done.exit_code == UNUSABLE
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert all(event.kind is not EventKind.CLOSED for event in events_of(own_store))
