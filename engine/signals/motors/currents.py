"""Currents of a three-phase induction motor: mains frequency, sequences, Park vector, harmonics (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating]
"""(rows, phases), any real unit; the mean of each phase is removed where a formula needs it."""

PHASES = 3
TURN = np.exp(2j * np.pi / 3)
"""The operator of 120 degrees of symmetrical components."""

HARMONICS = 40
"""Highest harmonic of the total distortion.

Source: IEC 61000-4-7 and IEC 61000-3-2, which count harmonics to the fortieth."""

LEAST_CYCLES = 3
"""Cycles of the mains below which its frequency cannot be measured."""

_SEGMENT_CYCLES = 10
"""Cycles in one step of the frequency's course, 200 ms at 50 Hz. Source: IEC 61000-4-30."""

_SEARCH_RATE = 4000.0
"""Rows a second that the search of the mains line needs: several times the highest supply [Hz]."""

_LEAST_STEP = 4
"""Rows that are averaged into one from so many on, above 16 kHz: fewer save little time."""

_PADDING = 8
"""Zero padding of the first search: the peak lies within an eighth of a bin."""


@dataclass(frozen=True, slots=True)
class Mains:
    """The mains frequency of a recording: mean [Hz], and its drift from begin to end [Hz]."""

    hertz: float
    drift: float


def centred_phases(signal: Signal) -> NDArray[np.float64]:
    """Return the phases less their means, (rows, phases), in double precision."""
    phases = np.asarray(signal, np.float64)
    return np.asarray(phases - phases.mean(axis=0))


def true_rms(signal: Signal) -> NDArray[np.float64]:
    """Return the root mean square of each phase about its mean, (phases,), harmonics included."""
    return np.asarray(np.sqrt(np.square(centred_phases(signal)).mean(axis=0)))


def park_vector(signal: Signal) -> NDArray[np.complex128]:
    """Return the space vector of three phases, (rows,), of a phase's amplitude in the balanced case.

    Source:
        Park (1929), Two-reaction theory of synchronous machines; in the stationary frame of Clarke (1943).
    """
    first, second, third = centred_phases(signal).T
    # By hand: a product with a complex matrix takes twenty times as long.
    vector = np.empty(len(first), np.complex128)
    vector.real = (2 * first - second - third) / 3
    vector.imag = (second - third) / np.sqrt(3)
    return vector


def park_unbalance(signal: Signal) -> complex:
    """Return the unbalance of the ellipse that the Park vector describes; it needs no exact clock.

    An ellipse is the sum of a vector P that turns forwards and a vector N that turns backwards: the mean of
    the squared vector is 2 P N, that of its squared size P^2 + N^2. A Hann window weighs the rows, so that a
    few turns need not be whole.

    Args:
        signal: (rows, 3).

    Returns:
        Its size is the negative over the positive sequence. Its angle is twice the tilt of the major axis,
        which moves by 120 degrees with the phase that causes it.

    Source:
        Cardoso and Saraiva (1993), Computer-aided detection of airgap eccentricity in operating three-phase
        induction motors by Park's vector approach.
    """
    vector = park_vector(signal)
    weights = np.hanning(len(vector) + 2)[1:-1]
    power = float(np.average(np.square(np.abs(vector)), weights=weights))
    if power == 0:
        return 0j
    together = complex(np.average(np.square(vector), weights=weights)) / power
    size = min(abs(together), 1.0)
    ratio = size / (1 + np.sqrt(1 - size**2))
    direction = together / abs(together) if together else 1.0
    return complex(ratio * direction)


