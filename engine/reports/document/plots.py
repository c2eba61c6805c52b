"""The plots of a report as SVG elements, each with a caption and a sentence for readers without sight."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.clock import microseconds
from engine.records.events import RINGS, EventKind
from engine.reports.document.contents import Contents
from engine.reports.document.drawing import (
    INK,
    LIMIT,
    MUTED,
    Drawing,
    bars,
    colour,
    days,
    highest,
    legend,
    time_axis,
)
from engine.signals.vibration_zones import zones_of
from replay.recording import clean_text

FIGURES = ("RMS (AC)", "peak", "crest factor", "kurtosis")

TOP_BANDS = 8
LOWEST, HIGHEST = 0.2, 20.0
"""Severities that a trend shows at least: the healthy level and five times the limit of high priority."""

SURFACES = {"outer race": "#c8102e", "inner race": "#0072b2", "rolling element": "#009e73", "cage": "#cc79a7"}


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of a report.

    Attributes:
        name: unique in the report.
        caption: says what is drawn, and in which unit.
        drawing: draws it.
    """

    name: str
    caption: str
    drawing: Drawing

    @property
    def svg(self) -> str:
        """Return the plot as an SVG element."""
        return self.drawing.svg


def plots_of(contents: Contents) -> tuple[Plot, ...]:
    """Return the plots for which the store holds the facts, in order."""
    return tuple(
        plot
        for make in (_trend, _spectrum, _envelope, _waterfall, _shares, _condition)
        for plot in make(contents)
    )


def _trend(contents: Contents) -> Iterator[Plot]:
    record, series = contents.record, contents.series
    severe = record.settings.severe

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        for number, name in enumerate(record.assessment.components):
            at, values = highest(series.at, series.severity[:, number])
            axes.plot(
                at,
                values,
                color=colour(number),
                label=clean_text(name),
                zorder=3 + (number == contents.component),
            )
        axes.axhline(1.0, color=LIMIT, linewidth=1.0)
        axes.annotate(
            "limit", (0, 1.0), xycoords=("axes fraction", "data"), color=LIMIT, fontsize=8, va="bottom"
        )
        if severe:
            axes.axhline(severe, color=LIMIT, linewidth=1.0, linestyle="--")
            axes.annotate(
                "high", (0, severe), xycoords=("axes fraction", "data"), color=LIMIT, fontsize=8, va="bottom"
            )
        _shade_baseline(axes, contents)
        _marks(axes, contents)
        finite = series.severity[np.isfinite(series.severity) & (series.severity > 0)]
        axes.set_yscale("log", base=2)
        axes.set_ylim(
            min(LOWEST, float(finite.min()) if len(finite) else LOWEST),
            max(HIGHEST, 1.2 * float(finite.max()) if len(finite) else HIGHEST),
        )
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_ylabel("severity")
        time_axis(axes, contents.zone)
        legend(axes)

    yield Plot(
        "trend",
        "Severity of each component (1 is the limit; logarithmic). Triangles: rings. Dots: acknowledgements."
        " Grey: baseline.",
        Drawing("trend", plot, size=(7.2, 3.0)),
    )


def _shade_baseline(axes: Axes, contents: Contents) -> None:
    learned = np.flatnonzero(contents.series.baseline)
    if len(learned):
        first, last = days(contents.series.at[learned[[0, -1]]])
        axes.axvspan(first, last, color=MUTED, alpha=0.15, linewidth=0)


def _marks(axes: Axes, contents: Contents) -> None:
    """Mark the rings of alarms, crossings of the limit, and acknowledgements."""
    names = contents.record.assessment.components
    first, last = int(contents.series.at[0]), int(contents.series.at[-1])
    rings = [one for one in contents.record.past if one.kind in RINGS and one.component in names]
    by_seq = {one.seq: one for one in rings}
    for event in rings:
        severity = event.detail.get("severity")
        at = microseconds(event.at)
        if first <= at <= last and isinstance(severity, int | float) and severity > 0:
            place = days(np.array([at]))
            axes.plot(
                place, [severity], "v", color=colour(names.index(event.component)), markersize=5, zorder=6
            )
    for event in contents.record.events:
        ring = by_seq.get(event.ring or 0)
        if (
            event.kind is EventKind.ACKNOWLEDGED
            and ring is not None
            and first <= microseconds(event.at) <= last
        ):
            axes.plot(days(np.array([microseconds(event.at)])), [1.0], "o", color=INK, markersize=4, zorder=7)


