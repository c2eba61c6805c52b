"""What to do and by when: from the text of advice, the ring, and the growth of severity."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config.settings import load_settings
from engine.explanation.action import NO_INSTRUCTION, instruction, time_allowed
from engine.records.events import EventKind, Priority
from engine.scoring.growth import Growth
from tests.engine.explanation.situations import AT, facts_of, raised, situation

ADVICE = load_settings(None, "ims-set2").advice.model_dump()


def told(at: datetime) -> str:
    return f"{at:%d %b %H:%M}"


def doubling_in(hours: float) -> Growth:
    return Growth(0.6931471805599453 / (hours * 3600), 86_400.0)


# The time that an advice allows.


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Inspect today; stop it if it is hot.", 24),
        ("Inspect the bearing within a week.", 168),
        ("Check it within 3 days, and again within a month", 72),
        ("Replace within two hours", 2),
        ("Look within the next 12 hours", 12),
        ("Check the cable on this shift", 8),
        ("Check the recorder now: nothing is watched", 0),
        ("Immediately stop the machine", 0),
        ("Watch it daily.", None),
        ("Sofort abschalten.", None),
        ("Within some days", None),
        ("", None),
    ],
)
def test_the_time_allowed_is_the_first_span_that_the_advice_names(text: str, hours: int | None) -> None:
    assert time_allowed(text) == (None if hours is None else timedelta(hours=hours))


@given(st.text(max_size=80))
def test_no_text_of_advice_is_refused(text: str) -> None:
    assert time_allowed(text) is None or time_allowed(text) >= timedelta(0)  # type: ignore[operator]  # not None


def test_every_default_advice_states_a_time_or_follows_another_bearing() -> None:
    without = {key for key, text in ADVICE.items() if time_allowed(text) is None}
    assert without == {"carried_over", "beside", "trend", "stopped", "condition_changed"}


# The instruction.


def test_a_severe_alarm_is_due_a_day_after_it_became_severe() -> None:
    found = instruction(situation(priority=Priority.HIGH, advice=ADVICE), told)
    assert found.due == AT + timedelta(days=1)
    assert found.sentence.text.startswith("By 17 Feb 03:42: Inspect today;")
    assert found.sentence.events == (7,)


def test_after_that_time_it_says_since_when_it_is_due() -> None:
    late = situation(priority=Priority.HIGH, advice=ADVICE, at=AT + timedelta(days=3))
    assert instruction(late, told).sentence.text.startswith("Due since 17 Feb 03:42: Inspect today;")


def test_a_medium_alarm_that_grows_fast_is_due_when_it_would_be_severe() -> None:
    slow = situation(advice=ADVICE, severity=2.0, severe=4.0, growth=doubling_in(30 * 24))
    fast = situation(advice=ADVICE, severity=2.0, severe=4.0, growth=doubling_in(12))
    assert instruction(slow, told).due == AT + timedelta(days=7)
    found = instruction(fast, told)
    assert found.due is not None
    assert abs(found.due - (AT + timedelta(hours=12))) < timedelta(minutes=1)
    assert (
        "when it becomes HIGH (4.00) if it keeps doubling every 12 h: Inspect the bearing by then;"
        in found.sentence.text
    )
    assert facts_of(found.sentence)["severe"] == 4.0


@pytest.mark.parametrize("growth", [None, Growth(-1e-5, 86_400.0)])
def test_without_growth_the_advice_alone_says_when(growth: Growth | None) -> None:
    found = instruction(situation(advice=ADVICE, severity=2.0, severe=4.0, growth=growth), told)
    assert found.due == AT + timedelta(days=7)


def test_advice_about_a_neighbour_names_it() -> None:
    found = instruction(situation(advice=ADVICE, carried_from="Bearing 1"), told)
    assert found.sentence.text.startswith("Deal with Bearing 1 first;")
    assert found.due is None
    strange = instruction(situation(advice=ADVICE, carried_from=r"Pump \1 \g<0>"), told)
    assert r"Pump \1 \g<0> first" in strange.sentence.text


def test_advice_to_act_now_is_urgent_and_has_no_date() -> None:
    found = instruction(situation(cause="no data", component="", advice=ADVICE), told)
    assert found.urgent
    assert found.due is None
    assert found.sentence.text.startswith("Check the recorder")


def test_a_forecast_of_the_limit_is_the_time_of_an_advisory() -> None:
    found = instruction(
        situation(cause="trend", priority=Priority.LOW, advice=ADVICE, detail={"seconds_to_limit": 7200.0}),
        told,
    )
    assert found.due == AT + timedelta(hours=2)


def test_an_alarm_that_is_over_asks_only_for_its_acknowledgement() -> None:
    over = situation(advice=ADVICE, cleared=raised(9, EventKind.CLEARED, AT + timedelta(hours=1)))
    assert "acknowledge" in instruction(over, told).sentence.text
    assert instruction(over, told).due is None


def test_without_advice_nothing_is_invented() -> None:
    assert instruction(situation(), told) == NO_INSTRUCTION
    assert not NO_INSTRUCTION.sentence


def test_times_at_the_end_of_the_calendar_break_nothing() -> None:
    last = datetime(9999, 12, 30, tzinfo=UTC)
    found = instruction(situation(advice=ADVICE, at=last, raised_at=last), told)
    assert found.due is not None
