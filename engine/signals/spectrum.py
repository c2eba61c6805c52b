"""Amplitude spectra, envelope spectra, cepstrum and autocorrelation of one channel, for an analyst.

numpy's transform is used: the console calls these functions, and scipy would add 30 MB to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.signals.velocity import TO_METRES

Floats = NDArray[np.float64]

VELOCITIES = {"mm/s": 1.0, "m/s": 1000.0, "cm/s": 10.0, "in/s": 25.4, "ips": 25.4}
"""Units of velocity, each in mm/s."""

GRAVITY = 9.80665
"""Standard gravity [m/s²]."""

LEAST_PERIODS = 4
"""Integration begins where a recording holds so many periods: below it drift is taken for velocity."""

DECIBEL_FLOOR = 1e-12
"""Least amplitude of a logarithm, far below any recorder's noise: −240 dB."""

SECOND_ECHO = 0.2
"""A repetition counts if the autocorrelation reaches this; noise of 1000 rows stays below 0.1."""


class Quantity(StrEnum):
    """The quantity of a spectrum: as recorded, or integrated or differentiated from it."""

    RECORDED = "as recorded"
    VELOCITY = "velocity"
    ACCELERATION = "acceleration"


class Scale(StrEnum):
    """How an amplitude is written: root mean square, peak, or decibels of the root mean square."""

    RMS = "RMS"
    PEAK = "peak"
    DECIBEL = "dB"


class AxisUnit(StrEnum):
    """The unit of a frequency axis."""

    HERTZ = "Hz"
    CPM = "cpm"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A one-sided amplitude spectrum.

    Attributes:
        step: distance of two lines [Hz]; the first lies at 0 Hz.
        amplitude: (lines,) peak amplitude in `unit`: a sine on a line has its own amplitude there.
        unit: of the amplitude.
        averages: number of recordings that were averaged.
    """

    step: float
    amplitude: Floats
    unit: str
    averages: int = 1

    @property
    def hertz(self) -> Floats:
        """Return the frequency of each line, (lines,) [Hz]."""
        return self.step * np.arange(len(self.amplitude), dtype=np.float64)

    @property
    def resolution(self) -> float:
        """Return the noise bandwidth of a line under a Hann window, 1.5 lines [Hz]."""
        return 1.5 * self.step


def periodic_hann(rows: int) -> Floats:
    """Return the periodic Hann window, (rows,), whose lines are 1, 1/2 and 1/2 high."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(rows) / rows)


def amplitude_spectrum(signal: NDArray[np.floating], sample_rate: float, unit: str) -> Spectrum:
    """Return the spectrum of a whole recording under a Hann window, about its mean.

    Args:
        signal: (rows,) in `unit`; a value that is not a number makes every line NaN.
        sample_rate: rows a second [Hz].
        unit: of the signal.

    Returns:
        Peak amplitudes, (rows // 2 + 1,). A sine between two lines shows up to 1.42 dB too low.

    Raises:
        ValueError: there are fewer than four rows.

    Source:
        Heinzel, Rüdiger and Schilling (2002), Spectrum and spectral density estimation by the DFT, section 9.
    """
    rows = len(signal)
    if rows < 4:
        raise ValueError("a spectrum needs at least four rows")
    values = np.asarray(signal, np.float64)
    window = periodic_hann(rows)
    amplitude = np.abs(np.fft.rfft((values - values.mean()) * window)) * (2 / window.sum())
    amplitude[0] /= 2
    if rows % 2 == 0:
        # The line at half the sample rate has no twin at a negative frequency.
        amplitude[-1] /= 2
    return Spectrum(sample_rate / rows, amplitude, unit)


def averaged(spectra: Sequence[Spectrum]) -> Spectrum:
    """Return the mean of spectra by power, of those with the lines of the first.

    Raises:
        ValueError: there is none.
    """
    if not spectra:
        raise ValueError("there is no spectrum to average")
    first = spectra[0]
    alike = [
        one
        for one in spectra
        if len(one.amplitude) == len(first.amplitude)
        and np.isclose(one.step, first.step)
        and np.isfinite(one.amplitude).all()
    ]
    if not alike:
        return first
    power = np.mean([one.amplitude**2 for one in alike], axis=0)
    return replace(first, amplitude=np.sqrt(power), averages=len(alike))


