"""The state of an analyst's tools, and how each key changes it: pure functions from state to state."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.signals.spectrum import AxisUnit, Quantity, Scale

Floats = NDArray[np.float64]
T = TypeVar("T")

HARMONICS = 20
"""Highest multiple that a harmonic cursor marks."""

SIDEBANDS = 5
"""Sidebands that are marked on either side of the carrier."""

AVERAGES = (1, 3, 9)
"""Recordings that a spectrum may be averaged over: the newest up to the playhead."""


class Domain(StrEnum):
    """The horizontal axis of a pane; panes of the same one share their cursors."""

    FREQUENCY = "frequency"
    TIME = "time"
    QUEFRENCY = "quefrency"


DOMAINS = {
    "bands": Domain.FREQUENCY,
    "spectrum": Domain.FREQUENCY,
    "envelope": Domain.FREQUENCY,
    "peaks": Domain.FREQUENCY,
    "waveform": Domain.TIME,
    "cepstrum": Domain.QUEFRENCY,
}
"""Panes with a cursor."""


class Compare(StrEnum):
    """The spectrum that is drawn with that of the playhead."""

    NOTHING = "nothing"
    THEN = "then"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of a domain, in Hz or seconds; None where there is none.

    `main` reads a value; `second` gives differences; `harmonics` marks the multiples of `main`; `spacing`
    marks sidebands at so many Hz about `main`, 0 for none.
    """

    main: float | None = None
    second: float | None = None
    harmonics: bool = False
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything that an analyst has set.

    `then` is the position of the marked snapshot, None for none. `lines` draws the marks of shaft and mains.
    `in_unit` draws envelopes in the unit of the sensor. `whole` gives the chosen pane all the room.
    """

    frequency: Cursors = Cursors()
    time: Cursors = Cursors()
    quefrency: Cursors = Cursors()
    axis: AxisUnit = AxisUnit.HERTZ
    scale: Scale = Scale.RMS
    quantity: Quantity = Quantity.RECORDED
    averages: int = 1
    compare: Compare = Compare.NOTHING
    then: int | None = None
    lines: bool = False
    in_unit: bool = False
    whole: bool = False

    def cursors(self, domain: Domain) -> Cursors:
        """Return the cursors of a domain."""
        found = {Domain.FREQUENCY: self.frequency, Domain.TIME: self.time, Domain.QUEFRENCY: self.quefrency}
        return found[domain]

    def with_cursors(self, domain: Domain, cursors: Cursors) -> "Tools":
        """Return the tools with other cursors of a domain."""
        match domain:
            case Domain.FREQUENCY:
                return replace(self, frequency=cursors)
            case Domain.TIME:
                return replace(self, time=cursors)
            case _:
                return replace(self, quefrency=cursors)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The curve that a pane draws, for its cursors: x (n,) ascending in Hz or s, y (n,), and the part seen.

    `cells` is the width of the part in cells; `peaks` are the x of its peaks.
    """

    x: Floats
    y: Floats
    low: float
    high: float
    cells: int
    peaks: tuple[float, ...] = ()

    @property
    def step(self) -> float:
        """Return the distance of two points."""
        return float(self.x[1] - self.x[0]) if len(self.x) > 1 else 0.0

    @property
    def cell(self) -> float:
        """Return the width of a cell."""
        return (self.high - self.low) / max(self.cells, 1)


def height_at(trace: Trace, place: float) -> float:
    """Return the y of the point nearest to a place, NaN without points."""
    return float(trace.y[_nearest(trace, place)]) if len(trace.x) else float("nan")


def _nearest(trace: Trace, place: float) -> int:
    return int(np.argmin(np.abs(trace.x - place)))


def _highest_within(trace: Trace, low: float, high: float) -> float:
    """Return the x of the highest point of a span, or of the point nearest to its middle if it has none."""
    inside = np.flatnonzero((trace.x >= low) & (trace.x < high))
    if not len(inside):
        return float(trace.x[_nearest(trace, (low + high) / 2)])
    heights = np.nan_to_num(trace.y[inside], nan=-np.inf)
    return float(trace.x[inside[int(np.argmax(heights))]])


# Keys.


def cursor_toggled(tools: Tools, domain: Domain, trace: Trace) -> Tools:
    """Put the cursor on the highest point that is seen, or take all cursors of the domain away."""
    if tools.cursors(domain).main is not None or not len(trace.x):
        return tools.with_cursors(domain, Cursors())
    return tools.with_cursors(domain, Cursors(_highest_within(trace, trace.low, trace.high)))


