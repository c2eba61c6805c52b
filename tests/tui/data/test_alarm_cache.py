"""The cached alarms equal a fresh fold, for any moves of the playhead and added events."""

from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.alarm import fold_alarms
from engine.alarms.shelving import retired_at
from engine.records.events import Event
from engine.records.stored_settings import FoldRules
from tests.engine.alarms.test_fold_laws import records
from tests.engine.alarms.test_shelving import MINUTES, RULES
from tests.engine.handmade_events import RAISED, at, engine_event
from tui.data.alarm_cache import Folding

LOOKS = st.lists(st.tuples(st.integers(0, 14), MINUTES, st.booleans()), max_size=30)
"""Number of stored events, minute of the playhead, whether it follows the end."""


@given(records(), RULES, LOOKS)
def test_remembered_fold_is_the_fold(
    events: tuple[Event, ...], rules: FoldRules, looks: list[tuple[int, int, bool]]
) -> None:
    folding = Folding()
    stored = [events[:count] for count in range(15)]
    for count, minute, end in looks:
        until = at(minute + 0.99 * end)
        assert folding.alarms(stored[count], until, rules) == fold_alarms(stored[count], until, rules)
        assert folding.retired(stored[count], until, rules) == retired_at(stored[count], until)


def test_while_nothing_happens_the_very_same_alarms_are_handed_out() -> None:
    folding, events = Folding(), (engine_event(1, RAISED, 5),)
    first = folding.alarms(events, at(6), FoldRules())
    assert folding.alarms(events, at(60), FoldRules()) is first
    assert folding.alarms(events, at(4), FoldRules()) == ()