def obstacle_to(quantity: Quantity, unit: str) -> str:
    """Return the reason why a unit has no such quantity, in words; empty if it has."""
    if quantity is Quantity.RECORDED or unit.strip() in TO_METRES or unit.strip() in VELOCITIES:
        return ""
    return f'no {quantity}: the sensor\'s unit is {unit.strip() or "not set"}. Set unit = "g"'


def gain_at(quantity: Quantity, unit: str, hertz: Floats | float) -> Floats:
    """Return the factor from a recorded amplitude to velocity [mm/s] or acceleration [g] at frequencies.

    A sine of frequency f has the velocity a / (2 pi f).

    Args:
        quantity: wanted; as recorded the factor is 1.
        unit: of the recorded amplitude, one that allows the quantity.
        hertz: frequencies [Hz]; at 0 an integral is 0.
    """
    turn = 2 * np.pi * np.asarray(hertz, np.float64)
    unit = unit.strip()
    if quantity is Quantity.RECORDED:
        return np.ones_like(turn)
    if quantity is Quantity.ACCELERATION:
        metres = np.full_like(turn, TO_METRES[unit]) if unit in TO_METRES else VELOCITIES[unit] / 1000 * turn
        return np.asarray(metres / GRAVITY, np.float64)
    if unit in VELOCITIES:
        return np.full_like(turn, VELOCITIES[unit])
    return np.divide(1000 * TO_METRES[unit], turn, out=np.zeros_like(turn), where=turn > 0)


def converted(spectrum: Spectrum, quantity: Quantity) -> Spectrum:
    """Return a spectrum as velocity in mm/s or acceleration in g, line by line.

    Lines with fewer than four periods in the recording are 0 where they would be integrated.

    Raises:
        ValueError: its unit allows no such quantity; `obstacle_to` has the reason.
    """
    why = obstacle_to(quantity, spectrum.unit)
    if why:
        raise ValueError(why)
    if quantity is Quantity.RECORDED:
        return spectrum
    gain = gain_at(quantity, spectrum.unit, spectrum.hertz)
    if quantity is Quantity.VELOCITY and spectrum.unit.strip() in TO_METRES:
        gain[:LEAST_PERIODS] = 0.0
    unit = "mm/s" if quantity is Quantity.VELOCITY else "g"
    return replace(spectrum, amplitude=spectrum.amplitude * gain, unit=unit)


def scaled(amplitude: Floats, scale: Scale) -> Floats:
    """Return peak amplitudes as RMS, peak, or dB re 1 unit RMS."""
    if scale is Scale.PEAK:
        return amplitude
    rms: Floats = amplitude / np.sqrt(2)
    if scale is Scale.RMS:
        return rms
    return np.asarray(20 * np.log10(np.maximum(rms, DECIBEL_FLOOR)), np.float64)


def per_hertz(axis: AxisUnit, shaft: float) -> float:
    """Return the units of an axis per Hz; `shaft` is the rotation [Hz].

    Raises:
        ValueError: orders are wanted and the speed is unknown.
    """
    if axis is AxisUnit.HERTZ:
        return 1.0
    if axis is AxisUnit.CPM:
        return 60.0
    if shaft <= 0:
        raise ValueError("orders need the shaft's speed (machine.shaft_speed)")
    return 1 / shaft


def envelope_of(
    signal: NDArray[np.floating], sample_rate: float, unit: str, band: tuple[float, float]
) -> Spectrum:
    """Return the amplitude spectrum of a signal's envelope in a band.

    Args:
        signal: (rows,) in `unit`.
        sample_rate: rows a second [Hz].
        unit: of the signal.
        band: lowest and highest frequency of the carrier [Hz].

    Returns:
        Peak amplitudes of the envelope about its mean, in `unit`, up to the band's width.

    Raises:
        ValueError: there are fewer than four rows, or the band holds no line.

    Source:
        Randall and Antoni (2011), Rolling element bearing diagnostics, a tutorial, section 3.3: the analytic
        signal of a band, from one side of its spectrum.
    """
    rows = len(signal)
    if rows < 4:
        raise ValueError("a spectrum needs at least four rows")
    values = np.asarray(signal, np.float64)
    lines = np.fft.rfft(values - values.mean())
    step = sample_rate / rows
    first = max(int(np.ceil(band[0] / step)), 1)
    last = min(int(np.ceil(band[1] / step)), len(lines))
    if last - first < 2:
        raise ValueError("the band holds no line")
    part = np.zeros(rows, np.complex128)
    part[first:last] = 2 * lines[first:last]
    found = amplitude_spectrum(np.abs(np.fft.ifft(part)), sample_rate, unit)
    return replace(found, amplitude=found.amplitude[: last - first])