def cursor_moved(tools: Tools, domain: Domain, by: int, trace: Trace) -> Tools:
    """Move the cursor by cells, onto the highest point of the cell it comes to; at least by a point."""
    cursors = tools.cursors(domain)
    if cursors.main is None or len(trace.x) < 2:
        return tools
    first, last = float(trace.x[0]), float(trace.x[-1])
    if trace.cell <= trace.step:
        place = _nearest(trace, cursors.main) + by
        moved = float(trace.x[min(max(place, 0), len(trace.x) - 1)])
    else:
        number = np.floor((cursors.main - trace.low) / trace.cell + 1e-9) + by
        low = trace.low + number * trace.cell
        if low + trace.cell <= first or low > last:
            return tools
        moved = _highest_within(trace, low, low + trace.cell)
    return tools.with_cursors(domain, replace(cursors, main=min(max(moved, first), last)))


def cursor_to_peak(tools: Tools, domain: Domain, by: int, trace: Trace) -> Tools:
    """Move the cursor to the next peak above (1) or below (-1) it; without a cursor, set one."""
    cursors = tools.cursors(domain)
    if cursors.main is None:
        return cursor_toggled(tools, domain, trace)
    margin = max(trace.step / 2, 1e-12)
    beyond = [
        peak
        for peak in trace.peaks
        if (peak > cursors.main + margin if by > 0 else peak < cursors.main - margin)
    ]
    if not beyond:
        return tools
    return tools.with_cursors(domain, replace(cursors, main=min(beyond) if by > 0 else max(beyond)))


def second_toggled(tools: Tools, domain: Domain) -> Tools:
    """Leave a second cursor where the cursor is, or take it away."""
    cursors = tools.cursors(domain)
    second = cursors.main if cursors.second is None else None
    return tools.with_cursors(domain, replace(cursors, second=second))


def harmonics_toggled(tools: Tools, domain: Domain, trace: Trace) -> Tools:
    """Mark the multiples of the cursor, or no longer; without a cursor, set one."""
    if tools.cursors(domain).main is None:
        tools = cursor_toggled(tools, domain, trace)
    cursors = tools.cursors(domain)
    if cursors.main is None:
        return tools
    return tools.with_cursors(domain, replace(cursors, harmonics=not cursors.harmonics))


def sidebands_cycled(tools: Tools, trace: Trace, shaft: float, cage: float) -> Tools:
    """Mark sidebands at the shaft's rotation, the cage's, the distance of the second cursor; then none.

    Args:
        tools: as they are.
        trace: of the pane.
        shaft: rotation [Hz], 0 if unknown.
        cage: fundamental train frequency [Hz], 0 if unknown.
    """
    if tools.frequency.main is None:
        tools = cursor_toggled(tools, Domain.FREQUENCY, trace)
    cursors = tools.frequency
    if cursors.main is None:
        return tools
    apart = 0.0 if cursors.second is None else abs(cursors.second - cursors.main)
    steps = [0.0, *dict.fromkeys(one for one in (shaft, cage, apart) if one > 0)]
    if len(steps) == 1:
        steps.append(max(10 * trace.step, trace.cell))
    places = [place for place, one in enumerate(steps) if abs(one - cursors.spacing) < 1e-9]
    following = steps[(places[0] + 1) % len(steps)] if places else 0.0
    return replace(tools, frequency=replace(cursors, spacing=following))


def spacing_changed(tools: Tools, by: int, step: float) -> Tools:
    """Widen or narrow the sidebands by a line of the spectrum; they stay at least a line apart."""
    cursors = tools.frequency
    if not cursors.spacing or step <= 0:
        return tools
    return replace(tools, frequency=replace(cursors, spacing=max(cursors.spacing + by * step, step)))


def _after(order: tuple[T, ...], now: T) -> T:
    return order[(order.index(now) + 1) % len(order)] if now in order else order[0]


def axis_cycled(tools: Tools, shaft: float) -> Tools:
    """Write frequencies in the next unit: Hz, cpm, and orders if the speed is known."""
    known = tuple(AxisUnit) if shaft > 0 else (AxisUnit.HERTZ, AxisUnit.CPM)
    return replace(tools, axis=_after(known, tools.axis))


def scale_cycled(tools: Tools) -> Tools:
    """Write amplitudes as RMS, as peaks, or in decibels."""
    return replace(tools, scale=_after(tuple(Scale), tools.scale))


def quantity_cycled(tools: Tools, possible: tuple[Quantity, ...]) -> Tools:
    """Draw the next quantity that the unit of the sensor allows."""
    return replace(tools, quantity=_after(possible, tools.quantity))


def averages_cycled(tools: Tools) -> Tools:
    """Average over one, three or nine recordings."""
    return replace(tools, averages=_after(AVERAGES, tools.averages))


def then_marked(tools: Tools, position: int) -> Tools:
    """Compare with this snapshot from now on; the one already marked is compared with no longer."""
    if tools.then == position and tools.compare is Compare.THEN:
        return replace(tools, then=None, compare=Compare.NOTHING)
    return replace(tools, then=position, compare=Compare.THEN)


def compare_cycled(tools: Tools) -> Tools:
    """Compare with the next: nothing, the marked snapshot if there is one, the baseline."""
    known = tuple(one for one in Compare if one is not Compare.THEN or tools.then is not None)
    return replace(tools, compare=_after(known, tools.compare))
