"""The panes of a motor as strings: what is drawn, what is withheld and why, and the keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.clock import microseconds
from engine.diagnosis.motor_view import MotorView, motor_view
from engine.records.motor_figures import MotorFigures
from engine.signals.motors.pairs import RotorFacts
from replay.synthetic.motor import Motor, recording
from tests.tui import motor_store
from tests.tui.conftest import settled, text
from tui.console.app import Console
from tui.data.playhead import Playhead
from tui.draw.glyphs import Glyphs
from tui.draw.text import Lines, plain
from tui.screens.bearing.screen import BearingScreen
from tui.screens.motor.figures import figure_lines
from tui.screens.motor.harmonics import harmonic_lines
from tui.screens.motor.panes import names_of, zoom_of
from tui.screens.motor.park import park_lines
from tui.screens.motor.sheet import MotorSheet
from tui.screens.motor.spectrum import line_table, spectrum_lines
from tui.screens.motor.waveform import waveform_lines

FACTS = RotorFacts.of(2, 1450 / 60, 50.0, None)
DRAWS: list[Callable[..., Lines]] = [
    park_lines,
    spectrum_lines,
    harmonic_lines,
    waveform_lines,
    line_table,
    figure_lines,
]


def seen(motor: Motor, *, voltages: bool = False, torn: bool = False) -> MotorView:
    signal = recording(motor, 8.0, 500.0, 3, voltages=True)
    currents = motor_store.torn(signal[:, :3]) if torn else signal[:, :3]
    return motor_view(currents, 500.0, FACTS, voltages=signal[:, 3:] if voltages else None, nominal=50.0)


@pytest.fixture(scope="module")
def broken() -> MotorSheet:
    return MotorSheet(view=seen(Motor(broken_bars=1.0), voltages=True), when="at 1 Jan", unit="A")


@pytest.fixture(scope="module")
def bursts() -> MotorSheet:
    return MotorSheet(view=seen(Motor(), torn=True), unit="A")


@pytest.mark.parametrize("glyphs", list(Glyphs))
@pytest.mark.parametrize("size", [(24, 1), (40, 4), (58, 9), (80, 15), (200, 50)])
@pytest.mark.parametrize("draw", DRAWS)
def test_every_pane_fills_its_room_and_no_more(
    draw: Callable[..., Lines], size: tuple[int, int], glyphs: Glyphs, broken: MotorSheet
) -> None:
    width, height = size
    for sheet in (broken, MotorSheet(), MotorSheet(why_not="the recordings are not reachable from here")):
        lines = draw(width, height, sheet, glyphs=glyphs)
        assert len(lines) <= height
        assert all(len("".join(span.text for span in line)) <= width for line in lines)


def test_the_spectrum_names_the_sidebands_of_the_slip_and_the_rotor(broken: MotorSheet) -> None:
    drawn = plain(spectrum_lines(110, 16, broken))
    for word in ("−2sf", "+2sf", "−fr", "+fr", "slip 3.9", "re the mains line at"):
        assert word in drawn


@pytest.mark.parametrize("draw", [spectrum_lines, harmonic_lines, line_table])
def test_a_recording_of_bursts_withholds_what_needs_a_clock_and_says_why(
    draw: Callable[..., Lines], bursts: MotorSheet
) -> None:
    drawn = plain(draw(100, 12, bursts))
    assert "withheld: bursts of about" in drawn


def test_the_ellipse_of_a_recording_of_bursts_is_drawn(bursts: MotorSheet) -> None:
    drawn = plain(park_lines(80, 14, bursts))
    assert "I2/I1" in drawn
    assert "right without a clock" in drawn
    assert any(ord(one) > 0x2800 for one in drawn)


def test_an_ellipse_is_as_round_as_the_currents_are_balanced() -> None:
    def extent(unbalance: float) -> tuple[int, int]:
        stored = MotorFigures({"unbalance_real": unbalance, "unbalance_imaginary": 0.0})
        sheet = MotorSheet(stored=stored, why_not="gone")
        rows = plain(park_lines(80, 21, sheet, Glyphs.ASCII)).splitlines()[1:]
        drawn = [row[:44] for row in rows]
        dark = [row for row in drawn if set(row) & set(".:'")]
        columns = [place for row in drawn for place, one in enumerate(row) if one in ".:'"]
        return len(dark), max(columns) - min(columns)

    high, wide = extent(0.0)
    assert abs(2 * high - wide) <= 3
    # The circle of balanced currents stays; the ellipse is wider than it.
    assert extent(0.6)[0] <= high


def test_the_ellipse_comes_from_the_store_where_the_recording_is_gone() -> None:
    stored = MotorFigures({"unbalance_real": 0.03, "unbalance_imaginary": 0.04})
    usual = {"unbalance_real": 0.01, "unbalance_imaginary": 0.0}
    drawn = plain(park_lines(80, 12, MotorSheet(stored=stored, usual=usual, why_not="gone")))
    assert "I2/I1 5.0 %" in drawn
    assert "usual 1.0 %" in drawn
    assert "from the store" in drawn


@pytest.mark.parametrize("width", [44, 50, 58, 66, 80])
def test_no_figure_beside_the_ellipse_is_cut(width: int) -> None:
    stored = MotorFigures({"unbalance_real": 0.129, "unbalance_imaginary": 0.0})
    usual = {"unbalance_real": 0.131, "unbalance_imaginary": 0.0}
    drawn = plain(park_lines(width, 16, MotorSheet(stored=stored, usual=usual, why_not="gone")))
    assert ("I2/I1 12.9 %" in drawn) == ("usual 13.1 %" in drawn)
    assert not any("…" in row and "%" in row for row in drawn.splitlines())


def test_a_motor_at_no_load_has_bars_that_cannot_be_judged() -> None:
    sheet = MotorSheet(view=seen(Motor(load=-0.085, broken_bars=1.0)))
    assert "cannot be judged" in plain(line_table(100, 12, sheet))


def test_without_a_line_of_the_rotor_the_settings_that_help_are_named() -> None:
    view = seen(Motor(broken_bars=1.0))
    assert view.lines is not None
    hidden = replace(view, lines=replace(view.lines, slip=None))
    for draw in (line_table, figure_lines):
        drawn = plain(draw(110, 16, MotorSheet(view=hidden)))
        assert "pole_pairs and machine.shaft_speed" in drawn
        assert "slip " not in drawn.replace("twice the slip", "")


def test_impedance_and_power_are_shown_by_phase_where_voltages_are(broken: MotorSheet) -> None:
    drawn = plain(figure_lines(100, 16, broken))
    for word in ("impedance [Ω]", "active power [W]", "power factor", "by NEMA", "rpm with 2 pairs"):
        assert word in drawn
    assert "impedance" not in plain(figure_lines(100, 16, MotorSheet(view=seen(Motor()))))


def test_the_spectrum_is_zoomed_about_the_mains_and_the_waveform_shows_some_cycles(
    broken: MotorSheet,
) -> None:
    assert zoom_of("spectrum", None, broken).deeper(3).part(0, 100) == pytest.approx((43.75, 56.25))
    low, high = zoom_of("waveform", None, broken).part(0, 8)
    assert 0.06 <= high - low <= 0.2
    drawn = plain(waveform_lines(80, 14, replace(broken, zoom=zoom_of("waveform", None, broken))))
    assert all(mark in drawn for mark in "123")


@pytest.mark.parametrize("motor", [Motor(), Motor(eccentricity=-45.0), Motor(swing=0.04)])
def test_harmonics_are_those_of_the_supply(motor: Motor) -> None:
    rows = plain(harmonic_lines(80, 12, MotorSheet(view=seen(motor)))).splitlines()
    assert any(row.lstrip().startswith("5 █") for row in rows)
    assert np.isfinite(seen(motor).distortion).all()


async def test_the_keys_of_a_bearing_open_the_panes_of_a_motor(
    console: Callable[..., Console], motor_state: Path
) -> None:
    app = console(motor_state)
    async with app.run_test(size=(100, 36)) as pilot:
        await settled(pilot)
        put(app, motor_store.FIT)
        for key, word in {
            "2": "Park ellipse",
            "d": "Harmonics",
            "s": "Current spectrum",
            "w": "crests of the phases",
            "y": "Negative over positive sequence",
            "#": "Lines beside the mains",
            "i": "impedance [Ω]",
            "u": "sidebands 2sf",
            "c": "by feature of Motor",
        }.items():
            await pilot.press(key)
            await settled(pilot)
            assert word in text(app), key
        screen = app.screen
        assert isinstance(screen, BearingScreen)
        await pilot.press("s", "l")
        await settled(pilot)
        cursor = screen.tools.frequency.main
        assert cursor == pytest.approx(50.0, abs=0.3)
        screen.action_tool("sidebands")
        assert screen.tools.frequency.spacing == pytest.approx(4.1, abs=0.3)
        screen.action_tool("sidebands")
        assert screen.tools.frequency.spacing == pytest.approx(24.0, abs=0.3)
        for pane in screen.PANES:
            screen.action_pane(pane)
            found = screen.numbers()
            if pane in ("waterfall", "contributions"):
                assert found is not None
                named = found.header if pane == "waterfall" else [row[0] for row in found.rows]
                assert "negative sequence 60°" in " ".join(map(str, named))
                assert "Hz" not in " ".join(map(str, [*found.header, *named]))


@pytest.mark.parametrize(
    ("position", "said"),
    [(motor_store.TORN, "withheld: bursts"), (motor_store.LOST, "cannot be read")],
)
async def test_a_pane_without_a_spectrum_says_why(
    console: Callable[..., Console], motor_state: Path, position: int, said: str
) -> None:
    app = console(motor_state)
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        put(app, position)
        await pilot.press("2", "s")
        await settled(pilot)
        assert said in " ".join(text(app).split())


def put(app: Console, position: int) -> None:
    head = app.controller.head
    at = microseconds(motor_store.at(position))
    app.controller.navigation.put(Playhead(at, head.pace, head.playing))


def test_the_map_is_called_features_only_where_the_model_judges_named_ones() -> None:
    assert names_of(("waterfall", "bands")) == ("features", "harmonics")
    assert names_of(("waterfall", "bands"), features=False) == ("waterfall", "harmonics")


async def test_the_first_screen_of_a_motor_has_panes_and_words_of_one(
    console: Callable[..., Console], motor_state: Path
) -> None:
    app = console(motor_state)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        put(app, motor_store.FIT)
        await settled(pilot)
        drawn = text(app)
        assert "Park ellipse" in drawn
        assert "by feature of Motor" in drawn
        assert "Components" in drawn
        assert "Envelope" not in drawn
        assert "earing" not in drawn
