"""The timeline screen as strings: strips on a fixed scale, pauses, stops, events."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from engine.clock import microseconds
from engine.records.assessment import Quality
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.glyphs import Glyphs, shades
from tui.draw.text import SEVERITIES, Role, plain, width_of
from tui.screens.timeline.strips import (
    BASELINE,
    SENSOR,
    cells_of,
    coloured,
    happening_lines,
    happenings,
    legend_line,
    pauses,
    strip_lines,
)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    found = reader.poll().view
    reader.close()
    assert found is not None
    return found


def frame(view: View, position: int) -> Frame:
    return Frame(view, Playhead(microseconds(synthetic.at(position)), 1.0, False))


def with_severity(view: View, position: int, severity: float) -> View:
    values = view.series.severity.copy()
    values[position, 1] = severity
    return replace(view, series=replace(view.series, severity=values))


@pytest.mark.parametrize(
    ("severity", "shade"),
    [
        (0.1, "·"),
        (0.49, "·"),
        (0.5, "░"),
        (0.99, "░"),
        (1.0, "▒"),
        (1.9, "▒"),
        (2.0, "▓"),
        (4.0, "█"),
        (900.0, "█"),
    ],
)
def test_a_shade_means_the_same_severity_everywhere(view: View, severity: float, shade: str) -> None:
    seen = with_severity(view, 60, severity)
    assert cells_of(frame(seen, 100), 1, synthetic.COUNT, Glyphs.UNICODE)[60] == shade


def test_the_highest_severity_of_a_column_counts(view: View) -> None:
    seen = with_severity(view, 60, 5.0)
    assert "█" in cells_of(frame(seen, 100), 1, 20, Glyphs.UNICODE)


def test_baseline_stop_and_sensor_have_characters_of_their_own(view: View) -> None:
    cells = cells_of(frame(view, 100), 1, synthetic.COUNT, Glyphs.UNICODE)
    assert cells[5] == "○"
    assert cells[-1] == "◌"
    quality = view.series.quality.copy()
    quality[90, 1] = Quality.DEAD
    severity = view.series.severity.copy()
    severity[90, 1] = np.nan
    dead = replace(view, series=replace(view.series, quality=quality, severity=severity))
    assert cells_of(frame(dead, 100), 1, synthetic.COUNT, Glyphs.UNICODE)[90] == "✕"


def paused(view: View) -> View:
    at = view.series.at.copy()
    at[70:] += 40 * 70 * 60_000_000
    return replace(view, series=replace(view.series, at=at))


def test_a_pause_is_blank_in_the_strips_and_told_in_words(view: View) -> None:
    seen = paused(view)
    (pause,) = pauses(frame(seen, 10))
    assert pause[1] - pause[0] == 41 * 70 * 60_000_000
    drawn = strip_lines(120, 12, frame(seen, 10), 0, UTC)
    cells = cells_of(frame(seen, 10), 1, 100, Glyphs.UNICODE)
    assert "    " in cells[30:80]
    assert "╌╌╌" in plain(drawn)
    assert any(
        "gap of 48 h" in one.text or "gap of 2 d" in one.text for one in happenings(frame(seen, 10), UTC)
    )
    assert pauses(frame(view, 10)) == ()


def test_where_there_is_room_a_strip_has_two_rows_and_a_blank_one_follows(view: View) -> None:
    rows = plain(strip_lines(120, 18, frame(view, 100), 0, UTC)).splitlines()
    name, again, blank, following = rows[1:5]
    assert name[12:112].strip() == again[12:112].strip() != ""
    assert blank.strip() == ""
    assert "Bearing 1" in name
    assert "Bearing 2" in following
    assert "sensor" in rows[-1]
    narrow = plain(strip_lines(120, 17, frame(view, 100), 0, UTC)).splitlines()
    assert "Bearing 2" in narrow[2]


def test_everything_worth_going_to_is_told_in_order_of_time(view: View) -> None:
    told = happenings(frame(view, 139), UTC)
    assert [one.at for one in told] == sorted(one.at for one in told)
    texts = [one.text for one in told]
    assert "baseline learned" in texts
    assert "Bearing 1 rose above the limit" in texts
    assert any("alarm raised (limit), severity 1.20" in text for text in texts)
    assert "machine stopped" in texts


def test_what_lies_ahead_of_the_playhead_says_so_and_the_last_one_is_marked(view: View) -> None:
    drawn = plain(happening_lines(80, 10, frame(view, synthetic.RAISED), UTC)).splitlines()
    assert "3 so far, 2 ahead" in drawn[0]
    (here,) = [row for row in drawn if row.startswith(" ›")]
    assert "alarm raised" in here
    assert all(row.endswith("(ahead)") for row in drawn[drawn.index(here) + 1 :])


def test_the_list_stays_by_the_playhead_where_it_is_long(view: View) -> None:
    drawn = plain(happening_lines(80, 3, frame(view, 139), UTC))
    assert "machine stopped" in drawn


def test_a_run_without_snapshots_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        synthetic.begin(store)
        empty = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert empty is not None
    shown = Frame(empty, Playhead(None))
    assert "no snapshot is scored yet" in plain(strip_lines(80, 10, shown, 0, UTC))
    assert "nothing yet" in plain(happening_lines(80, 5, shown, UTC))


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_snapshots_are_drawn(tmp_path: Path, count: int) -> None:
    synthetic.fill(tmp_path, count)
    with Store.open(tmp_path) as store:
        few = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert few is not None
    assert "○" in plain(strip_lines(80, 10, Frame(few, Playhead(int(few.series.at[0]))), 0, UTC))


@pytest.mark.parametrize("width", [1, 24, 60, 80, 200])
@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_nothing_overflows_and_ascii_is_ascii(view: View, width: int, glyphs: Glyphs) -> None:
    for height in (1, 3, 7, 12, 30):
        for lines in (
            strip_lines(width, height, frame(view, 100), 2, UTC, glyphs),
            happening_lines(width, height, frame(view, 100), UTC, glyphs),
        ):
            assert len(lines) <= height
            assert all(width_of(line) <= width for line in lines)
            if glyphs is Glyphs.ASCII:
                assert plain(lines).isascii()


def test_where_bearings_are_many_the_selected_one_is_shown(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 40, tuple(f"Bearing {number}" for number in range(1, 31)))
    with Store.open(tmp_path) as store:
        many = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert many is not None
    drawn = plain(strip_lines(80, 12, Frame(many, Playhead(int(many.series.at[30]))), 20, UTC))
    assert "› Bearing 21" in drawn
    assert "+ 24" in drawn


@pytest.mark.parametrize("glyphs", [Glyphs.UNICODE, Glyphs.ASCII])
def test_a_strip_is_coloured_as_the_severities_of_charts_are(glyphs: Glyphs) -> None:
    ladder = shades(glyphs)
    spans = coloured(f"{BASELINE}{ladder[1]}{ladder[1]}{ladder[5]}{SENSOR} ", ladder)
    assert [(span.text, span.role) for span in spans] == [
        (BASELINE, Role.DIM),
        (ladder[1] * 2, Role.SEVERITY_0),
        (ladder[5], Role.SEVERITY_4),
        (SENSOR, Role.WARNING),
        (" ", Role.PLAIN),
    ]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("glyphs", [Glyphs.UNICODE, Glyphs.ASCII])
def test_each_step_of_the_legend_has_the_colour_of_its_cells(width: int, glyphs: Glyphs) -> None:
    line = legend_line(width, glyphs)
    assert width_of(line) <= width
    cells = dict(zip(SEVERITIES, shades(glyphs)[1:], strict=True))
    assert {span.role: span.text for span in line if span.role in cells} == cells
    assert "limit" in plain([line])
    assert "sensor" in plain([line])
