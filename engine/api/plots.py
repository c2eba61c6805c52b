"""Plots of a scored snapshot as SVG: spectrum, envelope and contribution of each channel, by plain text."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from engine.records.picture import Picture
from replay.recording import clean_text

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 28, 40
"""Margins for the title, the numbers and the names of the axes [pixels]."""

TICKS = 5
"""Numbers along an axis, about."""

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Steps of an axis that people read easily, times a power of ten."""

OBSERVED, EXPECTED = "steelblue", "darkorange"

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its name with the unit, and the values at both ends."""

    name: str
    low: float
    high: float

    def ticks(self) -> list[float]:
        """Return round values within the axis."""
        rough = (self.high - self.low) / TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(nice * power for nice in NICE if nice * power >= rough * (1 - 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a plot: name in the legend ("" for none), colour, values on both axes (points,)."""

    name: str
    colour: str
    x: Values
    y: Values


def plots_of(
    picture: Picture, names: tuple[str, ...], features: Mapping[int, tuple[str, ...]]
) -> list[dict[str, object]]:
    """Return the plots of each channel as SVG text.

    Args:
        picture: of the snapshot.
        names: the component of each channel.
        features: of each channel of a motor, counted from 1, the names of its features.

    Returns:
        One record a channel: its number, and `spectrum`, `envelope` and `contribution`; a plot without values
        is null.
    """
    return [
        {
            "channel": number,
            "component": clean_text(name),
            "spectrum": _spectrum(picture, number - 1, name, len(features.get(number, ()))),
            "envelope": _envelope(picture, number - 1, name),
            "contribution": _contribution(picture, number - 1, name, len(features.get(number, ()))),
        }
        for number, name in enumerate(names[: len(picture.spectrum)], 1)
    ]


def _spectrum(picture: Picture, channel: int, name: str, features: int) -> str | None:
    """Draw the observed and the expected spectrum, dB over Hz; a motor's over its `features`."""
    across, title, x_name = _across(picture, features)
    curves = [
        Curve("observed", OBSERVED, across, picture.spectrum[channel][: len(across)]),
        Curve("expected", EXPECTED, across, picture.reconstruction[channel][: len(across)]),
    ]
    return drawn(_title(name, channel, title), x_name, "dB", curves)


def _envelope(picture: Picture, channel: int, name: str) -> str | None:
    """Draw the spectrum of the envelope; None where none was measured."""
    if channel >= len(picture.envelope):
        return None
    amplitude = picture.envelope[channel]
    if not amplitude.any():
        return None
    frequency = (np.arange(len(amplitude)) * picture.envelope_step).astype(np.float32)
    curve = Curve("", OBSERVED, frequency, amplitude)
    return drawn(_title(name, channel, "envelope"), "Hz", "amplitude over the mean", [curve], zero=True)


def _contribution(picture: Picture, channel: int, name: str, features: int) -> str | None:
    """Draw the share of each band, or of each of a motor's `features`, in the error of the snapshot."""
    across, _, x_name = _across(picture, features)
    share = np.asarray(100 * picture.contribution[channel][: len(across)], np.float32)
    curve = Curve("", EXPECTED, across, share)
    return drawn(_title(name, channel, "contribution"), x_name, "% of the error", [curve], zero=True)


def drawn(title: str, x_name: str, y_name: str, curves: list[Curve], *, zero: bool = False) -> str | None:
    """Draw curves over common axes.

    Args:
        title: above the plot.
        x_name: unit of the values across.
        y_name: unit of the values upwards.
        curves: to draw; values that are not finite are gaps.
        zero: whether the axis upwards begins at 0.

    Returns:
        A whole SVG document; None where no curve has a finite value.
    """
    finite = [np.isfinite(one.x) & np.isfinite(one.y) for one in curves]
    if not any(one.any() for one in finite):
        return None
    x = np.concatenate([one.x[good] for one, good in zip(curves, finite, strict=True)])
    y = np.concatenate([one.y[good] for one, good in zip(curves, finite, strict=True)])
    across, upwards = _axis(x_name, x), _axis(y_name, np.append(y, 0) if zero else y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" role="img" font-family="sans-serif" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="16" font-size="13">{escape(title)}</text>',
        *_frame(across, upwards),
        *(_line(one, across, upwards) for one in curves),
        *_legend(curves),
        "</svg>",
    ]
    return "".join(parts)


def _axis(name: str, values: Values) -> Axis:
    low, high = float(values.min()), float(values.max())
    if high > low:
        return Axis(name, low, high)
    # A constant curve lies in the middle; beside a large value, 1 would be lost in rounding.
    margin = max(1.0, abs(low) / 100)
    return Axis(name, low - margin, high + margin)


def _frame(across: Axis, upwards: Axis) -> list[str]:
    """Draw the axes with their numbers."""
    floor, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value in across.ticks():
        at = _x(value, across)
        parts.append(f'<line x1="{at}" x2="{at}" y1="{TOP}" y2="{floor}" stroke="gainsboro"/>')
        parts.append(f'<text x="{at}" y="{floor + 14}" text-anchor="middle">{value:.6g}</text>')
    for value in upwards.ticks():
        at = _y(value, upwards)
        parts.append(f'<line x1="{LEFT}" x2="{end}" y1="{at}" y2="{at}" stroke="gainsboro"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at}" dy="4" text-anchor="end">{value:.4g}</text>')
    parts.append(f'<text x="{end}" y="{HEIGHT - 8}" text-anchor="end">{escape(across.name)}</text>')
    middle = (TOP + floor) // 2
    parts.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">'
        f"{escape(upwards.name)}</text>"
    )
    return parts


def _line(curve: Curve, across: Axis, upwards: Axis) -> str:
    """Draw a curve; a gap begins a new piece."""
    pieces, pen = [], "M"
    for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True):
        if not (math.isfinite(x) and math.isfinite(y)):
            pen = "M"
            continue
        pieces.append(f"{pen}{_x(x, across)} {_y(y, upwards)}")
        pen = "L"
    return f'<path d="{"".join(pieces)}" fill="none" stroke="{curve.colour}" stroke-width="1.2"/>'


def _legend(curves: list[Curve]) -> list[str]:
    named = [one for one in curves if one.name]
    return [
        f'<text x="{WIDTH - RIGHT - 70 * (len(named) - 1 - place)}" y="16" text-anchor="end"'
        f' fill="{one.colour}">{escape(one.name)}</text>'
        for place, one in enumerate(named)
    ]


def _x(value: float, axis: Axis) -> float:
    return round(LEFT + (value - axis.low) / (axis.high - axis.low) * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float, axis: Axis) -> float:
    share = (value - axis.low) / (axis.high - axis.low)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _across(picture: Picture, features: int) -> tuple[Values, str, str]:
    """Return the places on the axis across, the kind of the plot, and the name of that axis."""
    if features:
        return np.arange(1, features + 1, dtype=np.float32), "features", "number of the feature"
    return np.asarray((picture.edges[1:] + picture.edges[:-1]) / 2, np.float32), "spectrum", "Hz"


def _title(name: str, channel: int, kind: str) -> str:
    return f"{clean_text(name)}, channel {channel + 1}: {kind}"
