"""Counts alarms on made-up rigs: healthy changes, growing faults, wear, two faults, a wandering speed.

`python -m bench made-up` prints a line a rig and a summary a set; `python -m bench.made_up wear` takes one
set.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.support.recordings import Pass, assessed_run
from engine.config.settings import Settings, load_settings
from engine.records.events import Cause, EventKind
from replay.synthetic.rig import GEOMETRY, Changes, Fault, Rig, Sensors
from replay.synthetic.run import made_up_run

FOREIGN = frozenset({Cause.SENSOR_DEAD, Cause.SENSOR_CLIPPED, Cause.STOPPED, Cause.CONDITION})

SURFACES = ("outer race", "inner race", "rolling element")


@dataclass(frozen=True)
class Judged:
    """The result on one rig.

    Attributes:
        early: medium and high limit alarms before the onset.
        delay: snapshots from the onset to the first such alarm on a failing bearing; None for none.
        wrong: such alarms of healthy bearings from the onset on.
        missed: failing bearings without such an alarm of their own.
        standing: whether an alarm stands on a failing bearing at the last snapshot.
        named: surfaces named on failing bearings that are right, and all that are wrong.
        highest: highest severity before the onset, after the baseline.
        foreign: alarms by the sensors and by the condition, of which no rig has a reason.
    """

    early: int
    delay: int | None
    wrong: int
    missed: int
    standing: bool
    named: tuple[int, int]
    highest: float
    foreign: int


def drawn(seed: int) -> Rig:
    """Return a rig drawn at random: one fault that grows, on top of healthy changes."""
    chance = np.random.default_rng([seed, 7])
    rate = float(chance.choice([2048.0, 5120.0, 12800.0, 20480.0, 25600.0, 51200.0]))
    rows = int(chance.choice([2048, 2560, 4096, 8192]))
    channels, snapshots = int(chance.integers(1, 5)), int(chance.choice([200, 300, 400, 600]))
    memory = int(chance.integers(5, 80))
    changes = Changes(
        wander=float(chance.uniform(0.02, 0.2)),
        band_wander=float(chance.uniform(0.02, 0.2)),
        memory=memory,
        run_in=float(chance.choice([0.0, 0.3, 0.8])),
        run_in_over=int(chance.integers(10, 60)),
        daily=float(chance.choice([0.0, 0.05, 0.1])),
        step=float(chance.choice([0.0, 0.0, 0.1])),
        step_every=int(chance.integers(20, 60)),
        speed_share=0.002,
    )
    sensors = Sensors(
        step=float(chance.choice([0.0, 0.0, 0.05])),
        spikes=float(chance.choice([0.0, 0.0, 0.02])),
        hum=float(chance.choice([0.0, 0.2])),
    )
    shaft = float(rate / chance.uniform(400, 900))
    onset = snapshots * 6 // 10
    return (
        Rig(seed, rate, rows, channels, snapshots, 600.0, shaft, 0.12, (), changes, sensors)
        if seed % 10 == 9
        else Rig(
            seed,
            rate,
            rows,
            channels,
            snapshots,
            600.0,
            shaft,
            0.12,
            (_impacts(chance, int(chance.integers(channels)), onset, snapshots),),
            changes,
            sensors,
        )
    )


def _impacts(chance: np.random.Generator, channel: int, onset: int, snapshots: int) -> Fault:
    return Fault(
        channel,
        onset,
        str(chance.choice(SURFACES)),
        float(chance.uniform(0.4, 1.5)),
        int((snapshots - onset) * chance.uniform(0.3, 0.9)),
        str(chance.choice(["linear", "exponential"])),
        ((float(chance.uniform(0.15, 0.85)), float(chance.uniform(0.02, 0.1))),),
    )


def like_before() -> list[Rig]:
    """Return 54 rigs: 30 drawn at random, others like known test rigs, converters, long healthy runs."""
    rigs = [drawn(seed) for seed in range(1, 31)]
    calm = Changes(wander=0.08, band_wander=0.08, memory=20)
    for seed in range(31, 34):
        fault = Fault(0, 90, "outer race", 1.0, 30, bands=((0.35, 0.06),))
        rigs.append(Rig(seed, 25600.0, 8192, 2, 130, 60.0, 35.0, 0.4, (fault,), calm))
    for seed in range(34, 37):
        fault = Fault(0, 400, "inner race", 0.8, 180, bands=((0.5, 0.08),))
        rigs.append(Rig(seed, 25600.0, 2560, 2, 600, 10.0, 30.0, 0.4, (fault,), calm))
    for seed in range(37, 42):
        changes = replace(calm, daily=0.1) if seed > 39 else calm
        interval = 86400.0 if seed > 39 else 600.0
        fault = Fault(0, 70, "outer race", 0.6, 40, bands=((0.25, 0.03),))
        rigs.append(Rig(seed, 97656.0, 32768, 1, 120, interval, 30.0, 0.1, (fault,), changes))
    for seed in range(42, 45):
        fault = Fault(5, 240, "rolling element", 0.8, 100, bands=((0.6, 0.05),))
        rigs.append(Rig(seed, 20480.0, 4096, 8, 400, 600.0, 33.3, 0.15, (fault,), calm))
    spoiled = (
        Sensors(step=0.2),
        Sensors(step=0.05, offset=2048.0),
        Sensors(unit=1e-5),
        Sensors(unit=1e4),
        Sensors(hum=0.5, spikes=0.05),
    )
    for seed, sensors in enumerate(spoiled, 45):
        fault = Fault(0, 240, "outer race", 0.7, 100)
        rigs.append(Rig(seed, 20480.0, 4096, 2, 400, 600.0, 33.3, 0.15, (fault,), calm, sensors))
    rigs += [Rig(seed, 20480.0, 2048, 1, 2000, 600.0, 33.3, changes=calm) for seed in (50, 51)]
    drifting = Changes(wander=0.05, band_wander=0.05, drift=0.35)
    rigs += [Rig(seed, 20480.0, 2048, 2, 2500, 600.0, 33.3, changes=drifting) for seed in (52, 53, 54)]
    return rigs


def worn() -> list[Rig]:
    """Return 20 rigs with wear that grows over hundreds of snapshots in one to four bands."""
    rigs = []
    for seed in range(101, 121):
        chance = np.random.default_rng([seed, 7])
        count = 1 + (seed - 101) % 4
        places = chance.uniform(0.1, 0.9, count).tolist()
        bands = tuple((place, float(chance.uniform(0.006, 0.02))) for place in places)
        fault = Fault(
            0, 160, "wear", float(chance.uniform(0.5, 1.5)), int(chance.integers(200, 500)), bands=bands
        )
        changes = Changes(wander=0.05, band_wander=0.05)
        rigs.append(Rig(seed, 20480.0, 4096, 2, 600, faults=(fault,), changes=changes))
    return rigs


def doubly_faulty() -> list[Rig]:
    """Return 10 rigs with two faults: equal and unequal, near and far, in one band and in two."""
    rigs = []
    for seed in range(201, 211):
        chance = np.random.default_rng([seed, 7])
        place = float(chance.uniform(0.2, 0.5))
        apart = 0.0 if seed % 2 else float(chance.uniform(0.2, 0.4))
        near = 1 if seed % 3 else 3
        second = 1.0 if seed % 4 < 2 else 0.4
        faults = (
            Fault(0, 200, "outer race", 0.9, 120, bands=((place, 0.04),)),
            Fault(near, 240, "inner race", 0.9 * second, 120, bands=((place + apart, 0.04),)),
        )
        rigs.append(Rig(seed, 20480.0, 8192, 4, 450, faults=faults))
    return rigs


def wandering() -> list[Rig]:
    """Return 10 rigs with a speed that varies by 5 %."""
    rigs = []
    for seed in range(301, 311):
        fault = Fault(seed % 2, 180, SURFACES[seed % 3], 0.9, 80, bands=((0.3 + 0.04 * (seed % 10), 0.05),))
        changes = Changes(speed_share=0.025)
        rigs.append(Rig(seed, 20480.0, 16384, 2, 320, faults=(fault,), changes=changes))
    return rigs


def misnamed() -> list[Rig]:
    """Return 10 rigs of a steady speed, which the settings state 2 % too high."""
    return [replace(rig, seed=rig.seed + 100, changes=Changes(), stated=1.02) for rig in wandering()]


def drawn_widely(seed: int) -> Rig:
    """Return a rig drawn over a wide range: 2 to 100 kHz, 0.1 to 6 s a snapshot, 1 to 8 channels."""
    chance = np.random.default_rng([seed, 11])
    rate = float(np.exp(chance.uniform(np.log(2000.0), np.log(100_000.0))))
    channels, snapshots = int(chance.integers(1, 9)), int(chance.choice([150, 250, 400, 600]))
    seconds = float(np.exp(chance.uniform(np.log(0.1), np.log(6.0))))
    # Multiples of 256 transform fast; the bound keeps a rig to some minutes.
    rows = 256 * max(1, round(min(rate * seconds, 200_000 / channels) / 256))
    changes = Changes(
        wander=float(chance.uniform(0.0, 0.2)),
        band_wander=float(chance.uniform(0.0, 0.2)),
        memory=int(np.exp(chance.uniform(np.log(5.0), np.log(150.0)))),
        run_in=float(chance.choice([0.0, 0.3, -0.3])),
        run_in_over=int(chance.integers(10, 80)),
        daily=float(chance.choice([0.0, 0.1])),
        step=float(chance.choice([0.0, 0.15])),
        step_every=int(chance.integers(15, 70)),
        drift=float(chance.choice([0.0, 0.0, 0.2])),
        speed_share=float(chance.choice([0.0, 0.003, 0.01])),
    )
    sensors = Sensors(
        step=float(chance.choice([0.0, 0.1])),
        spikes=float(chance.choice([0.0, 0.03])),
        hum=float(chance.choice([0.0, 0.3])),
    )
    shaft, onset = float(rate / chance.uniform(300, 1500)), snapshots // 2
    fault = _impacts(chance, int(chance.integers(channels)), onset, snapshots)
    if seed % 5 == 1:
        wear = tuple((float(chance.uniform(0.1, 0.9)), float(chance.uniform(0.006, 0.03))) for _ in range(2))
        fault = replace(fault, kind="wear", bands=wear)
    faults = () if seed % 5 == 0 else (fault,)
    talk = float(chance.uniform(0.0, 0.25))
    interval = float(chance.choice([10.0, 600.0, 7200.0]))
    return Rig(seed, rate, rows, channels, snapshots, interval, shaft, talk, faults, changes, sensors)


def unseen() -> list[Rig]:
    """Return 40 rigs drawn over a wide range; no rule was chosen by them."""
    return [drawn_widely(seed) for seed in range(501, 541)]


SETS = {
    "before": like_before,
    "wear": worn,
    "two": doubly_faulty,
    "speed": wandering,
    "off": misnamed,
    "unseen": unseen,
}


def settings_of(rig: Rig) -> Settings:
    """Return shipped defaults for a rig: one bearing a channel."""
    components = [
        {"name": f"Bearing {one + 1}", "kind": "bearing", "channels": [one + 1], "unit": "V", **GEOMETRY}
        for one in range(rig.channels)
    ]
    return load_settings(
        overrides={
            "machine.name": f"made-up {rig.seed}",
            "machine.sample_rate": rig.rate,
            "machine.shaft_speed": rig.shaft * rig.stated * 60,
            "machine.mains_frequency": 50.0,
            "recording.rows": rig.rows,
            "component": components,
        }
    )


def judged(rig: Rig, result: Pass) -> Judged:
    """Compare the alarms of a pass with the rig's faults."""
    onset, series = rig.onset, result.series
    failing = {f"Bearing {fault.channel + 1}" for fault in rig.faults}
    urgent = [alarm for alarm in result.ringing() if alarm.cause == Cause.LIMIT]
    early = [alarm for alarm in urgent if result.index(alarm) < onset]
    own = [alarm for alarm in urgent if alarm.component in failing and result.index(alarm) >= onset]
    wrong = [alarm for alarm in urgent if alarm.component not in failing and result.index(alarm) >= onset]
    surfaces = {f"Bearing {fault.channel + 1}": fault.kind for fault in rig.faults}
    named = {
        (event.component, str(event.detail["surface"]))
        for event in result.events
        if event.kind is EventKind.DIAGNOSED and event.detail.get("surface")
    }
    right = sum(surfaces.get(component) == surface for component, surface in named)
    learned = int(np.flatnonzero(series.baseline)[-1])
    return Judged(
        early=len(early),
        delay=min((result.index(alarm) - onset for alarm in own), default=None),
        wrong=len(wrong),
        missed=len(failing - {alarm.component for alarm in own}),
        standing=any(alarm.component in failing and alarm.cleared is None for alarm in own),
        named=(right, len(named) - right),
        highest=float(np.nanmax(series.severity[learned + 1 : onset])),
        foreign=sum(alarm.cause in FOREIGN for alarm in result.alarms),
    )


