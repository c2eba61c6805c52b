"""`raceway status`: text and exit code for scripts."""

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from engine.alarms.alarm import EPISODES, fold_alarms
from engine.records.assessment import Assessment, Quality
from engine.records.events import Event
from engine.records.intake import Outcome
from engine.records.progress import SILENCE, Heartbeat, Phase
from engine.records.stored_settings import StoredSettings
from engine.reports.latest import NEVER, Latest
from tests.engine.handmade_events import (
    ACKNOWLEDGED,
    CLEARED,
    RAISED,
    at,
    engine_event,
    operator_event,
    retired,
    shelved,
)
from tests.engine.rigs import WALL
from tui.output.conditions import NO_ORDER, Code, Standing, code_of, conditions, engine_code, worst
from tui.output.status_report import told

LIVE = Assessment(
    id=1,
    machine_id=1,
    machine="press 4",
    key="live",
    model="spectral",
    seed=0,
    run="/srv/in",
    expected=0,
    created_at=WALL,
    components=("Left", "Right"),
    channels=((1,), (2,)),
    units=("g", "g"),
    settings=StoredSettings(),
)
NOBODY: dict[Outcome, int] = dict.fromkeys(Outcome, 0)


def beat(phase: Phase, seconds: float = 1.0, done: int = 66, total: int = 66, message: str = "") -> Heartbeat:
    return Heartbeat(WALL - timedelta(seconds=seconds), 4711, phase, done, total, message)


WELL = Standing(
    assessment=LIVE,
    now=WALL,
    heartbeat=beat(Phase.WATCHING),
    newest=at(0),
    latest=(Latest(0.5, Quality.RUNNING), Latest(None, Quality.STOPPED, last=(0.409, at(-20)))),
    alarms=(),
    accepted=True,
    learned=True,
    counts=NOBODY | {Outcome.TAKEN: 66, Outcome.LATE: 1},
    refused=(),
    again="raceway watch /srv/in --state /var/st",
    stop="raceway engine stop --state /var/st --machine 'press 4'",
)
REPLAYED = replace(WELL, assessment=replace(LIVE, expected=66), heartbeat=beat(Phase.FINISHED, 9e6))


def ringing(*events: Event) -> Standing:
    return replace(WELL, alarms=fold_alarms(events, at(60), EPISODES))


def alike(standing: Standing, phase: Phase, seconds: float = 1.0) -> Standing:
    return replace(standing, heartbeat=beat(phase, seconds))


SILENT = SILENCE / timedelta(seconds=1) + 0.1


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (WELL, Code.WELL),
        (alike(WELL, Phase.WATCHING, SILENT - 0.2), Code.WELL),
        (alike(WELL, Phase.WATCHING, SILENT), Code.CRITICAL),
        (alike(replace(WELL, there=True, full=True), Phase.WATCHING, SILENT), Code.CRITICAL),
        (alike(WELL, Phase.WATCHING, -SILENT), Code.CRITICAL),
        (replace(WELL, there=True), Code.WELL),
        (replace(WELL, there=False), Code.CRITICAL),
        (alike(replace(WELL, there=True), Phase.NO_FOLDER), Code.CRITICAL),
        (alike(WELL, Phase.HOLDING), Code.WARNING),
        (replace(WELL, newest=None), Code.WARNING),
        (replace(WELL, recent=(Outcome.LATE,) * 3), Code.WARNING),
        (replace(WELL, recent=(Outcome.LATE, Outcome.CONFLICT, Outcome.QUARANTINED)), Code.WARNING),
        (replace(WELL, recent=(Outcome.LATE, Outcome.LATE, Outcome.TAKEN)), Code.WELL),
        (replace(WELL, recent=(Outcome.LATE,)), Code.WELL),
        (replace(WELL, recent=(Outcome.TAKEN, Outcome.LATE) * 8), Code.WARNING),
        (replace(WELL, recent=(Outcome.TAKEN,) * 11 + (Outcome.LATE,) * 5), Code.WELL),
        (replace(WELL, accepted=False), Code.WELL),
        (replace(WELL, accepted=False, doubts=("a line stands in the baseline",)), Code.WARNING),
        (replace(WELL, doubts=("a line stands in the baseline",)), Code.WELL),
        (replace(REPLAYED, there=False), Code.WELL),
        (replace(REPLAYED, accepted=False, doubts=("a line stands in the baseline",)), Code.WELL),
        (alike(WELL, Phase.GATHERING), Code.WARNING),
        (alike(WELL, Phase.GATHERING, SILENT), Code.CRITICAL),
        (alike(WELL, Phase.LEARNING), Code.WARNING),
        (alike(WELL, Phase.PAUSED), Code.CRITICAL),
        (alike(WELL, Phase.FAILED), Code.CRITICAL),
        (alike(WELL, Phase.ENDED), Code.CRITICAL),
        (replace(WELL, heartbeat=None), Code.UNKNOWN),
        (REPLAYED, Code.WELL),
        (alike(REPLAYED, Phase.LEARNING), Code.WELL),
        (alike(REPLAYED, Phase.SCORING, SILENT), Code.CRITICAL),
        (alike(REPLAYED, Phase.FAILED), Code.CRITICAL),
        (ringing(engine_event(1, RAISED, 0)), Code.CRITICAL),
        (ringing(engine_event(1, RAISED, 0), operator_event(2, ACKNOWLEDGED, 1, 1)), Code.CRITICAL),
        (ringing(engine_event(1, RAISED, 0), engine_event(2, CLEARED, 5)), Code.WARNING),
        (
            ringing(
                engine_event(1, RAISED, 0), engine_event(2, CLEARED, 5), operator_event(3, ACKNOWLEDGED, 6, 1)
            ),
            Code.WELL,
        ),
        (ringing(engine_event(1, RAISED, 0, "Left/trend/a", priority="low")), Code.WARNING),
        (ringing(engine_event(1, RAISED, 0, "machine/stopped/a", priority="low")), Code.WARNING),
        (
            ringing(
                engine_event(1, RAISED, 0, "machine/stopped/a", priority="low"),
                operator_event(2, ACKNOWLEDGED, 1, 1, "machine/stopped/a"),
            ),
            Code.WELL,
        ),
        (ringing(engine_event(1, RAISED, 0), shelved(2, 1, 1, 600)), Code.WELL),
        (ringing(engine_event(1, RAISED, 0), retired(2, 1)), Code.WELL),
        (replace(WELL, refused=(("notes.txt", "its name is not a time"),)), Code.WARNING),
    ],
)
def test_exit_code_is_the_worst_that_is_true(standing: Standing, code: Code) -> None:
    assert code_of(standing) is code


