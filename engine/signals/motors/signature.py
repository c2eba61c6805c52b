"""The current signature of a motor: lines beside the mains, with its drift taken out, and the slip (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.cage import LARGEST_SLIP, SMALLEST_SLIP
from engine.signals.motors.currents import PHASES, Signal, centred_phases, mains_frequency, park_vector

STANDS_OUT = 12.0
"""Least height of a line over the floor [dB]: the highest of a few dozen bins of noise reaches 9."""

FLOOR_HERTZ = 8.0
"""Reach on either side of a line within which its floor, a median, is taken [Hz]."""

REACH = 1000.0
"""Distance from the mains line within which lines are kept [Hz]: bearing lines lie within some hundreds."""

PIECE = 0.2
"""Seconds over which the phase is averaged before its drift is fitted."""

SECONDS_A_BEND = 6.0
"""Seconds of a recording for each degree of the polynomial of the drift. It follows changes slower than
0.08 Hz: a supply's wander, and no sideband of the slip."""

MOST_BENDS = 10
"""Highest degree of that polynomial."""

POLE_PAIRS = (2, 1, 3, 4)
"""Pole pairs that are tried where none are set, the commonest first."""

LINE_WIDTH = 0.1
"""Width of a line whose frequency varies a little within a long recording [Hz]."""

MAIN_LOBE = 2.0
"""Bins on either side of a line that its main lobe fills with a Hann window."""

BESIDE_MAINS = 3.0
"""Bins from the mains line at which a sideband is free of it, once its side lobes are taken out."""

BESIDE_STEP = 4.0
"""The same where they are not, in a recording within which the load changed."""

STEADY = 0.02
"""Change of the current from the first to the last quarter of a recording, below which its load is steady."""

LOUD = -40.0
"""Height of lines [dB re the mains] that a load that swings reaches, and eccentricity hardly."""

NEAR_SYNCHRONOUS = 0.02
"""Slip up to which the flank of a line at the synchronous speed still shows a motor with little load."""

