"""Measures which faults of synthetic motors alarm and are named, by a run that is learned and scored."""

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.support.recordings import NO_OVERRIDES, Pass, assessed_run
from engine.bundles.bundle import Bundle
from engine.config.settings import Settings, load_settings
from engine.records.events import Priority
from replay.run import open_run
from replay.synthetic.motor import Motor, recording

RATE, SECONDS = 2500.0, 10.0
BASELINE, SCORED, SEEDS = 24, 10, 10
"""Snapshots to learn from, snapshots of each case, and motors, each with a load and a supply of its own."""

Case = tuple[str, Mapping[str, object]]

CASES: Sequence[Case] = (
    ("none", {}),
    ("none, load 0.5 to 1 at random", {"load": "random"}),
    ("load step to the half", {"load_step": -0.4}),
    ("load swing, 1 % of the current", {"swing": 0.01}),
    ("load swing, 4 %", {"swing": 0.04}),
    ("load swing, 8 %", {"swing": 0.08}),
    ("broken bars, half of one", {"broken_bars": 0.5}),
    ("broken bars, 1", {"broken_bars": 1.0}),
    ("broken bars, 3", {"broken_bars": 3.0}),
    ("shorted turns, 2 %", {"shorted": 0.02}),
    ("shorted turns, 4 %", {"shorted": 0.04}),
    ("eccentricity, -55 dB", {"eccentricity": -55.0}),
    ("eccentricity, -50 dB", {"eccentricity": -50.0}),
    ("bearing, outer race, -60 dB", {"bearing": -60.0}),
    ("bearing, outer race, -50 dB", {"bearing": -50.0}),
    ("supply unbalance, 1 %", {"voltage_unbalance": 0.01}),
    ("supply unbalance, 2 %", {"voltage_unbalance": 0.02}),
)

GEOMETRY = "rollers = 9\nroller_diameter = 7.94\npitch_diameter = 39.04\ncontact_angle = 0.0\n"


@dataclass(frozen=True)
class Outcome:
    """Counts of ten motors of a case: with an alarm by its priority, and with each name."""

    priorities: Counter[str]
    names: Counter[str]
    severity: float


def main(words: Sequence[str]) -> None:
    """Print a table, without voltages or, with the word `voltages`, with them."""
    voltages = "voltages" in words
    wanted = [one for one in words if one != "voltages"]
    print("| fault | high | medium | low | named | highest severity |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), voltages=voltages)
        for name, fault in CASES:
            if wanted and not any(word in name for word in wanted):
                continue
            seen = bench.case(name, fault)
            counts = " | ".join(str(seen.priorities[str(one)]) for one in ("high", "medium", "low"))
            named = ", ".join(f"{fault} {count}" for fault, count in seen.names.most_common())
            print(f"| {name} | {counts} | {named or 'nothing'} | {seen.severity:.2f} |", flush=True)


class Bench:
    """Ten motors on one machine, learned once; each case is a run of them all."""

    def __init__(self, place: Path, *, voltages: bool, seconds: float = SECONDS, rate: float = RATE) -> None:
        """Learn the motors."""
        self.place, self.voltages, self.seconds, self.rate = place, voltages, seconds, rate
        self.bundle: Bundle | None = None
        self.bundle = self._pass("learn", {}, 0, BASELINE + 2).outcome.bundle

    def settings(self) -> Settings:
        """Return the settings of ten motors."""
        columns = 6 if self.voltages else 3
        unit = '["A", "A", "A", "V", "V", "V"]' if self.voltages else '"A"'
        parts = [
            f'[[component]]\nname = "Motor {number}"\nkind = "motor"\n'
            f"channels = {[1 + number * columns + one for one in range(columns)]}\nunit = {unit}\n{GEOMETRY}"
            for number in range(SEEDS)
        ]
        text = (
            f'[machine]\nname = "motors"\nsample_rate = {self.rate}\nshaft_speed = 0.0\n'
            "mains_frequency = 50.0\n"
            + "".join(parts)
            + f"[recording]\nrows = {round(self.rate * self.seconds)}\ncolumns = {SEEDS * columns}\n"
            f'time = "number"\nevery = 600\n[model]\nhealthy = "{BASELINE}"\n'
        )
        config = self.place / "motors.toml"
        config.write_text(text)
        return load_settings(config, overrides=NO_OVERRIDES)

    def case(self, name: str, fault: Mapping[str, object]) -> Outcome:
        """Score a run in which all motors have a fault from its fourth snapshot on."""
        done = self._pass(name.replace(" ", "-").replace(",", ""), fault, 1000, SCORED)
        worst: dict[str, Priority] = {}
        for alarm in done.alarms:
            if alarm.component:
                worst[alarm.component] = max(worst.get(alarm.component, Priority.LOW), alarm.priority)
        names = {alarm.component: alarm.surface for alarm in done.alarms if alarm.surface}
        return Outcome(
            Counter(str(one) for one in worst.values()),
            Counter(names.values()),
            float(np.nanmax(done.series.severity)),
        )

    def _pass(self, name: str, fault: Mapping[str, object], first: int, count: int) -> Pass:
        folder = self.place / name
        folder.mkdir(parents=True)
        for number in range(first, first + count):
            signals = [
                recording(
                    _motor(seed, number, fault),
                    self.seconds,
                    self.rate,
                    10_000 * seed + number,
                    voltages=self.voltages,
                )
                for seed in range(SEEDS)
            ]
            np.save(folder / f"{number:05d}.npy", np.concatenate(signals, axis=1))
        settings = self.settings()
        return assessed_run(open_run(folder, settings.recording_format()), settings, self.bundle)


def _motor(seed: int, number: int, fault: Mapping[str, object]) -> Motor:
    """Return a motor at a load between the half and the rated one, which varies a little by the snapshot."""
    own = np.random.default_rng(seed)
    load, unbalance = own.uniform(0.6, 0.9), own.uniform(0.002, 0.005)
    here = np.random.default_rng([seed, number])
    motor = Motor(load=float(load + here.normal(0, 0.05)), voltage_unbalance=float(unbalance))
    told = dict(fault)
    if told.get("load") == "random":
        told["load"] = float(here.uniform(0.5, 1.0))
    return replace(motor, **told)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1:])