@pytest.mark.parametrize(
    ("heartbeat", "code"),
    [
        (beat(Phase.WATCHING), Code.WELL),
        (beat(Phase.LEARNING), Code.WELL),
        (beat(Phase.NO_FOLDER), Code.WELL),
        (beat(Phase.PAUSED, SILENT), Code.WELL),
        (beat(Phase.WATCHING, SILENT), Code.CRITICAL),
        (beat(Phase.WATCHING, -SILENT), Code.CRITICAL),
        (beat(Phase.FAILED), Code.CRITICAL),
        (beat(Phase.ENDED), Code.CRITICAL),
        (None, Code.UNKNOWN),
    ],
)
def test_health_of_an_engine_is_its_heartbeat_alone(heartbeat: Heartbeat | None, code: Code) -> None:
    assert engine_code(heartbeat, WALL) is code


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        ([], Code.UNKNOWN),
        ([Code.WELL, Code.WARNING], Code.WARNING),
        ([Code.UNKNOWN, Code.WARNING], Code.UNKNOWN),
        ([Code.CRITICAL, Code.UNKNOWN, Code.WELL], Code.CRITICAL),
    ],
)
def test_store_of_several_machines_is_as_bad_as_the_worst(codes: Sequence[Code], whole: Code) -> None:
    assert worst(codes) is whole


def test_long_and_wide_names_stand_whole_and_in_one_column() -> None:
    names = ("軸受" * 12, "Bearing of the second stage of the compressor, drive", "e\u0301")
    latest = (Latest(0.5, Quality.RUNNING),) * 3
    lines = told(replace(WELL, assessment=replace(LIVE, components=names), latest=latest))
    rows = [one for one in lines if "no alarm" in one]
    assert all(name in row for name, row in zip(names, rows, strict=True))
    assert len({cell_len(row) for row in rows}) == 1


def test_a_scored_run_leaves_its_engine_idle() -> None:
    (line,) = [one for one in told(REPLAYED) if one.startswith("engine")]
    assert line == "engine    idle: scored 66 of 66, 104 d ago"