def relative_envelope(
    signal: NDArray[np.floating], sample_rate: float, band: tuple[float, float]
) -> Spectrum:
    """Return the amplitude spectrum of the squared envelope in a band, relative to its mean.

    The same figure as `envelope.envelope_spectra`, which is kept of every snapshot.

    Args:
        signal: (rows,).
        sample_rate: rows a second [Hz].
        band: lowest and highest frequency of the carrier [Hz].

    Raises:
        ValueError: the band holds no line.
    """
    values = np.asarray(signal, np.float64)
    lines = np.fft.rfft(values - values.mean())
    step = sample_rate / max(len(values), 1)
    first, last = round(band[0] / step), min(round(band[1] / step), len(lines))
    width = last - first
    if width < 2:
        raise ValueError("the band holds no line")
    # Squaring doubles the width: at twice the rate there is no aliasing.
    squared = np.abs(np.fft.ifft(lines[first:last], n=2 * width)) ** 2
    mean = float(squared.mean())
    if mean <= 0:
        return Spectrum(step, np.zeros(width + 1), "×")
    tapered = (squared - mean) * np.hanning(2 * width) * (2 / width / mean)
    return Spectrum(step, np.abs(np.fft.rfft(tapered)), "×")


def cepstrum(signal: NDArray[np.floating], sample_rate: float) -> tuple[float, Floats]:
    """Return the real cepstrum: a family of lines that lie evenly apart shows as one peak at 1 / spacing.

    Args:
        signal: (rows,).
        sample_rate: rows a second [Hz].

    Returns:
        The step of the quefrency [s]; and (rows // 2,) values, of which the first is 0.

    Raises:
        ValueError: there are fewer than four rows.

    Source:
        Randall (2017), A history of cepstrum analysis and its application to mechanical problems, section 2.
    """
    rows = len(signal)
    if rows < 4:
        raise ValueError("a cepstrum needs at least four rows")
    values = np.asarray(signal, np.float64)
    power = np.abs(np.fft.rfft((values - values.mean()) * periodic_hann(rows))) ** 2
    tiny = max(float(power.max()) * 1e-12, np.finfo(np.float64).tiny)
    logs = np.log(np.maximum(power, tiny))
    logs[0] = logs[1]
    values = np.fft.irfft(logs - logs.mean(), n=rows)[: rows // 2]
    values[0] = 0.0
    return 1 / sample_rate, values


def autocorrelation(signal: NDArray[np.floating]) -> Floats:
    """Return the autocorrelation of a signal about its mean, (rows // 2,), 1 at no lag; 0 for a constant.

    Each lag is divided by its number of products, so that a lasting repetition keeps its height.
    """
    values = np.asarray(signal, np.float64) - np.mean(signal, dtype=np.float64)
    rows = len(values)
    size = 2 ** int(np.ceil(np.log2(max(2 * rows, 2))))
    product = np.fft.irfft(np.abs(np.fft.rfft(values, size)) ** 2, size)[: rows // 2]
    product /= np.arange(rows, rows - len(product), -1)
    if not len(product) or product[0] <= 0:
        return np.zeros(rows // 2)
    return np.asarray(product / product[0], np.float64)


def repetition(
    correlation: Floats, sample_rate: float, shortest: float = 0.001
) -> tuple[float, float] | None:
    """Return the lag of the highest repetition [s] and its height; None where nothing repeats.

    Args:
        correlation: from `autocorrelation`.
        sample_rate: rows a second [Hz].
        shortest: least lag [s]: ringing of a resonance is not a repetition.
    """
    first = max(int(np.ceil(shortest * sample_rate)), 1)
    part = correlation[first:]
    if len(part) < 3 or not np.isfinite(part).all():
        return None
    place = int(np.argmax(part))
    height = float(part[place])
    return ((place + first) / sample_rate, height) if height >= SECOND_ECHO else None


def crest_factor(signal: NDArray[np.floating]) -> float:
    """Return peak over RMS of a signal about its mean; NaN for a constant one."""
    values = np.asarray(signal, np.float64) - np.mean(signal, dtype=np.float64)
    rms = float(np.sqrt(np.mean(values**2)))
    return float(np.abs(values).max() / rms) if rms > 0 else float("nan")
