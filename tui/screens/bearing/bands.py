"""The spectrum of a snapshot in bands, with the model's expectation and the range of the baseline."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.records.picture import Picture
from engine.signals.spectrum import AxisUnit, Scale
from tui.draw.charts.chart import Area, axis_of
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.format import frequency
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, pick, title
from tui.screens.bearing.analysis.plot import Layer, Plot, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import Ruler, Values, cursor_uprights, frequency_readout, joined
from tui.screens.bearing.analysis.tools import Compare, Tools, Trace

Floats = NDArray[np.float64]
Usual = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class BandExtras:
    """An analyst's additions to the bands: tools, the axis, and the picture of the marked snapshot."""

    tools: Tools = field(default_factory=Tools)
    ruler: Ruler = field(default_factory=Ruler)
    then: Picture | None = None
    then_when: str = ""

    def then_values(self, picture: Picture, channel: int) -> Floats | None:
        """Return the marked snapshot in the same bands, (bands,); None where it has none."""
        if self.tools.compare is not Compare.THEN or self.then is None or channel > len(self.then.spectrum):
            return None
        alike = np.array_equal(self.then.edges, picture.edges)
        return self.then.spectrum[channel - 1].astype(np.float64) if alike else None


def band_lines(
    width: int,
    height: int,
    picture: Picture | None,
    channel: int,
    when: str,
    usual: Usual | None = None,
    unit: str = "",
    zoom: Zoom = WHOLE,
    glyphs: Glyphs = Glyphs.UNICODE,
    extras: BandExtras | None = None,
) -> Lines:
    """Return the spectrum in bands, the autoencoder's expectation, and the baseline's range.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        picture: of the snapshot, None if the store has none.
        channel: counted from 1.
        when: the time of the snapshot, as text.
        usual: 5th, 50th and 95th percentile of the baseline, (bands,) each.
        unit: of the channel.
        zoom: which part of the frequencies.
        glyphs: those that the terminal can show.
        extras: of the analyst: cursors and comparison.
    """
    extras = extras or BandExtras()
    heading = title(f"Spectrum in bands, ch {channel} {when}", width, f"dB re 1 {unit or 'unit'}")
    measured = None if picture is None or channel > len(picture.spectrum) else picture.spectrum[channel - 1]
    if picture is None or measured is None:
        return finished(
            [heading, (Span("  no picture of this snapshot in the store", Role.DIM),)], width, height, glyphs
        )
    if not np.isfinite(measured).any():
        why = "  the channel is invalid in this snapshot: its recording holds no numbers"
        return finished([heading, (Span(fit(why, width), Role.WARNING),)], width, height, glyphs)
    plot, trace = band_plot(width, picture, channel, usual, zoom, extras)
    ground = ", ░ 5 to 95 % of the baseline" if usual is not None else ""
    legend = pick(
        width - 3,
        f"coloured: measured, • expected by the model{ground}",
        f"• expected by the model{ground}",
        "• expected by the model",
    ).rstrip()
    values = Values(unit, Scale.DECIBEL, plain=True)
    told = frequency_readout(width - 3, extras.tools.frequency, trace, extras.ruler, values)
    role = Role.STRONG if told else Role.DIM
    told = told or differences_text(width - 3, picture, channel, usual, extras) or legend
    lines = [heading, (Span(fit(f"  {told}", width), role),), *plot_lines(width, height - 2, plot, glyphs)]
    return finished(lines[:height], width, height, glyphs)


def band_plot(
    width: int, picture: Picture, channel: int, usual: Usual | None, zoom: Zoom, extras: BandExtras
) -> tuple[Plot, Trace]:
    """Return the plot of the bands, and the curve for its cursors.

    Args:
        width: cells.
        picture: of the snapshot, with the channel.
        channel: counted from 1.
        usual: 5th, 50th and 95th percentile of the baseline, (bands,) each.
        zoom: which part of the frequencies.
        extras: of the analyst.
    """
    values = picture.spectrum[channel - 1].astype(np.float64)
    expected = picture.reconstruction[channel - 1].astype(np.float64)
    hertz = (picture.edges[:-1] + picture.edges[1:]).astype(np.float64) / 2
    # Bands are wide: in kHz their numbers are short. In cpm or orders the unit is the analyst's.
    factor = extras.ruler.factor if extras.ruler.axis is not AxisUnit.HERTZ else 1e-3
    word = {AxisUnit.HERTZ: "kHz", AxisUnit.ORDERS: "ord"}.get(extras.ruler.axis, str(extras.ruler.axis))
    low, high = zoom.part(0.0, float(picture.edges[-1]))
    then = extras.then_values(picture, channel)
    layers = [Layer(hertz * factor, expected, Role.DIM, "•")]
    if then is not None:
        layers.append(Layer(hertz * factor, then, Role.DIM))
    layers.append(Layer(hertz * factor, values, Role.TITLE))
    finite = [part[np.isfinite(part)] for part in (values, expected, *(usual or ()))]
    together = np.concatenate(finite)
    area = None
    if usual is not None:
        area = Area(hertz * factor, usual[0].astype(np.float64), usual[2].astype(np.float64))
    plot = Plot(
        x=axis_of(low * factor, high * factor, word, max(width // 13, 2)),
        y=axis_of(*rounded(float(together.min()), float(together.max())), "dB", 3),
        layers=tuple(layers),
        area=area,
        uprights=cursor_uprights(extras.tools.frequency, factor),
    )
    return plot, Trace(
        hertz, values, low, high, columns_of(width, plot), tuple(hertz[_tops(values)].tolist())
    )


def _tops(values: Floats) -> NDArray[np.bool_]:
    """Return which bands are higher than their neighbours."""
    known = np.nan_to_num(np.pad(values, 1, constant_values=-np.inf), nan=-np.inf)
    return np.asarray((known[1:-1] > known[:-2]) & (known[1:-1] >= known[2:]))


def differences_text(
    width: int, picture: Picture, channel: int, usual: Usual | None, extras: BandExtras
) -> str:
    """Return the bands that differ most from what is compared, "" where nothing is compared.

    Args:
        width: cells.
        picture: of the snapshot, with the channel.
        channel: counted from 1.
        usual: percentiles of the baseline.
        extras: of the analyst.
    """
    match extras.tools.compare:
        case Compare.THEN:
            other, name = extras.then_values(picture, channel), f"then, {extras.then_when}"
        case Compare.BASELINE:
            other, name = (None if usual is None else usual[1].astype(np.float64)), "baseline"
        case _:
            return ""
    if other is None:
        return f"no bands to compare with ({name})"
    apart = picture.spectrum[channel - 1].astype(np.float64) - other
    known = np.flatnonzero(np.isfinite(apart))
    order = known[np.argsort(-np.abs(apart[known]), kind="stable")][:6].tolist()
    parts = [
        f"{frequency(float(picture.edges[band]), float(picture.edges[band + 1]))} {apart[band]:+.1f} dB"
        for band in order
    ]
    return joined(width, [f"now − {name}:", *parts]).replace("+-", "−").replace(" -", " −")


def rounded(low: float, high: float) -> tuple[float, float]:
    """Return the tens of dB around a range."""
    return 10 * np.floor(low / 10 - 0.05), 10 * np.ceil(high / 10 + 0.05)
