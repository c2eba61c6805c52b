"""The description of a made-up rig: bearings, faults, healthy changes, sensors."""

from dataclasses import dataclass, field

ORDERS = {"outer race": 7.09, "inner race": 8.91, "rolling element": 8.40, "cage": 0.443}
"""Impacts a turn of the shaft of the made-up bearing (16 rollers, ratio 0.1135; Rexnord ZA-2115)."""

GEOMETRY = {"rollers": 16, "roller_diameter": 0.331, "pitch_diameter": 2.815, "contact_angle": 15.17}
"""The made-up bearing's geometry, by the names of the settings; `ORDERS` follow from it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Damage of one bearing that grows.

    Attributes:
        channel: of the bearing, from 0.
        onset: index of its first snapshot.
        kind: a surface of `ORDERS`, whose impacts excite resonances; or "wear", which lifts narrow bands.
        size: at the end: root mean square of the impacts over that of the healthy signal; of wear the rise in
            natural-log units of power.
        over: snapshots in which it grows to its size; 0 for a step.
        law: "linear" or "exponential" growth.
        bands: (centre, width) of what it excites, as shares of half the sample rate.
    """

    channel: int
    onset: int
    kind: str
    size: float
    over: int = 0
    law: str = "linear"
    bands: tuple[tuple[float, float], ...] = ((0.4, 0.05),)


@dataclass(frozen=True, slots=True)
class Changes:
    """Healthy changes of a machine, in natural-log units of power where not stated otherwise.

    Attributes:
        wander: standard deviation of the slow wander of each channel's level.
        band_wander: the same of single resonances.
        memory: snapshots in which wander forgets.
        run_in: level above the usual one at the first snapshot; it fades.
        run_in_over: snapshots in which it fades to a third.
        daily: amplitude of a daily course.
        step: size of a load step; it comes and goes.
        step_every: snapshots between load steps; 0 for none.
        drift: rise of one channel's bands from the first to the last snapshot.
        speed_share: standard deviation of the shaft's speed between snapshots, as a share.
    """

    wander: float = 0.05
    band_wander: float = 0.05
    memory: int = 40
    run_in: float = 0.0
    run_in_over: int = 40
    daily: float = 0.0
    step: float = 0.0
    step_every: int = 0
    drift: float = 0.0
    speed_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Sensors:
    """How the sensors spoil the signal.

    Attributes:
        step: of the converter, in healthy standard deviations; 0 for none.
        unit: size of a healthy standard deviation in the unit of the recording.
        offset: added to each value, in the unit of the recording.
        hum: amplitude of mains hum, in healthy standard deviations.
        spikes: chance of a single odd value in a snapshot.
        dead: (channel, index) from which on a channel is constant.
        stops: indices of snapshots of the stopped machine.
    """

    step: float = 0.0
    unit: float = 1.0
    offset: float = 0.0
    hum: float = 0.0
    spikes: float = 0.0
    dead: tuple[int, int] | None = None
    stops: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rig:
    """A made-up machine with one bearing a channel.

    Attributes:
        seed: of everything random.
        rate: sample rate [Hz].
        rows: of a snapshot.
        channels: of a snapshot.
        snapshots: of the run.
        interval: between snapshots [s].
        shaft: rotation [Hz].
        cross_talk: share of amplitude that a bearing passes to the next one.
        faults: of its bearings.
        changes: of health.
        sensors: of the recorder.
        stated: ratio of the speed that the settings state to `shaft`.
    """

    seed: int
    rate: float = 20480.0
    rows: int = 4096
    channels: int = 4
    snapshots: int = 400
    interval: float = 600.0
    shaft: float = 33.3
    cross_talk: float = 0.15
    faults: tuple[Fault, ...] = ()
    changes: Changes = field(default_factory=Changes)
    sensors: Sensors = field(default_factory=Sensors)
    stated: float = 1.0

    @property
    def onset(self) -> int:
        """Index of the first faulty snapshot; the number of snapshots for a healthy run."""
        return min((fault.onset for fault in self.faults), default=self.snapshots)
