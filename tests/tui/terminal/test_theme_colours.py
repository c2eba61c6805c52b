"""The colours of the themes: legible, and told apart by everybody; a user's own theme file."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from textual.color import Color

from tui.draw.format import PRIORITY_GLYPHS
from tui.draw.glyphs import Glyphs, reduced
from tui.terminal.themes import (
    DARK,
    LIGHT,
    PREFIX,
    THEMES,
    ThemeError,
    known_theme,
    own_themes,
    user_theme,
    user_themes,
)

OWN = {theme.name.removeprefix(PREFIX): theme for theme in own_themes()}
PRIORITIES = ("high", "medium", "low")
SEVERITY = tuple(f"severity-{number}" for number in range(5))
HEAT = tuple(f"heat-{number}" for number in range(8))

SIGHTS = {
    "all": np.eye(3),
    # Machado, Oliveira and Fernandes (2009), A physiologically-based model for simulation of color vision
    # deficiency, for a severity of 1.0; in linear RGB.
    "protanope": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranope": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanope": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
    "no colour": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}


def linear(colour: str) -> NDArray[np.float64]:
    values = np.array(Color.parse(colour).rgb) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    fx, fy, fz = (one ** (1 / 3) if one > 216 / 24389 else (24389 / 27 * one + 16) / 116 for one in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def distance(one: str, other: str, sight: str) -> float:
    """Return the CIE 1976 colour difference of two colours as a person sees them."""
    seen = SIGHTS[sight]
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def colours(theme: str) -> dict[str, str]:
    return OWN[theme].variables


def ground(theme: str) -> str:
    return str(OWN[theme].background)


@pytest.mark.parametrize("theme", OWN)
def test_words_and_priorities_have_the_contrast_that_small_text_needs(theme: str) -> None:
    named = colours(theme)
    for key in (*PRIORITIES, "text-muted", "text-primary", "text-accent", "text-warning", "text-success"):
        assert contrast(named[key], ground(theme)) >= 4.5, key
    for key in SEVERITY:
        assert contrast(named[key], ground(theme)) >= 3.0, key
    # The same colours behind a word that is written in the background's colour.
    assert contrast(str(OWN[theme].foreground), ground(theme)) >= 7.0


@pytest.mark.parametrize("theme", OWN)
@pytest.mark.parametrize("sight", SIGHTS)
def test_priorities_are_told_apart_with_any_sight(theme: str, sight: str) -> None:
    named = colours(theme)
    least = 8.0 if sight == "no colour" else 11.0
    for one, other in combinations(PRIORITIES, 2):
        assert distance(named[one], named[other], sight) >= least, (one, other)


@pytest.mark.parametrize("theme", OWN)
@pytest.mark.parametrize("sight", SIGHTS)
def test_steps_of_severity_are_told_apart_with_any_sight(theme: str, sight: str) -> None:
    named = colours(theme)
    for one, other in pairwise(SEVERITY):
        assert distance(named[one], named[other], sight) >= 8.0, (one, other)


@pytest.mark.parametrize("defaults", [DARK, LIGHT])
def test_the_heat_gradient_rises_in_even_steps_of_lightness(defaults: dict[str, str]) -> None:
    light = [float(lab(linear(defaults[key]))[0]) for key in HEAT]
    steps = np.diff(light)
    assert (steps > 4).all() or (steps < -4).all()
    assert max(abs(steps)) <= 2.5 * min(abs(steps))


def test_priorities_have_shapes_of_their_own_without_colour_and_in_ascii() -> None:
    shapes = "".join(PRIORITY_GLYPHS.values())
    assert len(set(shapes)) == 6
    assert len({reduced(one, Glyphs.ASCII) for one in shapes}) == 6


def test_in_sixteen_colours_priorities_differ(tmp_path: Path) -> None:
    sheet = (Path(__file__).parents[3] / "tui" / "console" / "raceway.tcss").read_text()
    named = {
        line.split("--")[1].split(" ")[0]: line.split("color: ")[1].split(";")[0]
        for line in sheet.splitlines()
        if line.startswith("App:ansi .panel--") and "color: ansi_" in line
    }
    assert len({named[one] for one in PRIORITIES}) == 3


# A theme of the user.


def test_a_file_in_the_folder_is_a_theme_and_what_it_leaves_out_is_ours(tmp_path: Path) -> None:
    (tmp_path / "night.toml").write_text('primary = "#335577"\n[variables]\nhigh = "#ff0000"\n')
    (tmp_path / "dark.toml").write_text('primary = "#335577"\n')
    found = user_themes(tmp_path)
    assert list(found) == ["night"]
    theme = user_theme(found["night"])
    assert theme.primary == "#335577"
    assert theme.variables["high"] == "#ff0000"
    assert theme.variables["medium"] == DARK["medium"]
    assert known_theme("night", tmp_path) == "night"
    assert user_themes(tmp_path / "nowhere") == user_themes(None) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('primry = "#335577"', "primry is not a key of a theme; the nearest is 'primary'"),
        ('primary = "#xyz"', "primary = '#xyz' is not a colour"),
        ("dark = true", "primary is missing"),
        ("variables = 3\nprimary = 'red'", "variables must be a table"),
        ("= nonsense", "cannot be read as a theme"),
        ('primary = "red"\n[variables]\nhigh = "no colour"', "high = 'no colour' is not a colour"),
    ],
)
def test_a_file_that_is_no_theme_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ThemeError, match="mine") as caught:
        user_theme(path)
    assert said in str(caught.value)


def test_an_unknown_theme_names_the_nearest_and_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ThemeError) as caught:
        known_theme("drak", tmp_path)
    assert "the nearest is 'dark'" in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert all(known_theme(name, None) == name for name in THEMES)
