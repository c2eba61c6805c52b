"""Fitness of a recording of three phase currents: the claims it can carry, and notes on its sensors (pure).

Quality is about the recording, never about the motor: a claim without a basis is withheld, the others stay.
"""

import numpy as np
from numpy.typing import NDArray

from engine.signals.motors.claims import CLOCKED, EVERYTHING, Claim, Fault, Fitness, Note
from engine.signals.motors.currents import (
    LEAST_CYCLES,
    PHASES,
    Signal,
    centred_phases,
    park_vector,
    true_rms,
)
from engine.signals.motors.running import Part, running_part
from engine.signals.statistics import NORMAL_MAD

ABSENT = 0.1
"""Share of the middle phase's RMS below which a phase is missing."""

OPPOSED = -0.95
"""Correlation of two phases below which they carry one current; in a sound motor it is -0.5."""

ALONE = 0.02
"""Share of the strongest phase's RMS below which the others are missing; no scales differ by fifty."""

JUMP = 0.1
"""Least step of the Park vector's phase beyond the usual that can be a gap [rad]: 0.3 ms at 50 Hz."""

JUMP_SCATTERS = 12.0
"""Least size of a jump in robust standard deviations of the steps; noise does not reach it."""

OFFSET_SCATTERS = 8.0
"""Scatters of the phase's advance from cycle to cycle beyond which rows are missing."""

LEAST_OFFSET = 0.15
"""Least lasting change of phase from one cycle to the next for a gap [rad]: 0.5 ms at 50 Hz."""

TORN_SHARE = 0.002
"""Share of rows with a jump from which a recording is not a continuous record, but made of bursts."""

SCALE = 0.3
"""Least deviation of a phase's gain from the others' for a note on its scale. Clamps and converters agree to
5 %; a healthy motor with a current to earth was measured at 16 %, one with shorted turns at 36 %."""

CONSTRAINED = 0.1
"""Largest residue of the three-wire sum, of the typical RMS, at which the gains are certain."""

OFFSET_DRIFT = 0.1
"""Least common change of the offsets, of a phase's RMS, for a note."""

AT_END = 2
"""Least rows at the end of a converter's range for a clipped channel: one may just touch it."""

CONVERTERS = (1023, 4095, 16383, 65535)
"""Largest codes of unsigned converters with 10, 12, 14 and 16 bits."""


OTHER_FREQUENCY = 1.4
"""Ratio of the measured to the stated frequency of the supply from which a note says so: 50 and 60 Hz are
within it."""

LEAST_SLIP = 0.01
"""Smallest slip at which sidebands must be parted from the mains line [share]."""

CLEAR_OF_MAINS = 4.0
"""Bins from the mains line at which a sideband is free of the Hann window's main lobe and first side lobe."""

BAND_LIMITED = 1e-7
"""Share of the power (70 dB below the whole) that a motor's harmonics and its converter's noise exceed
beyond one and a half times the mains."""


def fitness(
    signal: Signal,
    rate: float,
    mains: float,
    *,
    raw: Signal | None = None,
    recorded: int = PHASES,
    nominal: float = 0.0,
    part: Part | None = None,
) -> Fitness:
    """Check the recording of a motor's three currents.

    Args:
        signal: (rows, 3), as the converter or the sensor gave it.
        rate: rows a second as the settings have it [Hz].
        mains: frequency of the supply [Hz].
        raw: (rows, channels), the numbers of the converter, where `signal` is in units.
        recorded: number of recorded phases; those that were derived from others carry no unbalance.
        nominal: frequency of the supply by the settings [Hz], by which a note states the rate; 0 for `mains`.
        part: of a recording, of which `signal` and `raw` hold only the rows; sought here where None.

    Returns:
        Notes and withheld claims; nothing is refused as a whole unless no claim has a basis.
    """
    if part is None:
        part = running_part(signal, rate)
        signal, raw = part.of(np.asarray(signal)), None if raw is None else part.of(np.asarray(raw))
    notes = [*_clipped(signal if raw is None else raw)]
    withheld: set[Claim] = {Claim.HARMONICS, Claim.SPECTRUM} if notes else set()
    if recorded == 1:
        withheld.add(Claim.PARK)
    rms = true_rms(signal)
    if rms.max() == 0:
        return Fitness((Note(Fault.NO_CURRENT, 0, "no phase carries a current"),), EVERYTHING)
    absent = _absent(signal, rms)
    if absent is not None:
        # An open phase is the motor's or its supply's fault, and its ellipse a line.
        carried = {Claim.PARK} if absent.fault is Fault.OPEN else set()
        return Fitness((*notes, absent), EVERYTHING - carried)
    if part.is_stopped:
        words = f"the motor is off in {100 * (1 - part.share):.0f} % of the recording"
        return Fitness((*notes, Note(Fault.STOPPED, 0, words)), EVERYTHING)
    notes += _started(part, rate)
    notes += _scales(signal) if recorded == PHASES else []
    if any(note.fault is Fault.REVERSED for note in notes):
        withheld.add(Claim.PARK)
    gains, residue = three_wire_gains(signal)
    # Unequal scales would make the vector's phase hurry and linger, as gaps do.
    level = signal * gains if residue <= CONSTRAINED else signal
    breaks = _time_base(level, rate, mains, nominal or mains)
    notes += breaks
    if breaks:
        withheld |= CLOCKED
    else:
        notes += _frequency(len(signal) / rate, mains, nominal)
    for note, claims in _limits(signal, rate, mains):
        notes.append(note)
        withheld |= claims
    return Fitness(tuple(notes), frozenset(withheld))