def test_machine_that_is_well_takes_a_few_lines() -> None:
    assert told(WELL) == [
        "machine   press 4 (watching /srv/in)",
        "engine    watching 66 of 66, beat 1 s ago (process 4711)",
        "data      newest 2004-02-16 03:00:00 UTC",
        "baseline  accepted",
        "          Left                  0.50  no alarm",
        "          Right                 stopped, last 0.40 at 2004-02-16 02:40:00 UTC  no alarm",
        "alarms    0 to acknowledge, 0 standing, 0 shelved or out of service",
        "files     66 taken, 1 late",
    ]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            lambda one: replace(one, heartbeat=beat(Phase.GATHERING, done=37, total=150)),
            "engine    gathering 37 of 150, beat 1 s ago (process 4711)",
        ),
        (
            lambda one: replace(one, heartbeat=beat(Phase.WATCHING, 600)),
            "engine    DEAD: silent for 10 min, it was watching (66 of 66)",
        ),
        (
            lambda one: replace(one, heartbeat=beat(Phase.WATCHING, 600), there=True, full=True),
            "do        the disk of the store is full: free some space, and it continues",
        ),
        (
            lambda one: replace(one, heartbeat=beat(Phase.WATCHING, 600), there=True),
            "engine    SILENT for 10 min, it was watching (66 of 66), but its process is there",
        ),
        (
            lambda one: replace(one, heartbeat=beat(Phase.FAILED, 7200, 0, 0, "the disk fails")),
            "engine    FAILED 2 h ago, after 0 snapshots: the disk fails",
        ),
        (lambda one: replace(one, heartbeat=None), "engine    has not run yet"),
        (
            lambda one: replace(one, heartbeat=beat(Phase.WATCHING, -3600)),
            "engine    DEAD: silent; its heartbeat is 60 min ahead of the clock, it was watching (66 of 66)",
        ),
        (
            lambda one: replace(one, latest=(Latest(None, None, silent=True, last=(0.5, at(0))),) * 2),
            "          Left                  NO DATA, last 0.50 at 2004-02-16 03:00:00 UTC  no alarm",
        ),
        (
            lambda one: replace(one, latest=(NEVER,) * 2),
            "          Left                  no score yet  no alarm",
        ),
        (
            lambda one: replace(one, latest=(Latest(None, Quality.DEAD),) * 2),
            "          Left                  sensor dead  no alarm",
        ),
        (lambda one: replace(one, newest=None), "data      no snapshot yet"),
        (
            lambda one: replace(one, accepted=False),
            "baseline  provisional until a person accepts it (raceway accept)",
        ),
        (lambda one: replace(one, counts=NOBODY), "files     none yet"),
        (lambda _one: REPLAYED, "machine   press 4 (finished run /srv/in)"),
        (
            lambda one: replace(one, refused=tuple((f"{n}", "empty") for n in range(5))),
            "refused   and 2 more (raceway store export lists them)",
        ),
        (
            lambda _one: ringing(engine_event(7, RAISED, 0)),
            "          Left                  0.50"
            "  limit, medium, raised 2004-02-16 03:00:00 UTC, UNACKNOWLEDGED (ring 7)",
        ),
        (
            lambda _one: ringing(
                engine_event(7, RAISED, 0, surface="outer race"),
                operator_event(8, ACKNOWLEDGED, 30, 7, by="Mia"),
            ),
            "          Left                  0.50  limit, outer race, medium, raised 2004-02-16 03:00:00 UTC,"
            " acknowledged 2004-02-16 03:30:00 UTC by Mia (ring 7)",
        ),
        (
            lambda _one: ringing(engine_event(7, RAISED, 0), engine_event(8, CLEARED, 40)),
            "          Left                  0.50  limit, medium, raised 2004-02-16 03:00:00 UTC,"
            " returned 2004-02-16 03:40:00 UTC, UNACKNOWLEDGED (ring 7)",
        ),
    ],
)
def test_line_that_tells_what_is_not_well(change: Callable[[Standing], Standing], line: str) -> None:
    assert line in told(change(WELL))


def test_alarm_of_the_machine_itself_has_a_line_of_its_own() -> None:
    event = replace(engine_event(3, RAISED, 0, "machine/no data/a"), source="machine", component="")
    (line,) = [line for line in told(ringing(event)) if line.startswith("          machine  ")]
    assert line.endswith("  no data, medium, raised 2004-02-16 03:00:00 UTC, UNACKNOWLEDGED (ring 3)")


def test_second_alarm_of_a_component_has_a_line_below_the_first() -> None:
    sensor = replace(engine_event(4, RAISED, 1, "Left channel 1/sensor dead/a"), component="Left")
    lines = told(ringing(engine_event(3, RAISED, 0), sensor))
    here = next(number for number, text in enumerate(lines) if text.startswith("          Left  "))
    assert "(ring " in lines[here]
    assert lines[here + 1].startswith("           ")
    assert {"ring 3", "ring 4"} == {text.rpartition("(")[2].rstrip(")") for text in lines[here : here + 2]}


def test_fresh_machine_without_a_baseline_says_nothing_of_it() -> None:
    assert not [line for line in told(replace(WELL, learned=False)) if line.startswith("baseline")]


AGAIN, STOP = f"start it again: {WELL.again}", WELL.stop