def mains_frequency(signal: Signal, rate: float, lowest: float = 10.0, highest: float = 450.0) -> Mains:
    """Return the frequency of the strongest line of the Park vector.

    A first search by zero-padded spectrum is refined by the advance of the vector's phase.

    Args:
        signal: (rows, 3).
        rate: rows a second [Hz].
        lowest: of the search [Hz].
        highest: of the search [Hz]; supplies of aircraft have 400 Hz.

    Raises:
        ValueError: the recording holds fewer than three cycles, or no current.
    """
    vector = park_vector(signal)
    step = int(rate / _SEARCH_RATE)
    if step >= _LEAST_STEP:
        vector = vector[: len(vector) // step * step].reshape(-1, step).mean(axis=1)
        rate /= step
    rows = len(vector)
    spectrum = np.abs(np.fft.fft(vector * np.hanning(rows), _PADDING * rows))
    hertz = np.fft.fftfreq(_PADDING * rows, 1 / rate)
    asked = (np.abs(hertz) >= lowest) & (np.abs(hertz) <= min(highest, rate / 2))
    if not asked.any() or spectrum[asked].max() <= 0:
        raise ValueError("the recording holds no current of the mains")
    peak = float(hertz[asked][np.argmax(spectrum[asked])])
    if abs(peak) * rows / rate < LEAST_CYCLES:
        raise ValueError(f"the recording holds fewer than {LEAST_CYCLES} cycles of the mains")
    turned = vector * np.exp(-2j * np.pi * peak / rate * np.arange(rows))
    length = max(1, round(rate / abs(peak) * min(_SEGMENT_CYCLES, abs(peak) * rows / rate / LEAST_CYCLES)))
    count = rows // length
    pieces = turned[: count * length].reshape(count, length).mean(axis=1)
    advance = np.diff(np.unwrap(np.angle(pieces))) * rate / (2 * np.pi * length)
    course = np.sign(peak) * (peak + advance)
    slope = np.polyfit(np.arange(len(course)), course, 1)[0] if len(course) > 2 else 0.0
    return Mains(float(course.mean()), float(slope * (len(course) - 1)))


def phasors(signal: Signal, rate: float, hertz: float) -> NDArray[np.complex128]:
    """Return the peak phasor of each phase at a frequency, (phases,), by least squares.

    Args:
        signal: (rows, phases).
        rate: rows a second [Hz].
        hertz: of the sought line.
    """
    phases = centred_phases(signal)
    angle = 2 * np.pi * hertz / rate * np.arange(len(phases))
    base = np.stack([np.cos(angle), -np.sin(angle), np.ones_like(angle)], axis=1)
    found = np.linalg.lstsq(base, phases, rcond=None)[0]
    return np.asarray(found[0] + 1j * found[1])


def unbalance_nema(magnitudes: Sequence[float] | NDArray[np.floating]) -> float:
    """Return the largest deviation of a phase from the mean, over the mean. Source: NEMA MG 1, 14.36."""
    sizes = np.asarray(magnitudes, np.float64)
    mean = float(sizes.mean())
    return float(np.abs(sizes - mean).max() / mean) if mean > 0 else 0.0


def harmonics(signal: Signal, rate: float, hertz: float, orders: Sequence[int]) -> NDArray[np.float64]:
    """Return the amplitude of each harmonic over the fundamental's, (phases, orders).

    Args:
        signal: (rows, phases).
        rate: rows a second [Hz].
        hertz: the mains frequency.
        orders: multiples of it; NaN for one above half of the rate.

    Source:
        IEC 61000-4-7, on a Hann window so that a drifting frequency leaks into no neighbour.
    """
    phases = centred_phases(signal)
    window = np.hanning(len(phases))[:, None]
    first = np.abs(_line(phases * window, rate, hertz))
    out = np.full((phases.shape[1], len(orders)), np.nan)
    for place, order in enumerate(orders):
        if order * hertz < rate / 2 and (first > 0).all():
            out[:, place] = np.abs(_line(phases * window, rate, order * hertz)) / first
    return out


def total_distortion(signal: Signal, rate: float, hertz: float) -> NDArray[np.float64]:
    """Return the total harmonic distortion of each phase, (phases,), over the fundamental.

    Source:
        IEC 61000-4-7: root sum square of the harmonics 2 to 40, as far as the rate shows them.
    """
    found = harmonics(signal, rate, hertz, range(2, HARMONICS + 1))
    return np.asarray(np.sqrt(np.nansum(np.square(found), axis=1)))


def phase_delays(three: NDArray[np.complex128], hertz: float) -> NDArray[np.float64]:
    """Return the delay of each phase after the one before it [s], (3,); a third of a cycle if balanced.

    Args:
        three: phasors of the phases.
        hertz: the mains frequency.
    """
    turn = np.angle(three * np.conj(np.roll(three, -1)))
    ahead = turn if turn.sum() > 0 or np.median(turn) > 0 else -turn
    return np.asarray(np.mod(ahead, 2 * np.pi) / (2 * np.pi * hertz))


def _line(tapered: NDArray[np.float64], rate: float, hertz: float) -> NDArray[np.complex128]:
    """Return the Fourier sum of each column at one frequency, (columns,)."""
    turn = np.exp(-2j * np.pi * hertz / rate * np.arange(len(tapered)))
    return np.asarray(turn @ tapered)
