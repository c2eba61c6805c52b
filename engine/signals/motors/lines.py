"""Current signature analysis: sidebands of the mains line in dB, slip and rotor speed (pure)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.currents import Signal, park_vector

SMALLEST, LARGEST = 0.002, 0.12
"""Slip within which a rotor is sought: no load has some thousandths; a small motor at breakdown has 12 %."""

CLEAR_OF_MAINS = 4.0
"""Bins from the mains line at which a sideband is free of the Hann window's main lobe and first side lobe."""

STANDS_OUT = 12.0
"""Least height of a line over the floor [dB]: the highest of a few dozen bins of noise reaches 9."""

FLOOR_HERTZ = 8.0
"""Reach on either side of a line within which its floor, a median, is taken [Hz]."""

SEVERITY = ((54.0, "none"), (48.0, "watch"), (42.0, "a cracked or broken bar"), (0.0, "broken bars"))
"""Least dB below the mains line, and the meaning for the rotor cage at rated load.

Source: Thomson and Fenger (2001), Current signature analysis to detect induction motor faults, IEEE Industry
Applications Magazine 7(4): sound cages are 54 dB down and more, 45 dB is a broken bar's; the mean of both
sidebands counts, as in Thomson and Culbert (2017), Current Signature Analysis for Condition Monitoring of
Cage Induction Motors."""


@dataclass(frozen=True, slots=True, eq=False)
class CurrentSpectrum:
    """The spectrum of the Park vector in dB below its mains line.

    `hertz` (bins,) counts the mains' direction of rotation as positive; `decibels` (bins,) is 0 at the mains
    line; `resolution` is a bin [Hz].
    """

    hertz: NDArray[np.float64]
    decibels: NDArray[np.float64]
    resolution: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line: expected and found at [Hz], height [dB re the mains line], height over the floor [dB]."""

    expected: float
    found: float
    decibels: float
    above_floor: float

    @property
    def stands_out(self) -> bool:
        """Return whether it is more than the highest of the noise."""
        return self.above_floor >= STANDS_OUT


@dataclass(frozen=True, slots=True)
class Rotor:
    """A rotor's speed as the current shows it: slip, turns a second [Hz], pole pairs."""

    slip: float
    hertz: float
    pole_pairs: int


def current_spectrum(signal: Signal, rate: float) -> CurrentSpectrum:
    """Return the Hann-windowed spectrum of the Park vector, in dB below its highest line.

    The Park vector separates the directions of rotation: a sideband and its mirror image do not meet.

    Args:
        signal: (rows, 3).
        rate: rows a second [Hz].

    Raises:
        ValueError: there is no current.
    """
    vector = park_vector(signal)
    size = np.abs(np.fft.fftshift(np.fft.fft(vector * np.hanning(len(vector)))))
    hertz = np.fft.fftshift(np.fft.fftfreq(len(vector), 1 / rate))
    peak = int(np.argmax(size))
    if size[peak] <= 0:
        raise ValueError("the recording holds no current")
    if hertz[peak] < 0:
        size, hertz = size[::-1], -hertz[::-1]
    return CurrentSpectrum(hertz, 20 * np.log10(np.maximum(size / size.max(), 1e-15)), rate / len(vector))


def line_at(spectrum: CurrentSpectrum, hertz: float, reach: float) -> Line | None:
    """Return the highest line within reach of a frequency, with its height over the floor about it.

    Args:
        spectrum: of a current.
        hertz: expected.
        reach: on either side [Hz]; at least a bin is searched.

    Returns:
        The line, or None outside the spectrum or within the mains line.
    """
    off = np.abs(spectrum.hertz - hertz)
    near = off <= max(reach, spectrum.resolution)
    mains = spectrum.hertz[int(np.argmax(spectrum.decibels))]
    clear = np.abs(spectrum.hertz - mains) >= CLEAR_OF_MAINS * spectrum.resolution
    if not (near & clear).any() or abs(hertz) > np.abs(spectrum.hertz).max():
        return None
    places = np.flatnonzero(near & clear)
    best = int(places[np.argmax(spectrum.decibels[places])])
    about = clear & (off <= max(FLOOR_HERTZ, 20 * spectrum.resolution)) & (off > 3 * spectrum.resolution)
    floor = float(np.median(spectrum.decibels[about])) if about.any() else -300.0
    height = float(spectrum.decibels[best])
    return Line(hertz, float(spectrum.hertz[best]), height, height - floor)