def _started(part: Part, rate: float) -> list[Note]:
    """Return a note where the motor starts or stops within the recording."""
    starts = f"starts: judged from {part.first / rate:.3g} s on" if part.first else ""
    stops = f"stops: judged up to {part.last / rate:.3g} s" if part.last < part.rows else ""
    words = "; it ".join(word for word in (starts, stops) if word)
    return [Note(Fault.PART, 0, f"the motor {words}")] if words else []


def _frequency(seconds: float, mains: float, nominal: float) -> list[Note]:
    """Return a note where the supply's frequency is far from that of the settings: the rate may be wrong.

    Args:
        seconds: length of the recording.
        mains: measured [Hz].
        nominal: by the settings [Hz], 0 where unknown.
    """
    is_near = nominal <= 0 or 1 / OTHER_FREQUENCY < mains / nominal < OTHER_FREQUENCY
    if is_near or seconds * min(mains, nominal) < LEAST_CYCLES:
        return []
    words = (
        f"the supply shows {mains:.3g} Hz, the settings state {nominal:g} Hz: without an inverter"
        " machine.sample_rate is wrong"
    )
    return [Note(Fault.FREQUENCY, 0, words)]


def three_wire_gains(signal: Signal) -> tuple[NDArray[np.float64], float]:
    """Return the factors, (3,), by which the phases must be multiplied to sum to zero, and the residue.

    Without a neutral the currents sum to zero at any instant, however unbalanced the motor is: the weakest
    direction of their covariance holds the relative gains of the sensors.

    Returns:
        Gains with a median size of 1, and the residue over the typical RMS.
    """
    phases = centred_phases(signal)
    values, vectors = np.linalg.eigh(phases.T @ phases / len(phases))
    gains = vectors[:, 0]
    middle = np.median(np.abs(gains))
    if middle <= 0 or values[-1] <= 0:
        return np.ones(PHASES), 1.0
    gains = gains / middle * np.sign(np.median(np.sign(gains)))
    return np.asarray(gains), float(np.sqrt(max(values[0], 0.0) / values[1:].mean()))


def offset_drift(offsets: NDArray[np.floating], usual: NDArray[np.floating], rms: float) -> Note | None:
    """Return a note where all channels' offsets moved together, as those of a shared supply do.

    Args:
        offsets: (3,) means of this recording's channels, in units or counts.
        usual: (3,) of the healthy recordings.
        rms: usual RMS of the weakest phase, in the same unit.
    """
    moved = np.asarray(offsets, np.float64) - np.asarray(usual, np.float64)
    if rms <= 0 or abs(np.sign(moved).sum()) < PHASES or np.abs(moved).mean() < OFFSET_DRIFT * rms:
        return None
    words = f"the offsets of all phases moved by {moved.mean():+.3g}: the sensors' supply drifts"
    return Note(Fault.OFFSET, 0, words)


def _clipped(signal: Signal) -> list[Note]:
    """Return the channels that reach the end of a converter's codes; other flat tops are quality's part."""
    raw = np.asarray(signal)
    if (raw != np.round(raw)).any() or raw.min() < 0:
        return []
    notes = []
    for column in range(raw.shape[1]):
        for end in (0, *CONVERTERS):
            outermost = raw[:, column].min() if end == 0 else raw[:, column].max()
            rows = int(np.count_nonzero(raw[:, column] == end))
            if outermost == end and rows >= AT_END:
                words = f"channel {column + 1} is cut off at {end}, the end of the converter, in {rows} rows"
                notes.append(Note(Fault.CLIPPED, column + 1, words))
    return notes