SLOWEST_SIDEBAND = 0.15
"""Least distance of a sideband from the mains line [Hz], at which the drift is surely taken out."""


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """The spectrum of the Park vector about its mains line, with slow drift taken out.

    Attributes:
        mains: frequency of the supply [Hz].
        offsets: (bins,) [Hz], ascending, 0 at the mains line; the direction of rotation counts as positive.
        decibels: (bins,) re the mains line.
        above: (bins,) height over the floor about it [dB].
        resolution: a bin [Hz].
        sway: standard deviation of the amplitude within the recording, over its mean.
        one_phase: whether a single phase was recorded, so that lines below -mains are mirror images.
        clear: bins from the mains line at which a sideband is free of it.
    """

    mains: float
    offsets: NDArray[np.float64]
    decibels: NDArray[np.float64]
    above: NDArray[np.float64]
    resolution: float
    sway: float
    one_phase: bool = False
    clear: float = BESIDE_MAINS

    def at(self, offset: float, reach: float = 0.0) -> tuple[float, float, float]:
        """Return the highest line within reach of an offset: its offset, dB, and dB above the floor.

        Args:
            offset: from the mains line [Hz].
            reach: on either side [Hz]; at least a bin is searched.
        """
        span, clear = max(reach, self.resolution), (self.clear - 0.01) * self.resolution
        low, high = offset - span, offset + span
        low, high = (max(low, clear), high) if offset > 0 else (low, min(high, -clear))
        first, last = np.searchsorted(self.offsets, [low, high])
        if last <= first or abs(offset) < clear:
            return offset, -300.0, 0.0
        best = first + int(np.argmax(self.decibels[first:last]))
        return float(self.offsets[best]), float(self.decibels[best]), float(self.above[best])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines at equal distance on either side of the mains line.

    `offset` is that distance [Hz]; `lower`, `upper` are heights [dB re the mains line]; `above` is the
    height of the lower of them over its floor [dB].
    """

    offset: float
    lower: float
    upper: float
    above: float

    @property
    def decibels(self) -> float:
        """Return the mean height [dB re the mains line]."""
        return (self.lower + self.upper) / 2

    @property
    def stands_out(self) -> bool:
        """Return whether both lines are more than the highest of the noise."""
        return self.above >= STANDS_OUT


NO_PAIR = Pair(0.0, -120.0, -120.0, 0.0)


@dataclass(frozen=True, slots=True)
class Slip:
    """The slip of a rotor.

    `rotor` is in turns a second [Hz], `lines` the pair at f -+ fr that shows it. `is_sure` is False where a
    pair stands out at the place of other pole pairs too: one of them is not a rotor's.
    """

    slip: float
    rotor: float
    pole_pairs: int
    lines: Pair
    is_sure: bool = True


def space_vector(signal: Signal) -> NDArray[np.complex128]:
    """Return the space vector, (rows,), of one, two or three phases.

    Two phases of a motor without a neutral determine the third. A single phase gives its analytic signal,
    which has no backward half.
    """
    phases = centred_phases(signal)
    if phases.shape[1] >= PHASES:
        return park_vector(phases[:, :PHASES])
    if phases.shape[1] == 2:
        return park_vector(np.column_stack([phases, -phases.sum(axis=1)]))
    spectrum = np.fft.fft(phases[:, 0])
    spectrum[len(spectrum) // 2 + 1 :] = 0.0
    return np.asarray(2 * np.fft.ifft(spectrum))


def three_phases(signal: Signal) -> NDArray[np.float64]:
    """Return three phases, (rows, 3), of one to three: three as they are, others from their space vector."""
    if signal.shape[1] >= PHASES:
        return np.asarray(signal[:, :PHASES], np.float64)
    vector = space_vector(signal)
    return np.stack([(vector * np.exp(-2j * np.pi * number / 3)).real for number in range(PHASES)], axis=1)


def signature(signal: Signal, rate: float, lowest: float = 10.0, highest: float = 450.0) -> Signature:
    """Return the signature of a recording.

    The vector is turned back by the phase of the mains, and a slow polynomial of its phase and of its size
    is taken out: so neither the wander of a supply nor a ramp of the load smears the mains line.

    Args:
        signal: (rows, phases), one to three.
        rate: rows a second [Hz].
        lowest: of the search for the mains line [Hz].
        highest: of that search [Hz].

    Raises:
        ValueError: the recording holds fewer than three cycles, or no current.
    """
    vector = space_vector(signal)
    step = max(1, int(rate / (2.5 * REACH)))
    if step > 1:
        vector = vector[: len(vector) // step * step].reshape(-1, step).mean(axis=1)
        rate /= step
    parts = [(vector * np.exp(-2j * np.pi * number / 3)).real for number in range(PHASES)]
    mains = mains_frequency(np.stack(parts, axis=1), rate, lowest, highest).hertz
    time = np.arange(len(vector)) / rate
    if np.abs(np.mean(vector * np.exp(-2j * np.pi * mains * time))) < np.abs(
        np.mean(vector * np.exp(2j * np.pi * mains * time))
    ):
        vector = np.conj(vector)
    level, sway = _levelled(vector * np.exp(-2j * np.pi * mains * time), rate)
    offsets = np.fft.fftshift(np.fft.fftfreq(len(level), 1 / rate))
    resolution = rate / len(level)
    inside = np.abs(offsets) <= REACH
    steady = _step(vector) < STEADY
    whole, beside = (size[inside] for size in _sizes(level))
    # A step of the load leaves humps beside the mains, which its side lobes hide better than they are parted.
    beside = beside if steady else whole
    offsets = offsets[inside]
    within = np.abs(offsets) < (MAIN_LOBE - 0.5) * resolution
    decibels = _decibels(np.where(within, whole, beside), whole.max())
    above = np.where(within, 0.0, _above_floor(_decibels(beside, whole.max()), resolution))
    clear = BESIDE_MAINS if steady else BESIDE_STEP
    return Signature(mains, offsets, decibels, above, resolution, sway, signal.shape[1] == 1, clear)


def _sizes(level: NDArray[np.complex128]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the size of the spectrum, and the same without the mains line and its side lobes, (rows,) each.

    The levelled vector turns no more: its mean is the mains line. Without it a short recording shows lines
    three bins beside the mains.
    """
    window = np.hanning(len(level))
    mean = np.sum(level * window) / window.sum()
    whole, beside = (np.abs(np.fft.fftshift(np.fft.fft(one * window))) for one in (level, level - mean))
    return whole, beside


