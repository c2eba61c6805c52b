"""Explanations: every sentence of an alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.explanation.explain import explain_alarm, explain_component, explain_machine
from engine.explanation.record import Record
from engine.explanation.sentence import Sentence, Topic
from engine.records.events import Event, EventKind
from tests.engine.explanation.records import learned, record, rising, settings_of
from tests.engine.explanation.situations import AT, raised

LINES = [
    {"order": 1, "sideband": 0, "found_at": 236.0, "times_baseline": 33.84},
    {"order": 2, "sideband": 0, "found_at": 472.0, "times_baseline": 16.31},
]
RING = raised(7, at=AT - timedelta(minutes=30), detail={"severity": 1.2, "error": 2.0, "limit": 1.0})
NAN = float("nan")


def about(found: tuple[Sentence, ...], topic: Topic) -> list[str]:
    return [sentence.text for sentence in found if sentence.topic is topic]


def of_first(made: Record) -> tuple[Sentence, ...]:
    return explain_alarm(made, made.alarms[0])


def event(seq: int, kind: EventKind, detail: dict[str, object], ring: int | None = None) -> Event:
    return replace(raised(seq, kind, at=AT, detail={}), ring=ring, detail=detail)


# What, since when, how bad, how fast.


def test_an_alarm_of_the_limit_is_named_with_its_priority_and_times() -> None:
    found = of_first(record(rising(), [RING]))
    assert about(found, Topic.WHAT) == ["Bearing 1 is above its limit (MEDIUM alarm)."]
    assert about(found, Topic.SINCE) == [
        "Above the limit since 16 Feb 2004 00:52 UTC, alarm raised 16 Feb 2004 03:12 UTC."
    ]
    assert about(found, Topic.SEVERITY) == [
        "Severity is 2.70 times its limit on 16 Feb 2004 03:42 UTC;"
        " its peak was 2.70 on 16 Feb 2004 03:42 UTC."
    ]


def test_growth_is_said_with_the_time_over_which_it_was_measured_and_what_it_leads_to() -> None:
    assert about(of_first(record(rising(60), [RING])), Topic.GROWTH)[0] == (
        "Severity doubles every 119 min over the last 6 h."
    )
    assert about(of_first(record(rising(), [RING])), Topic.GROWTH)[1].startswith(
        "If this continues, it reaches HIGH priority (severity 4.00) on 16 Feb 2004 04:"
    )


def test_with_too_few_snapshots_growth_is_not_guessed() -> None:
    assert about(of_first(record(rising(5, 2.0), [RING])), Topic.GROWTH) == [
        "Its growth is not known: 5 snapshots have a severity; 8 are needed."
    ]


def test_a_steady_severity_is_called_so() -> None:
    assert about(of_first(record([[2.0, 0.4]] * 40, [RING])), Topic.GROWTH) == [
        "Severity neither rises nor falls steadily.",
        "In 2 h its severity is expected at 2.00, between 2.00 and 2.00 (80 % of 20 earlier forecasts erred"
        " less).",
    ]


@pytest.mark.parametrize(
    ("quality", "why"),
    [
        ("stopped", "the machine is stopped"),
        ("dead", "the sensor gives no signal"),
        ("clipped", "the sensor is at the end of its range"),
        ("invalid", "the last snapshot holds impossible numbers"),
    ],
)
def test_an_unknown_severity_is_said_with_its_reason(quality: str, why: str) -> None:
    found = of_first(record([*rising(), [NAN, NAN]], [RING], quality=quality))
    assert about(found, Topic.SEVERITY)[0].startswith(
        f"Severity is not known now: {why}; its peak was 2.70 on"
    )


def test_where_data_stopped_nothing_is_known_of_now() -> None:
    found = of_first(record(rising(), [RING], at=AT + timedelta(days=1)))
    assert "no snapshot has arrived for several intervals" in about(found, Topic.SEVERITY)[0]
    assert about(found, Topic.GROWTH) == []


def test_nothing_after_the_instant_is_used() -> None:
    early = AT - timedelta(minutes=20)
    later = event(9, EventKind.DIAGNOSED, {"surface": "outer race", "lines": LINES, "channel": 1})
    whole = record(rising(), [RING, later], at=early)
    part = record(rising()[:-2], [replace(RING)], at=early)
    cut = replace(part, series=replace(part.series, at=part.series.at - 2 * 600_000_000))
    assert of_first(whole) == of_first(cut)


def test_a_return_is_said() -> None:
    cleared = event(9, EventKind.CLEARED, {"severity": 0.8})
    found = of_first(record(rising(), [RING, cleared]))
    assert about(found, Topic.WHAT) == [
        "Bearing 1 was above its limit (MEDIUM alarm); the alarm has returned."
    ]
    assert about(found, Topic.DO) == ["It is over. Find its cause, and acknowledge it."]


def test_an_advisory_names_the_time_of_the_limit() -> None:
    detail = {
        "cause": "trend",
        "priority": "low",
        "seconds_to_limit": 7200.0,
        "earliest": 3600.0,
        "latest": 9000.0,
    }
    found = of_first(record(rising(30, 0.1), [raised(7, detail=detail)]))
    assert about(found, Topic.WHAT) == ["Bearing 1 rises towards its limit (low alarm)."]
    assert about(found, Topic.GROWTH)[-1] == (
        "If this continues, it reaches its limit on 16 Feb 2004 05:42 UTC"
        " (forecast: 60 min to 2 h after the ring)."
    )


def test_alarms_of_machine_and_channel_are_named_with_their_message() -> None:
    silent = replace(
        raised(7, component="", detail={"cause": "no data", "message": "no file since 03:12"}),
        source="machine",
    )
    found = of_first(record(rising(), [silent]))
    assert about(found, Topic.WHAT) == [
        "The machine has an alarm: no data (MEDIUM).",
        "The engine reports: no file since 03:12.",
    ]
    dead = replace(raised(7, component="", detail={"cause": "sensor dead", "channel": 2}), source="channel 2")
    assert about(of_first(record(rising(), [dead])), Topic.WHAT) == [
        "The channel 2 has an alarm: sensor dead on channel 2 (MEDIUM)."
    ]


# Which component, and which surface.


def test_the_margin_to_the_next_component_is_that_of_the_shares_as_written() -> None:
    assert about(of_first(record(rising(), [RING], share=[0.824, 0.176])), Topic.COMPONENT) == [
        "Bearing 1 has 82 % of the machine's error on 16 Feb 2004 03:42 UTC; next is Bearing 2 with 18 %,"
        " a margin of 64 percentage points."
    ]
    assert about(of_first(record(rising(), [RING], share=[0.2, 0.8])), Topic.COMPONENT) == [
        "Bearing 1 has 20 % of the machine's error on 16 Feb 2004 03:42 UTC; Bearing 2 has more, 80 %."
    ]


def test_a_single_component_is_compared_with_none() -> None:
    made = record([[row[0]] for row in rising()], [RING], names=("Bearing 1",))
    assert about(of_first(made), Topic.COMPONENT) == [
        "Bearing 1 is the only component of the machine; no other is compared."
    ]


def test_a_neighbour_is_named() -> None:
    heard = raised(7, detail={"carried_from": "Bearing 2", "priority": "low"})
    assert about(of_first(record(rising(), [heard])), Topic.COMPONENT)[1] == (
        "Bearing 1 is probably heard from Bearing 2, so its priority stays low."
    )
    beside = raised(7, detail={"beside": "Bearing 2", "beside_severity": 5.9, "severity": 2.99})
    assert about(of_first(record(rising(), [beside])), Topic.COMPONENT)[1] == (
        "Bearing 1 shows signs of its own, but Bearing 2 was worse when it last rang (5.90 against 2.99)."
    )


def test_a_surface_is_named_with_its_evidence() -> None:
    detail = {"surface": "outer race", "lines": LINES, "channel": 1, "band": [3840.0, 5120.0]}
    found = of_first(record(rising(), [RING, event(8, EventKind.DIAGNOSED, detail)]))
    assert about(found, Topic.SURFACE) == [
        "The outer race is named since 16 Feb 2004 03:42 UTC on channel 1, from the envelope of"
        " 3.84–5.12 kHz: 236.0 Hz (harmonic 1) at 33.8 times its baseline, 472.0 Hz (harmonic 2)"
        " at 16.3 times its baseline."
    ]
    assert next(one for one in found if one.topic is Topic.SURFACE).events == (8,)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (settings_of(geometry=False), "the geometry of the bearing is not set"),
        (settings_of(speed=0.0), "the speed of the shaft is not set"),
        (settings_of(), "no set of fault lines stands clear of its baseline so far"),
        (replace(settings_of(), parts=()), "the settings of this record give no geometry of the bearing"),
    ],
)
def test_without_a_surface_the_reason_is_given(settings: object, why: str) -> None:
    made = record(rising(), [RING], settings=settings)  # type: ignore[arg-type]  # parametrized
    assert about(of_first(made), Topic.SURFACE) == [f"No surface is named: {why}."]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            2048,
            "resolve 10.0 Hz, which does not separate the lines of the inner race, the rolling element",
        ),
        (5120, "0.25 s resolve 4.0 Hz, which does not separate the lines of the cage."),
        (
            4096,
            "the lines of the cage and hides behind orders of the shaft the lines of the outer race and the"
            " inner race.",
        ),
    ],
)
def test_surfaces_that_the_recordings_cannot_separate_are_given(rows: int, why: str) -> None:
    recording = replace(settings_of().recording, rows=rows)
    made = record(rising(), [RING], settings=replace(settings_of(), recording=recording))
    assert why in about(of_first(made), Topic.SURFACE)[0]


def test_a_withdrawn_surface_is_said() -> None:
    withdrawn = event(8, EventKind.DIAGNOSED, {"surface": "", "withdrawn": "outer race"})
    assert about(of_first(record(rising(), [RING, withdrawn])), Topic.SURFACE) == [
        "No surface is named: the outer race was withdrawn on 16 Feb 2004 03:42 UTC."
    ]


def test_bands_are_given_as_shares_of_the_component_error() -> None:
    detail = {"error": 2.0, "share": 0.5, "bands": [[4000, 5000, 0.2], [1000, 1500, 0.1]]}
    assert about(of_first(record(rising(), [raised(7, detail=detail)])), Topic.SURFACE)[1] == (
        "The largest parts of its error lay in 4.00–5.00 kHz (40 %) and 1.00–1.50 kHz (20 %)"
        " when it last rang."
    )


# Vibration.


def test_velocity_has_its_zone_or_the_reason_why_not() -> None:
    zoned = record(
        rising(), [RING], unit="g", velocity=5.0, settings=settings_of(group=2, foundation="rigid")
    )
    assert about(of_first(zoned), Topic.VIBRATION) == [
        "Velocity RMS is 5.00 mm/s on channel 1 on 16 Feb 2004 03:42 UTC: zone D, severe enough to cause"
        " damage"
        " (ISO 20816-3, group 2, rigid foundation)."
    ]
    plain = record(rising(), [RING], unit="g", velocity=5.0)
    assert "set group (1 or 2) and foundation" in about(of_first(plain), Topic.VIBRATION)[0]
    volts = about(of_first(record(rising(), [RING])), Topic.VIBRATION)
    assert volts == ['No zone of ISO 20816-3 is known: the sensor\'s unit is V. Set unit = "g".']


# What speaks against it.


def test_nothing_against_it_is_said_with_what_was_looked_at() -> None:
    accepted = Event(2, EventKind.ACCEPTED, AT, AT, "engine", "", "", None, "", {"bundle": "b", "by": "ann"})
    (only,) = about(of_first(record(rising(), [learned(bundle="b"), accepted, RING])), Topic.AGAINST)
    assert only.startswith("No stored fact speaks against it: no other component is above its limit")


def test_what_speaks_against_it_is_listed() -> None:
    condition = replace(
        raised(
            5,
            at=AT - timedelta(hours=1),
            component="",
            detail={"cause": "condition changed", "level_ratio": 1.4},
        ),
        source="machine",
        alarm="c",
    )
    sensor = replace(
        raised(6, at=AT - timedelta(hours=1), component="", detail={"cause": "sensor clipped", "channel": 1}),
        source="channel",
        alarm="s",
    )
    drift = replace(event(4, EventKind.DRIFTED, {}), at=AT - timedelta(days=1))
    restarted = replace(event(3, EventKind.RESTARTED, {}), at=AT - timedelta(hours=2))
    rows = [[one, 2.5] for one, _ in rising()]
    doubtful = learned(snapshots=20, doubts=["the start was rising"])
    made = record(rows, [doubtful, restarted, drift, condition, sensor, RING])
    alarm = next(one for one in made.alarms if one.cause == "limit")
    assert about(explain_alarm(made, alarm), Topic.AGAINST) == [
        "Bearing 2 (2.50) is above the limit too.",
        "The operating condition changed on 16 Feb 2004 02:42 UTC: all levels stepped to 1.40 times.",
        "The machine started again on 16 Feb 2004 01:42 UTC.",
        "Its channel 1 had a sensor alarm: sensor clipped on 16 Feb 2004 02:42 UTC.",
        "The baseline is in doubt: the start was rising.",
        "The baseline is short: 20 snapshots.",
        "Nobody has accepted the baseline yet.",
        "Its errors had drifted from the baseline before, on 15 Feb 2004 03:42 UTC.",
    ]


# What was done, and what to do.


def test_what_was_done_is_said_with_who_and_when() -> None:
    acts = [
        event(9, EventKind.ACKNOWLEDGED, {"by": "ann", "comment": "I look at it."}, ring=7),
        event(10, EventKind.NOTED, {"by": "bob", "text": "warm, 71 °C"}),
        event(
            11,
            EventKind.SHELVED,
            {"by": "ann", "reason": "until the stop", "until": "2004-02-16T06:00:00+00:00"},
            7,
        ),
    ]
    found = about(of_first(record(rising(), [RING, *acts])), Topic.DONE)
    assert found == [
        "ann acknowledged it on 16 Feb 2004 03:42 UTC: I look at it.",
        "ann shelved it until 16 Feb 2004 06:00 UTC: until the stop.",
        "bob noted on 16 Feb 2004 03:42 UTC: warm, 71 °C.",
    ]
    assert about(of_first(record(rising(), [RING])), Topic.DONE) == ["Nobody has acknowledged it."]


def test_what_to_do_is_the_instruction_of_the_first_screen() -> None:
    (do,) = about(of_first(record([[2.0, 0.4]] * 40, [RING])), Topic.DO)
    assert do == "By 23 Feb 2004 03:12 UTC: Inspect the bearing within a week."


# Components and machines.


def test_the_machine_is_explained_by_its_worst_open_alarm() -> None:
    low = replace(raised(7, component="Bearing 2", detail={"priority": "low"}), alarm="other")
    high = replace(raised(8, detail={"priority": "high", "severity": 5.0}), alarm="worst")
    assert about(explain_machine(record(rising(), [low, high])), Topic.WHAT)[0].startswith(
        "Bearing 1 is above"
    )


def test_without_an_alarm_the_condition_is_said() -> None:
    assert [one.text for one in explain_machine(record(rising(10, 0.1)))] == [
        "No alarm is open; watched components: Bearing 1 and Bearing 2.",
        "The severity of Bearing 2 was 0.40 of its limit on 16 Feb 2004 03:42 UTC.",
    ]
    assert about(explain_component(record(rising(10, 0.1)), 0), Topic.WHAT) == [
        "Bearing 1 has no open alarm."
    ]


def test_an_empty_record_says_that_nothing_is_known() -> None:
    assert [one.text for one in explain_machine(record([]))] == [
        "No snapshot was judged up to then, so nothing is known."
    ]


@pytest.mark.parametrize(("score", "words"), [(1.6, "Seen by both"), (0.4, "Seen by one"), (None, "")])
def test_the_second_witness_raises_or_lowers_the_confidence(score: float | None, words: str) -> None:
    detail = {"error": 2.0, "bands": [], **({} if score is None else {"witness": score})}
    found = about(of_first(record(rising(), [raised(7, detail=detail)])), Topic.COMPONENT)
    assert [one for one in found if one.startswith("Seen by")] == [
        one for one in found if words and words in one
    ]
    assert any(words in one for one in found)
