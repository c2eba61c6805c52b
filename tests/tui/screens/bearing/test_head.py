"""The line above the panes of a bearing: the reason of its alarm comes before the name of the file."""

from datetime import UTC
from types import SimpleNamespace

import pytest

from engine.records.events import Priority
from tests.tui.draw.test_alarm_wording import alarm, frame
from tui.data.view import View
from tui.draw.text import plain, width_of
from tui.screens.bearing.head import head_lines


@pytest.mark.parametrize("width", [60, 70, 80, 90, 120])
@pytest.mark.parametrize("changes", [{"carried_from": "Bearing 1"}, {"beside": "Bearing 1"}])
def test_a_long_reason_is_shortened_and_not_left_out(
    view: View, width: int, changes: dict[str, object]
) -> None:
    shown = SimpleNamespace(component=1, zone=UTC)
    held = frame(view, 110, alarm("Bearing 2", Priority.LOW, **changes))
    first, *_ = head_lines(width, 3, shown, held)  # type: ignore[arg-type]  # the fields that are read
    drawn = plain([first])
    assert width_of(first) <= width
    assert any(word in drawn.partition("severity")[2] for word in ("Bearing 1", "B1"))
    if width >= 80:
        assert "since" in drawn or "raised" in drawn
