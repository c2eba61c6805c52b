"""A watched folder that vanishes, comes back, is emptied and fills with foreign files, with kills between."""

import random
import shutil
from datetime import datetime
from pathlib import Path

from bench.torture.intake.healthy import Source, kill_within, put, until_entered, wrong_in_outcomes
from bench.torture.invariants import Finding, wrong_in_store
from bench.torture.live_machine import Watched, seconds, until, watched
from bench.torture.rig import INTERVAL, PATTERN, START, Ground, Reel
from engine.records.intake import Outcome

EACH = 5
"""Recordings between two faults."""

NOTICED = 10.0
"""Time within which `raceway status` must report a missing folder [s]."""

ROUNDS = 2

FOREIGN = ("notes.txt", "2025.01.01.json", "pump_B_0001.csv", "Thumbs.db", "recording (copy)")


def folders(place: Path, ground: Ground, reel: Reel, seed: int) -> Finding:
    """Remove, restore, empty and litter the folder; each recording is scored once, no other file touched."""
    dice, wrong = random.Random(seed), list[str]()
    aside = place / "aside"
    aside.mkdir()
    options = ("--overrides", f'{{"watch.quarantine": "{aside}"}}')
    with watched(place, ground, *options, name="folders") as machine:
        source, names = Source(reel), list[str]()
        slowest = 0.0
        for number in range(ROUNDS):
            names += _fed(machine, source, len(names))
            if not until_entered(machine, names):
                wrong.append("not all recordings were taken in before the folder was removed")
            # Gone, with a kill while it is gone.
            shutil.rmtree(machine.folder)
            if number % 2:
                kill_within(machine, dice)
            noticed = until(lambda: machine.status()[0] == 2, 2 * NOTICED, 0.2)
            slowest = max(slowest, NOTICED * 2 if noticed is None else noticed)
            machine.folder.mkdir()
            names += _fed(machine, source, len(names))
            kill_within(machine, dice)
            # Emptied by its owner: what was taken in stays in the record.
            if not until_entered(machine, names):
                wrong.append("not all recordings were taken in before the folder was emptied")
            for path in machine.folder.iterdir():
                path.unlink()
            names += _fed(machine, source, len(names))
            for name in FOREIGN:
                (machine.folder / f"{number} {name}").write_bytes(source.content())
            (machine.folder / f"{number} old").mkdir()
            (machine.folder / f"{number} old" / names[0]).write_bytes(source.content())
            names += _fed(machine, source, len(names))
            kill_within(machine, dice)
        if not until_entered(machine, names):
            wrong.append("not all recordings were taken in")
        # Those of the rounds before went with the folder.
        left = sum((machine.folder / f"{ROUNDS - 1} {name}").is_file() for name in FOREIGN)
        healed = until(lambda: "does not exist" not in machine.status()[1], NOTICED, 0.2)
    wrong += wrong_in_outcomes(machine.state, names, frozenset({Outcome.TAKEN}))
    wrong += wrong_in_store(machine.state)
    if slowest > NOTICED:
        wrong.append(f"status reported the missing folder only after {slowest:.1f} s")
    if healed is None:
        wrong.append("status still says that the folder is missing")
    if left != len(FOREIGN) or any(aside.iterdir()):
        wrong.append(f"foreign files: {left} of {len(FOREIGN)} lie where they lay")
    return Finding(
        "folders",
        f"{len(names)} recordings; the folder removed {ROUNDS} times, emptied {ROUNDS} times, littered with"
        f" {ROUNDS * len(FOREIGN)} foreign files and folders; {machine.kills} kills",
        f"{len(names)} scored once; status exits with 2 within {seconds(slowest)} of the removal; no foreign"
        " file was refused or moved",
        tuple(wrong),
    )


def _fed(machine: Watched, source: Source, first: int) -> list[str]:
    times: list[datetime] = [START + (first + number) * INTERVAL for number in range(EACH)]
    names = [f"{at:{PATTERN}}" for at in times]
    for name in names:
        put(machine.folder, name, source.content())
    return names