def _spectrum(contents: Contents) -> Iterator[Plot]:
    picture, channel = contents.picture, contents.channel
    if picture is None or channel > len(picture.spectrum):
        return
    features = contents.features
    edges = np.arange(len(features) + 1, dtype=np.float32) if features else picture.edges / 1000
    count = len(edges) - 1

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        if contents.usual is not None and len(contents.usual) >= count:
            axes.stairs(contents.usual[:count], edges, color=MUTED, label="baseline (median)", baseline=None)
        axes.stairs(
            picture.reconstruction[channel - 1][:count],
            edges,
            color=colour(0),
            label="expected by the model",
            baseline=None,
        )
        levels = picture.spectrum[channel - 1][:count]
        axes.stairs(levels, edges, color=colour(1), label="observed", baseline=None)
        axes.set_xlabel("" if features else "frequency, kHz")
        axes.set_ylabel("feature, dB" if features else "band power, dB")
        if features:
            axes.set_xticks(edges[:-1] + 0.5, features, rotation=60, ha="right")
        axes.set_xlim(0, float(edges[-1]))
        legend(axes)

    yield Plot(
        "spectrum",
        f"{'Features' if features else 'Spectrum'} of channel {channel}"
        f"{'' if features else ' in bands'} against the baseline, in the last judged snapshot"
        f" with a stored picture (dB{'' if features else ' re 1 unit'}).",
        Drawing("spectrum", plot),
    )


def _envelope(contents: Contents) -> Iterator[Plot]:
    picture, channel = contents.picture, contents.channel
    if picture is None or channel > len(picture.envelope) or not picture.envelope_step or contents.features:
        return
    lines = [one for one in contents.marked.lines if not one.sideband and not one.masked]
    envelope = picture.envelope[channel - 1]
    top = max((1.15 * one.expected for one in lines), default=picture.envelope_step * len(envelope))
    count = min(len(envelope), int(top / picture.envelope_step) + 1)
    hertz = picture.envelope_step * np.arange(count)

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        drawn: set[str] = set()
        for one in lines:
            surface = one.surface.value
            shown = SURFACES.get(surface, INK)
            axes.axvline(
                one.expected,
                color=shown,
                linewidth=0.9,
                linestyle="--",
                label=None if surface in drawn else surface,
            )
            drawn.add(surface)
        axes.plot(hertz, envelope[:count], color=INK, linewidth=0.8)
        axes.set_xlabel("frequency, Hz")
        axes.set_ylabel("relative amplitude")
        axes.set_xlim(0, float(hertz[-1]) if count > 1 else 1.0)
        axes.set_ylim(bottom=0)
        if drawn:
            legend(axes)

    low, high = picture.carriers[channel - 1] / 1000 if len(picture.carriers) else (0.0, 0.0)
    why = (
        f" No fault line is marked: {contents.marked.why_not}."
        if contents.marked.why_not
        else " Dashed: fault lines by geometry."
    )
    yield Plot(
        "envelope",
        f"Envelope spectrum of channel {channel}, band {low:.2f} to {high:.2f} kHz.{why}",
        Drawing("envelope", plot),
    )


def _waterfall(contents: Contents) -> Iterator[Plot]:
    fall = contents.waterfall
    if fall is None:
        return
    levels = np.clip(np.nan_to_num(fall.levels, nan=0.0, posinf=30.0, neginf=-30.0), -30.0, 30.0)
    features = contents.features
    top = max(6.0, float(np.ceil(np.percentile(np.abs(levels), 99.5))))

    def plot(figure: Figure) -> None:
        axes = figure.subplots()
        at = days(fall.at)
        middles = (fall.edges[:-1] + fall.edges[1:]) / 2000
        mesh = axes.pcolormesh(
            at,
            np.arange(len(features)) if features else middles,
            levels.T[: len(features)] if features else levels.T,
            cmap="coolwarm",
            vmin=-top,
            vmax=top,
            shading="nearest",
            rasterized=True,
        )
        if features:
            axes.set_yticks(range(len(features)), features)
        else:
            axes.set_ylabel("frequency, kHz")
        axes.grid(visible=False)
        time_axis(axes, contents.zone)
        figure.colorbar(mesh, ax=axes, label="dB over baseline", pad=0.01)

    yield Plot(
        "waterfall",
        f"Waterfall of channel {contents.channel}: level over the median of the baseline,"
        f" {len(fall.at)} snapshots.",
        Drawing("waterfall", plot, size=(7.2, 3.0)),
    )


