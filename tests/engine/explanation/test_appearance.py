"""How bad, since when, rising or not, and what it is: sentences with their numbers and events."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.explanation.appearance import answered, direction, how_bad, origin, since_when
from engine.records.events import EventKind
from engine.scoring.growth import Growth
from tests.engine.explanation.situations import AT, alarm_of, facts_of, raised, situation

DAY = Growth(0.6931471805599453 / 86_400, 86_400.0)
LINES = [
    {"order": 1, "sideband": 0, "found_at": 236.0, "times_baseline": 33.8},
    {"order": 2, "sideband": 0, "found_at": 472.0, "times_baseline": 16.3},
    {"order": 1, "sideband": 1, "found_at": 269.0, "times_baseline": 4.0},
]


def told(at: datetime) -> str:
    return f"{at:%d %b %H:%M}"


def test_badness_is_severity_against_its_limit_or_the_peak_where_there_is_none_now() -> None:
    assert how_bad(situation(severity=9.357)).text == "9.35 × limit"
    assert facts_of(how_bad(situation(severity=9.357))) == {"severity": 9.357}
    assert not how_bad(situation(severity=None))
    assert how_bad(situation(severity=float("nan"))).text == "peak – × limit"


@pytest.mark.parametrize(
    ("trend", "growth", "text"),
    [
        (1, DAY, "rising, doubles in 24 h"),
        (0, DAY, "rising, doubles in 24 h"),
        (-1, DAY, "falling"),
        (-1, Growth(-DAY.slope, 1.0), "falling, halves in 24 h"),
        (1, None, "rising"),
        (0, None, "steady"),
    ],
)
def test_rising_falling_or_steady(trend: int, growth: Growth | None, text: str) -> None:
    assert direction(situation(trend=trend, growth=growth)).text == text


def test_since_when_names_the_crossing_the_raise_and_the_return() -> None:
    began = AT - timedelta(minutes=30)
    cleared = raised(9, EventKind.CLEARED, AT + timedelta(hours=1))
    sentence = since_when(situation(began=began, cleared=cleared), told)
    assert sentence.text == (
        "Above the limit since 16 Feb 03:12, alarm raised 16 Feb 03:42, returned 16 Feb 04:42"
    )
    assert sentence.events == (7, 9)


def test_a_crossing_after_the_raise_is_no_beginning() -> None:
    assert since_when(situation(began=AT + timedelta(hours=1)), told).text == "Alarm raised 16 Feb 03:42"


def test_a_surface_is_named_with_its_fault_lines() -> None:
    found = raised(8, EventKind.DIAGNOSED, detail={"surface": "outer race", "lines": LINES, "channel": 1})
    sentence = origin(situation(surface="outer race", events=(found,)))
    assert sentence.text == "outer race, 236 Hz ×34 baseline, harmonic 2"
    assert sentence.events == (8,)
    assert facts_of(sentence).items() >= {"found_at": 236.0, "times_baseline": 33.8}.items()


@pytest.mark.parametrize(
    ("orders", "listed"),
    [(2, "harmonic 2"), (3, "harmonics 2 and 3"), (5, "harmonics 2, 3, 4 and 5")],
)
def test_harmonics_are_listed_with_commas(orders: int, listed: str) -> None:
    lines = [{**LINES[0], "order": order, "found_at": 236.0 * order} for order in range(1, orders + 1)]
    found = raised(8, EventKind.DIAGNOSED, detail={"surface": "outer race", "lines": lines, "channel": 1})
    sentence = origin(situation(surface="outer race", events=(found,)))
    assert sentence.text.endswith(f"baseline, {listed}")


@pytest.mark.parametrize("lines", [[], [{"order": None, "found_at": "x"}], [{}], "nonsense"])
def test_damaged_evidence_leaves_the_surface(lines: object) -> None:
    found = raised(8, EventKind.DIAGNOSED, detail={"surface": "outer race", "lines": lines})
    assert origin(situation(surface="outer race", events=(found,))).text == "outer race"


def test_where_no_surface_is_clear_the_bands_are_named() -> None:
    bands = {"error": 1.0, "bands": [[4000, 5000, 0.38], [1000, 1500, 0.2], [1, 2, 0.1]]}
    text = origin(situation(detail=bands)).text
    assert text == (
        "surface not clear; mostly 4.00–5.00 kHz (38 % of its error) and 1.00–1.50 kHz (20 % of its error)"
    )


def test_a_neighbour_is_named_with_both_severities() -> None:
    assert origin(situation(carried_from="Bearing 1")).text == "probably heard from Bearing 1"
    beside = situation(beside="Bearing 1", beside_severity=5.9, severity=2.99)
    assert origin(beside).text == "signs of its own, but Bearing 1 is worse (5.90 against 2.99)"


def test_a_trend_that_returned_forecasts_nothing_any_more() -> None:
    forecast = {"times": 1.5, "seconds_to_limit": 600.0, "earliest": 300.0, "latest": None}
    begun = situation(cause="trend", detail=forecast)
    assert "forecast in" in origin(begun).text
    assert origin(replace(begun, at=AT + timedelta(hours=2))).text == "the limit was forecast by now"
    ended = raised(12, EventKind.CLEARED, AT + timedelta(minutes=9))
    over = situation(cause="trend", detail=forecast, cleared=ended, at=AT + timedelta(hours=2))
    assert origin(over).text == "rose towards its limit"


def test_causes_of_machine_and_sensor_are_named_with_their_message() -> None:
    assert origin(situation(cause="sensor dead", detail={"channel": 3})).text == "sensor dead, channel 3"
    message = {"message": "the disk is gone"}
    assert origin(situation(cause="engine failed", detail=message)).text == "engine failed: the disk is gone"


def test_who_acknowledged_and_when() -> None:
    given = raised(11, EventKind.ACKNOWLEDGED, AT + timedelta(minutes=4), detail={"by": "ann"})
    assert answered(alarm_of(), told).text == "NOT ACKNOWLEDGED"
    sentence = answered(alarm_of(acknowledgement=given), told)
    assert sentence.text == "acknowledged by ann, 16 Feb 03:46"
    assert sentence.events == (11,)
