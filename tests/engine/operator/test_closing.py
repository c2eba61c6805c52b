"""Outcomes of alarms: typed words, what fits together, the fold, and the share of alarms that were right."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.alarm import AlarmState, fold_alarms
from engine.alarms.metrics import alarm_figures
from engine.clock import END_OF_TIME
from engine.operator import alarm_actions
from engine.operator.alarm_actions import OperatingError
from engine.operator.closing import OutcomeError, outcome_of, typed_damage, typed_finding
from engine.operator.operator import Act, Operator
from engine.records.events import Event, EventKind
from engine.records.outcome import FINDINGS, SURFACES, AlarmOutcome, Finding
from engine.records.stored_settings import FoldRules
from engine.store.store import Store
from tests.engine.handmade_events import CLEARED, ESCALATED, RAISED, engine_event, operator_event
from tests.engine.handmade_events import at as minute
from tests.engine.rigs import WALL
from tests.engine.store_items import at, begin, item, raised

CLOSED = EventKind.CLOSED
CONFIRMED = AlarmOutcome(Finding.CONFIRMED, "outer race", 2.1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "state", create=True) as opened:
        opened.append(begin(opened), [item(0, (raised(0),))], WALL)
        yield opened


def close(store: Store, outcome: AlarmOutcome, by: str = "ada") -> Event:
    (alarm,) = fold_alarms(store.events(begin(store)), END_OF_TIME)
    act = Act(Operator(by), "", at(5), WALL)
    assert alarm_actions.close(store, begin(store), alarm, outcome, act).stored
    return store.events(begin(store))[-1]


def test_an_outcome_is_stored_with_its_author_and_read_back_whole(store: Store) -> None:
    outcome = AlarmOutcome(Finding.CONFIRMED, "outer race", 2.1, "/photos/a.jpg", "spall", replaced=True)
    event = close(store, outcome)
    assert (event.kind, event.component, event.detail["by"]) == (CLOSED, "Bearing 1", "ada")
    assert AlarmOutcome.from_detail(event.detail) == outcome


def test_closing_acknowledges_the_ring_and_silences_nothing(store: Store) -> None:
    close(store, CONFIRMED)
    (alarm,) = fold_alarms(store.events(begin(store)), END_OF_TIME)
    assert alarm.stands
    assert alarm.state is AlarmState.ACKNOWLEDGED
    later = engine_event(2, ESCALATED, 3), engine_event(3, CLEARED, 9)
    closed = operator_event(4, CLOSED, 2, 1, outcome="nothing found")
    (again,) = fold_alarms([engine_event(1, RAISED, 1), *later, closed], minute(5))
    assert again.needs_acknowledgement
    assert again.closed == closed


def test_a_later_outcome_corrects_an_earlier_one_and_both_are_kept(store: Store) -> None:
    first = close(store, AlarmOutcome(Finding.NOTHING))
    second = close(store, CONFIRMED, "grace")
    (alarm,) = fold_alarms(store.events(begin(store)), END_OF_TIME)
    assert alarm.closed == second
    assert first in store.events(begin(store))


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (AlarmOutcome(Finding.OTHER), "needs a note"),
        (AlarmOutcome(Finding.NOTHING, "outer race"), "belongs to a confirmed fault"),
        (AlarmOutcome(Finding.NOTHING, size=2.0), "belongs to a confirmed fault"),
        (AlarmOutcome(Finding.CONFIRMED, size=0.0), "above 0"),
        (AlarmOutcome(Finding.CONFIRMED, size=-1.0), "above 0"),
        (AlarmOutcome(Finding.CONFIRMED, size=1e9), "at most 10000"),
    ],
)
def test_an_outcome_that_contradicts_itself_is_refused(
    store: Store, outcome: AlarmOutcome, words: str
) -> None:
    with pytest.raises(OperatingError, match=words):
        close(store, outcome)
    assert all(event.kind is not CLOSED for event in store.events(begin(store)))


@pytest.mark.parametrize(
    ("text", "surface", "size"),
    [
        ("", "", None),
        ("outer 2.1", "outer race", 2.1),
        ("2,1mm INNER", "inner race", 2.1),
        ("3 mm", "", 3.0),
        ("element", "rolling element", None),
    ],
)
def test_surface_and_size_are_read_in_any_order(text: str, surface: str, size: float | None) -> None:
    assert typed_damage(text) == (surface, size)


def test_typed_words_are_refused_in_a_sentence() -> None:
    with pytest.raises(OutcomeError, match="one of outer, inner, element, cage"):
        typed_damage("sideways")
    with pytest.raises(OutcomeError, match="name one outcome"):
        typed_finding("replaced")
    with pytest.raises(OutcomeError, match="not a number"):
        outcome_of("confirmed", size=float("nan"))
    assert typed_finding("Confirmed, replaced") == (Finding.CONFIRMED, True)


@given(
    st.builds(
        AlarmOutcome,
        st.sampled_from(list(FINDINGS.values())),
        st.sampled_from(["", *SURFACES.values()]),
        st.none() | st.floats(0.01, 100),
        st.text(max_size=9),
        st.text(max_size=9),
        st.booleans(),
    )
)
def test_every_outcome_survives_the_store_and_has_a_sentence(outcome: AlarmOutcome) -> None:
    assert AlarmOutcome.from_detail(outcome.to_detail()) == outcome
    assert outcome.sentence().startswith(outcome.finding)


@pytest.mark.parametrize(
    "detail", [{}, {"outcome": 3, "size_mm": "x", "replaced": "yes"}, {"size_mm": 1e999}]
)
def test_a_damaged_outcome_is_read_without_an_error(detail: dict[str, object]) -> None:
    found = AlarmOutcome.from_detail(detail)
    assert (found.size, found.replaced) == (None, False)


def test_the_share_of_alarms_that_were_right_counts_the_newest_outcome_of_each() -> None:
    events = [engine_event(seq, RAISED, seq, f"Left/limit/{seq}") for seq in range(1, 5)]
    for seq, ring, finding in (
        (11, 1, "nothing found"),
        (12, 1, "fault confirmed"),
        (13, 2, "nothing found"),
        (14, 3, "fault confirmed"),
    ):
        events.append(operator_event(seq, CLOSED, seq, ring, f"Left/limit/{ring}", outcome=finding))
    figures = alarm_figures(
        events, minute(0), minute(20), rules=FoldRules(), interval=timedelta(minutes=1), live=True
    )
    assert dict(figures.outcomes) == {"fault confirmed": 2, "nothing found": 1}
    assert figures.right_share == pytest.approx(2 / 3)
    before = alarm_figures(
        events, minute(0), minute(10), rules=FoldRules(), interval=timedelta(minutes=1), live=True
    )
    assert before.right_share is None