def _step(vector: NDArray[np.complex128]) -> float:
    """Return the change of the vector's size from the first to the last quarter, over its mean."""
    size, quarter = np.abs(vector), max(len(vector) // 4, 1)
    mean = float(size.mean())
    return abs(float(size[-quarter:].mean() - size[:quarter].mean())) / mean if mean > 0 else 0.0


def _decibels(size: NDArray[np.float64], highest: float) -> NDArray[np.float64]:
    return np.asarray(20 * np.log10(np.maximum(size / highest, 1e-7)))


def _above_floor(decibels: NDArray[np.float64], resolution: float) -> NDArray[np.float64]:
    """Return the height of each bin over the floor about it [dB], or over the higher of its two sides.

    Beside the mains line the floor falls steeply: a bin of that slope is no line, whatever the median is.
    """
    # Half a second to load, and a console needs this module without it.
    from scipy.ndimage import median_filter

    reach = min(max(round(FLOOR_HERTZ / resolution), 20), max(len(decibels) // 4, 1))
    above = decibels - median_filter(decibels, 2 * reach + 1, mode="nearest")
    width = max(3, round(LINE_WIDTH / resolution))
    side = median_filter(decibels, 2 * (width // 2) + 1, mode="nearest")
    away = width + width // 2
    if len(decibels) <= 2 * away:
        return np.asarray(above)
    padded = np.pad(side, away, mode="edge")
    return np.asarray(np.minimum(above, decibels - np.maximum(padded[: -2 * away], padded[2 * away :])))


def _levelled(turned: NDArray[np.complex128], rate: float) -> tuple[NDArray[np.complex128], float]:
    """Return the vector without slow drift of phase and size, and the sway of its size."""
    length = max(1, min(round(PIECE * rate), len(turned) // 4 or 1))
    count = len(turned) // length
    pieces = turned[: count * length].reshape(count, length).mean(axis=1)
    sizes = np.maximum(np.abs(pieces), 1e-12)
    sway = float(sizes.std() / sizes.mean())
    degree = min(1 + int(len(turned) / rate / SECONDS_A_BEND), MOST_BENDS, max(count // 3, 0))
    middle = (np.arange(count) + 0.5) * length
    place = 2 * middle / len(turned) - 1
    everywhere = 2 * (np.arange(len(turned)) + 0.5) / len(turned) - 1
    phase = np.polynomial.Chebyshev.fit(place, np.unwrap(np.angle(pieces)), degree, domain=[-1, 1])
    growth = np.polynomial.Chebyshev.fit(place, np.log(sizes), degree, domain=[-1, 1])
    return np.asarray(turned * np.exp(-1j * phase(everywhere) - growth(everywhere))), sway


def pair_at(found: Signature, offset: float, reach: float = 0.0) -> Pair:
    """Return the pair of lines at an offset on either side of the mains line.

    Args:
        found: the signature.
        offset: distance from the mains line [Hz].
        reach: of the search on either side [Hz]; at least a bin is searched.
    """
    up, upper, above_upper = found.at(offset, reach)
    down, lower, above_lower = found.at(-offset, reach)
    if found.one_phase and offset >= found.mains:
        lower, above_lower, down = upper, above_upper, -up
    return Pair((up - down) / 2, lower, upper, min(above_lower, above_upper))


def best_pair(found: Signature, low: float, high: float) -> Pair:
    """Return the pair that stands out most between two distances from the mains line [Hz]."""
    low = max(low, SLOWEST_SIDEBAND, found.clear * found.resolution)
    count = int((high - low) / found.resolution)
    if count < 1:
        return NO_PAIR
    wanted = np.asarray(low + np.arange(count + 1) * found.resolution, np.float64)
    upper = _nearest(found, wanted)
    lower = _nearest(found, -wanted)
    joint = np.minimum(found.above[upper], found.above[lower])
    return pair_at(found, float(wanted[int(np.argmax(joint))]))


def _nearest(found: Signature, offsets: NDArray[np.float64]) -> NDArray[np.intp]:
    places = np.searchsorted(found.offsets, offsets - found.resolution / 2)
    return np.asarray(np.clip(places, 0, len(found.offsets) - 1))


def rotor_slip(
    found: Signature,
    pole_pairs: Sequence[int] = POLE_PAIRS,
    low: float = SMALLEST_SLIP,
    high: float = LARGEST_SLIP,
) -> Slip | None:
    """Return the slip at which the pair f -+ fr stands out most, None where none does.

    Args:
        found: the signature.
        pole_pairs: that the stator may have.
        low: smallest slip of the search.
        high: largest slip of the search.

    Source:
        Hurst and Habetler (1996), IEEE Trans. Power Electronics 11(1): every rotor has some eccentricity.
    """
    best: Slip | None = None
    count = 0
    for pairs in pole_pairs:
        nearest, farthest = found.mains * (1 - high) / pairs, found.mains * (1 - low) / pairs
        # Lines of direct current and of the backward field are no rotor's: they lie at whole multiples.
        clear = (found.clear if pairs == 1 else 1.0) * found.resolution
        farthest = min(farthest, found.mains / pairs - clear)
        if farthest <= nearest:
            continue
        pair = best_pair(found, nearest, farthest)
        slip = 1 - pair.offset * pairs / found.mains
        is_last = slip > NEAR_SYNCHRONOUS and pair.offset + found.resolution > farthest
        if is_last and _rises_beyond(found, pair.offset):
            continue
        count += pair.stands_out
        if pair.stands_out and (best is None or _likelier(pair, best.lines)):
            best = Slip(slip, pair.offset, pairs, pair)
    return best if best is None or count == 1 else replace(best, is_sure=False)


def _rises_beyond(found: Signature, offset: float) -> bool:
    """Return whether the bins beyond a pair are as high: then it is the flank of a line, and no rotor's."""
    places = _nearest(found, np.array([offset, offset + found.resolution]))
    mirrored = _nearest(found, -np.array([offset, offset + found.resolution]))
    here, beyond = (found.decibels[places] + found.decibels[mirrored]).tolist()
    return bool(beyond >= here)


def _likelier(pair: Pair, than: Pair) -> bool:
    """Return whether a pair is likelier the rotor's: one of usual height, then the one that stands out."""
    return (pair.decibels < LOUD, pair.above) > (than.decibels < LOUD, than.above)