@pytest.mark.parametrize(
    ("standing", "remedies"),
    [
        (WELL, []),
        (replace(WELL, heartbeat=None), []),
        (alike(WELL, Phase.PAUSED), []),
        (alike(WELL, Phase.WATCHING, SILENT), [AGAIN]),
        (alike(WELL, Phase.FAILED), [AGAIN]),
        (alike(WELL, Phase.ENDED), [AGAIN]),
        (
            alike(replace(WELL, there=True), Phase.WATCHING, SILENT),
            [f"it hangs or cannot write: see its log, or end it: {STOP}", f"and then {AGAIN}"],
        ),
        (
            alike(replace(REPLAYED, there=True), Phase.SCORING, SILENT),
            ["it hangs or cannot write: see its log"],
        ),
        (
            alike(REPLAYED, Phase.SCORING, SILENT),
            ["start the same command again; it continues where it stopped"],
        ),
        (REPLAYED, []),
    ],
)
def test_command_that_mends_an_engine_is_told_whole(standing: Standing, remedies: list[str]) -> None:
    lines = [line.removeprefix("do        ") for line in told(standing) if line.startswith("do ")]
    assert lines == remedies


def in_state(name: str) -> Standing:
    """Return a machine in the state of this name."""
    advisory = engine_event(1, RAISED, 0, "Left/trend/a", priority="low")
    return {
        "no engine has run yet": replace(WELL, heartbeat=None),
        "engine silent": alike(WELL, Phase.WATCHING, SILENT),
        "engine gone": replace(WELL, there=False),
        "engine failed": alike(WELL, Phase.FAILED),
        "intake paused": alike(WELL, Phase.PAUSED),
        "engine ended": alike(WELL, Phase.ENDED),
        "folder missing": alike(WELL, Phase.NO_FOLDER),
        "recording times ahead of the clock": alike(WELL, Phase.HOLDING),
        "no snapshot yet": replace(WELL, newest=None),
        "the last recordings are not judged": replace(WELL, recent=(Outcome.LATE,) * 3),
        "files refused": replace(WELL, refused=(("notes.txt", "its name is not a time"),)),
        "alarm stands": ringing(engine_event(1, RAISED, 0), operator_event(2, ACKNOWLEDGED, 1, 1)),
        "alarm of a former layout": replace(
            WELL, former=(("press 4#1", ringing(engine_event(1, RAISED, 0)).alarms[0]),)
        ),
        "advisory stands": ringing(advisory, operator_event(2, ACKNOWLEDGED, 1, 1, "Left/trend/a")),
        "alarm not acknowledged": ringing(engine_event(1, RAISED, 0), engine_event(2, CLEARED, 5)),
        "messages fail": replace(WELL, channels=("env:SHIFT takes no messages",)),
        "no baseline yet": alike(WELL, Phase.GATHERING),
        "not watched yet": alike(WELL, Phase.STARTING),
        "not watched any more": alike(WELL, Phase.REMOVED),
        "baseline in doubt": replace(WELL, accepted=False, doubts=("a line stands in the baseline",)),
    }[name]


def documented() -> dict[str, int]:
    """Return the states and codes of the table in docs/service.md."""
    text = (Path(__file__).parents[3] / "docs" / "service.md").read_text()
    return {name: int(code) for name, code in re.findall(r"^\| ([a-z ]+) \| (\d) \| ", text, re.M)}


@pytest.mark.parametrize(("name", "code"), documented().items())
def test_every_documented_state_has_its_code(name: str, code: int) -> None:
    assert [(one.name, one.code) for one in conditions(in_state(name))] == [(name, Code(code))]


@pytest.mark.parametrize(
    ("recent", "words"),
    [
        ((Outcome.QUARANTINED,) * 3, "; the last 3 recordings were refused"),
        ((Outcome.LATE,) * 3, "; the last 3 recordings came late or were refused, and are not judged"),
        (
            (Outcome.TAKEN, Outcome.LATE) * 8,
            "; 8 of the last 16 recordings came late and are not judged",
        ),
        ((Outcome.TAKEN,) * 16, ""),
    ],
)
def test_recordings_that_are_not_judged_are_told_for_what_they_are(
    recent: tuple[Outcome, ...], words: str
) -> None:
    (line,) = [one for one in told(replace(WELL, recent=recent)) if one.startswith("data ")]
    assert line.partition(" UTC")[2] == words


def test_every_state_is_documented() -> None:
    source = Path(inspect.getfile(conditions)).read_text()
    named = set(re.findall(r'Condition\(Code\.\w+, "([^"]+)"\)', source)) | {NO_ORDER}
    assert named == set(documented())