def _shares(contents: Contents) -> Iterator[Plot]:
    picture, record = contents.picture, contents.record
    if picture is None or not np.nan_to_num(picture.contribution).any():
        return
    contribution = np.nan_to_num(picture.contribution)
    names, channels = record.assessment.components, record.assessment.channels
    own = contribution[contents.channel - 1] if contents.channel <= len(contribution) else contribution[0]

    def plot(figure: Figure) -> None:
        left, middle, right = figure.subplots(1, 3)
        parts = [
            float(sum(contribution[one - 1].sum() for one in own if one <= len(contribution)))
            for own in channels
        ]
        bars(left, [clean_text(name) for name in names], parts)
        left.set_title("by component")
        bars(
            middle,
            [f"channel {number}" for number in range(1, len(contribution) + 1)],
            contribution.sum(axis=1).tolist(),
            1,
        )
        middle.set_title("by channel")
        best = np.argsort(own)[::-1][:TOP_BANDS]
        edges, features = picture.edges / 1000, contents.features
        bands = [
            features[one] if one < len(features) else f"{edges[one]:.2f}–{edges[one + 1]:.2f} kHz"
            for one in best.tolist()
        ]
        bars(right, bands, own[best].tolist(), 2)
        right.set_title(f"by {'feature' if features else 'band'}, channel {contents.channel}")

    rows = max(len(names), len(contribution), TOP_BANDS)
    yield Plot(
        "shares",
        "Contributions to the machine's error in the last judged snapshot with a stored picture.",
        Drawing("shares", plot, size=(7.2, max(2.0, 0.22 * rows + 0.9))),
    )


def _condition(contents: Contents) -> Iterator[Plot]:
    series, channel = contents.series, contents.channel
    if channel > series.figures.shape[1]:
        return
    values = series.figures[:, channel - 1].astype(np.float64)
    velocity = series.velocity[:, channel - 1].astype(np.float64)
    units = contents.record.assessment.units
    unit = clean_text(units[channel - 1]) if channel <= len(units) else ""
    has_velocity = bool(np.isfinite(velocity).any())

    def plot(figure: Figure) -> None:
        grid = figure.subplots(3 if has_velocity else 2, 2, sharex=True)
        for axes, number in zip(grid.ravel(), range(4), strict=False):
            at, shown = highest(series.at, values[:, number])
            axes.plot(at, shown, color=colour(0), linewidth=0.9)
            axes.set_title(f"{FIGURES[number]}{f', {unit}' if number < 2 and unit else ''}", loc="left")
            time_axis(axes, contents.zone)
        if has_velocity:
            _velocity(grid[2, 0], contents)
            grid[2, 1].set_visible(False)

    why = "" if has_velocity else " No velocity RMS is known of this channel."
    yield Plot(
        "condition",
        f"Condition figures of channel {channel}.{why}",
        Drawing("condition", plot, size=(7.2, 4.6 if has_velocity else 3.2)),
    )


def _velocity(axes: Axes, contents: Contents) -> None:
    at, shown = highest(
        contents.series.at, contents.series.velocity[:, contents.channel - 1].astype(np.float64)
    )
    axes.plot(at, shown, color=colour(0), linewidth=0.9)
    axes.set_title("velocity RMS, mm/s", loc="left")
    time_axis(axes, contents.zone)
    machine = contents.record.settings.machine
    zones = None if machine is None else zones_of(machine.group, machine.foundation, machine.shaft_speed)
    for letters, border in zip(("A/B", "B/C", "C/D"), (zones.borders or ()) if zones else (), strict=False):
        axes.axhline(border, color=LIMIT, linewidth=0.7, linestyle="--")
        axes.annotate(
            letters, (0, border), xycoords=("axes fraction", "data"), color=LIMIT, fontsize=7, va="bottom"
        )