def summary(found: Sequence[tuple[Rig, Judged]]) -> str:
    """Return the counts of a set in one line."""
    faulty = [(rig, one) for rig, one in found if rig.faults]
    delays = [one.delay for _, one in faulty if one.delay is not None]
    bearings = sum(len(rig.faults) for rig, _ in faulty)
    return (
        f"{len(found)} rigs: {sum(one.early for _, one in found)} alarms while healthy on"
        f" {sum(one.early > 0 for _, one in found)} rigs; found {len(delays)} of {len(faulty)}, median delay"
        f" {np.median(delays) if delays else np.nan:.0f}; standing at the end"
        f" {sum(one.standing for _, one in faulty)}; failing bearings missed"
        f" {sum(one.missed for _, one in faulty)} of {bearings}; alarms of healthy neighbours"
        f" {sum(one.wrong for _, one in faulty)}; surfaces right {sum(one.named[0] for _, one in faulty)},"
        f" wrong {sum(one.named[1] for _, one in faulty)}; alarms by sensors and condition"
        f" {sum(one.foreign for _, one in found)}"
    )


def main(names: Sequence[str] = ()) -> None:
    """Print the results of some sets, or of all."""
    for name in names or SETS:
        found = []
        for rig in SETS[name]():
            settings = settings_of(rig)
            one = judged(rig, assessed_run(made_up_run(rig, settings.recording_format()), settings))
            found.append((rig, one))
            print(f"{name} {rig.seed}: {one}", flush=True)
        print(f"{name}: {summary(found)}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