def broken_bar_lines(mains: float, slip: float, orders: int = 2) -> tuple[float, ...]:
    """Return (1 - 2ks)f and (1 + 2ks)f for k = 1 to `orders`, pair by pair [Hz].

    Source:
        Deleroi (1984), Der Stabbruch im Käfigläufer eines Asynchronmotors; Thomson and Fenger (2001).
    """
    return tuple((1 + side * 2 * order * slip) * mains for order in range(1, orders + 1) for side in (-1, 1))


def eccentricity_lines(mains: float, rotor: float, orders: int = 2) -> tuple[float, ...]:
    """Return f - k fr and f + k fr [Hz]. Source: Nandi, Toliyat and Li (2005), IEEE T-EC 20(4)."""
    return tuple(mains + side * order * rotor for order in range(1, orders + 1) for side in (-1, 1))


def bearing_lines(mains: float, vibration: float, orders: int = 2) -> tuple[float, ...]:
    """Return |f - m fv| and |f + m fv| [Hz]. Source: Schoen et al. (1995), IEEE Trans. Ind. Appl. 31(6).

    In the spectrum of the Park vector the lower one may turn backwards: then its frequency is negative.
    """
    return tuple(mains + side * order * vibration for order in range(1, orders + 1) for side in (-1, 1))


def cage_decibels(lower: Line, upper: Line) -> float:
    """Return how far the pair of sidebands lies below the mains line [dB], their mean."""
    return -(lower.decibels + upper.decibels) / 2


def cage_severity(decibels: float) -> str:
    """Return the meaning of a pair of sidebands so many dB below the mains line, by `SEVERITY`."""
    return next(words for least, words in SEVERITY if decibels >= least or least == 0.0)


def broken_bars(decibels: float, bars: int, pole_pairs: int) -> float:
    """Return the number of broken bars that a sideband stands for.

    Args:
        decibels: below the mains line.
        bars: of the cage.
        pole_pairs: of the stator.

    Source:
        Thomson and Fenger (2001): n = 2 R / (10^(N/20) + p).
    """
    return float(2 * bars / (10 ** (decibels / 20) + pole_pairs))


def shortest_for_slip(mains: float, slip: float) -> float:
    """Return the seconds that a recording needs to part 2sf sidebands from the mains line."""
    return CLEAR_OF_MAINS / (2 * slip * mains)


def rotor_speed(spectrum: CurrentSpectrum, mains: float, pole_pairs: int) -> Rotor | None:
    """Return the slip at which the pair of lines f - fr and f + fr stands out most, or None.

    Every rotor has some eccentricity, which modulates the current once a turn.

    Args:
        spectrum: of the current.
        mains: its frequency [Hz].
        pole_pairs: of the stator.

    Source:
        Hurst and Habetler (1996), Sensorless speed measurement using current harmonic spectral estimation in
        induction machine drives, IEEE Trans. Power Electronics 11(1).
    """
    step = spectrum.resolution * pole_pairs / mains / 2
    best: tuple[float, float] | None = None
    for slip in np.arange(SMALLEST, LARGEST, step):
        turn = mains * (1 - slip) / pole_pairs
        pair = [line_at(spectrum, hertz, 0.0) for hertz in (mains - turn, mains + turn)]
        found = [line for line in pair if line is not None]
        height = min((line.above_floor for line in found), default=0.0)
        if len(found) == 2 and (best is None or height > best[0]):
            best = height, (found[1].found - found[0].found) / 2
    if best is None or best[0] < STANDS_OUT:
        return None
    return Rotor(1 - best[1] * pole_pairs / mains, best[1], pole_pairs)