def _absent(signal: Signal, rms: NDArray[np.float64]) -> Note | None:
    """Return a note on a phase without current: a dead sensor, or a motor that runs on two phases."""
    weak = np.flatnonzero((rms < ABSENT * np.median(rms)) | (rms < ALONE * rms.max()))
    if not len(weak):
        return None
    if len(weak) > 1:
        return Note(Fault.MISSING, 0, f"{len(weak)} of the three phases carry no current")
    number = int(weak[0]) + 1
    others = np.delete(centred_phases(signal), weak[0], axis=1)
    # In a motor without a neutral two phases alone carry the same current in opposite directions.
    together = np.mean(others[:, 0] * others[:, 1]) / np.sqrt(np.prod(np.square(others).mean(axis=0)))
    if float(together) < OPPOSED:
        return Note(Fault.OPEN, number, f"phase {number} is open: the others carry the same current, opposed")
    return Note(
        Fault.MISSING, number, f"the sensor of phase {number} measures nothing: the motor has all three"
    )


def _scales(signal: Signal) -> list[Note]:
    gains, residue = three_wire_gains(signal)
    if residue > CONSTRAINED:
        return []
    notes = []
    for number, gain in enumerate(gains.tolist(), start=1):
        if gain < 0:
            notes.append(Note(Fault.REVERSED, number, f"channel {number} is connected in reverse"))
        elif abs(gain - 1) > SCALE:
            words = (
                f"channel {number} reads {1 / gain:.2f} times the others' scale, or a current flows to earth:"
                " set its sensitivity if the motor is sound"
            )
            notes.append(Note(Fault.SCALE, number, words))
    return notes


def _time_base(signal: Signal, rate: float, mains: float, nominal: float) -> list[Note]:
    """Check the continuity of the fundamental's phase: from row to row, then from cycle to cycle."""
    vector = park_vector(signal)
    turn = np.sum(vector[1:] * np.conj(vector[:-1]))
    vector = vector if turn.imag >= 0 else np.conj(vector)
    steps = np.angle(vector[1:] * np.conj(vector[:-1]))
    usual = float(np.median(steps))
    spread = NORMAL_MAD * float(np.median(np.abs(steps - usual)))
    jumps = np.flatnonzero(np.abs(steps - usual) > max(JUMP, JUMP_SCATTERS * spread))
    if len(jumps) > TORN_SHARE * len(steps):
        runs = np.diff(np.concatenate([[-1], jumps, [len(steps)]]))
        # Rows that were read across two instants jump there and back: bursts are the longer runs.
        burst = float(np.median(runs[runs > 2])) if (runs > 2).any() else 1.0
        true_rate = 2 * np.pi * nominal / usual if usual > 0 else float("nan")
        words = (
            f"bursts of about {burst:.0f} rows with gaps between them, at {true_rate:.0f} rows a second if"
            f" the mains has {nominal:g} Hz: the rows have no common clock"
        )
        return [Note(Fault.BURSTS, 0, words)]
    number = _broken_cycles(vector, rate, mains)
    if number:
        words = f"the phase of the mains jumps {number} time{'s' if number > 1 else ''}: rows are missing"
        return [Note(Fault.GAP, 0, words)]
    return []


def _broken_cycles(vector: NDArray[np.complex128], rate: float, mains: float) -> int:
    """Return the number of lasting jumps of the phase, with the mains turned out of the vector."""
    length = max(2, round(rate / mains))
    count = len(vector) // length
    if count < 2 * LEAST_CYCLES:
        return 0
    turned = vector * np.exp(-2j * np.pi * mains / rate * np.arange(len(vector)))
    pieces = turned[: count * length].reshape(count, length).mean(axis=1)
    advance = np.angle(pieces[1:] * np.conj(pieces[:-1]))
    off = advance - np.median(advance)
    spread = NORMAL_MAD * float(np.median(np.abs(off)))
    return int(np.count_nonzero(np.abs(off) > max(LEAST_OFFSET, OFFSET_SCATTERS * spread)))


def _limits(signal: Signal, rate: float, mains: float) -> list[tuple[Note, frozenset[Claim]]]:
    """Return the notes on length and bandwidth, each with the claims that it costs."""
    rows, found = len(signal), []
    cycles = rows / rate * mains
    if cycles < LEAST_CYCLES:
        words = f"{cycles:.1f} cycles of the mains are too few; {LEAST_CYCLES} are needed"
        return [(Note(Fault.SHORT, 0, words), EVERYTHING)]
    needed = CLEAR_OF_MAINS / (2 * LEAST_SLIP * mains)
    if rows / rate < needed:
        words = (
            f"{rows / rate:.3g} s are too short for sidebands at {100 * LEAST_SLIP:g} % slip: {needed:.3g} s"
        )
        found.append((Note(Fault.SHORT, 0, words), frozenset({Claim.SIDEBANDS})))
    power = np.square(np.abs(np.fft.fft(park_vector(signal) * np.hanning(rows))))
    hertz = np.abs(np.fft.fftfreq(rows, 1 / rate))
    if power[hertz > 1.5 * mains].sum() < BAND_LIMITED * power.sum():
        words = "nothing lies beyond the mains line: the signal was filtered to a narrow band"
        found.append((Note(Fault.NARROW, 0, words), CLOCKED))
    return found
