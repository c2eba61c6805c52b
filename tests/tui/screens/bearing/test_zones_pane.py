"""The zones of ISO 20816-3 in the figures: a strip, a sentence with the standard's name, and the borders."""

from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from engine.records.stored_settings import StoredMachine
from engine.signals.vibration_zones import zones_of
from tests.tui.conftest import frame
from tui.data.frame import Frame
from tui.data.view import View
from tui.draw.charts.sparkline import Column
from tui.draw.glyphs import Glyphs
from tui.draw.text import Role, plain, width_of
from tui.screens.bearing.figures import figure_lines, zone_line


def measured(view: View, group: int, foundation: str, speed: float = 1996.0) -> Frame:
    """Return a frame of a machine whose velocity rises from 1 to 8 mm/s."""
    count = len(view.series)
    velocity = np.tile(np.linspace(1.0, 8.0, count, dtype=np.float32)[:, None], (1, 4))
    machine = StoredMachine(20_480.0, speed, 60.0, group, foundation)
    settings = replace(view.assessment.settings, machine=machine)
    assessment = replace(view.assessment, settings=settings, units=("g",) * 4)
    return frame(replace(view, assessment=assessment, series=replace(view.series, velocity=velocity)), 120)


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_zones_stand_in_a_strip_a_sentence_and_as_borders(view: View, glyphs: Glyphs) -> None:
    drawn = plain(figure_lines(120, 40, measured(view, 2, "rigid"), 0, 1, UTC, glyphs))
    strip = next(row for row in drawn.splitlines() if row.startswith(" zone"))
    assert "".join(dict.fromkeys(letter for letter in strip[10:90] if letter.strip())) == "ABCD"
    assert "D  7.04 mm/s" in strip
    assert "ISO 20816-3, group 2, rigid foundation: zone D: severe enough to cause damage" in drawn
    for border in ("A/B 1.4 mm/s", "B/C 2.8 mm/s", "C/D 4.5 mm/s"):
        assert border in drawn


def test_the_next_border_is_in_sight_above_a_quiet_machine(view: View) -> None:
    drawn = plain(figure_lines(120, 40, measured(view, 1, "flexible"), 0, 1, UTC))
    assert "B/C 7.1 mm/s" in drawn


@pytest.mark.parametrize(
    ("group", "foundation", "speed", "said"),
    [(0, "", 1996.0, "set group (1 or 2) and foundation"), (1, "rigid", 300.0, "at 300 rpm")],
)
def test_without_zones_it_says_why_and_draws_the_velocity_alone(
    view: View, group: int, foundation: str, speed: float, said: str
) -> None:
    drawn = plain(figure_lines(140, 40, measured(view, group, foundation, speed), 0, 1, UTC))
    assert said in drawn
    assert "A/B" not in drawn
    assert not any(row.startswith(" zone") for row in drawn.splitlines())


def test_a_unit_without_velocity_has_no_zones(view: View) -> None:
    drawn = plain(figure_lines(120, 40, frame(view, 120), 0, 1, UTC))
    assert "No velocity RMS" in drawn
    assert "zone" not in drawn


def test_the_strip_is_blank_ahead_dotted_without_velocity_and_coloured_from_c_on() -> None:
    zones = zones_of(2, "rigid", 1500.0)
    columns = [Column(1.0, True), Column(float("nan")), Column(3.0), Column(9.0), Column(None)]
    line = zone_line(zones, columns, float("nan"))
    assert plain([line]).startswith(" zone     A·CD")
    assert "no velocity now" in plain([line])
    roles = {span.text.strip(): span.role for span in line}
    assert (roles["C"], roles["D"]) == (Role.WARNING, Role.ALARM)


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("height", [1, 5, 12, 24, 60])
def test_figures_with_zones_fit_at_any_size(view: View, width: int, height: int) -> None:
    lines = figure_lines(width, height, measured(view, 2, "flexible"), 0, 1, UTC)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines)
