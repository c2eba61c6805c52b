"""Healthy recordings at any times, their files, and what a ledger says of them."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.torture.invariants import ledger
from bench.torture.live_machine import Watched, until
from bench.torture.rig import HEALTHY, Reel
from engine.records.intake import Outcome

PATIENCE = 60.0
"""Time limit until all files are taken in [s]."""

KILL_AFTER = (0.0, 0.6)
"""Shortest and longest wait between new files and a kill [s]: within the look, the scoring or the commit."""


class Source:
    """A recorder with two healthy channels; no two of its recordings are equal."""

    def __init__(self, reel: Reel) -> None:
        """Start with the first recording."""
        self._reel = reel
        self._count = 0

    def content(self) -> bytes:
        """Return the text of the next recording."""
        number, turn = divmod(self._count, len(HEALTHY))
        self._count += 1
        return self._reel.cut(HEALTHY[turn], number)


def put(folder: Path, name: str, content: bytes) -> None:
    """Let the recorder write a file, renamed into place."""
    hidden = folder / f".{name}"
    hidden.write_bytes(content)
    hidden.rename(folder / name)


def kill_within(machine: Watched, dice: random.Random) -> None:
    """Kill the engine a moment from now, and start another."""
    until(lambda: False, dice.uniform(*KILL_AFTER))
    machine.kill_and_start()


def outcomes(state: Path) -> dict[str, list[Outcome]]:
    """Return the outcomes of each file in the ledger, oldest first."""
    found: dict[str, list[Outcome]] = {}
    for raw, outcome, _at in ledger(state):
        found.setdefault(raw.decode(), []).append(Outcome(outcome))
    return found


def until_entered(machine: Watched, names: Iterable[str], within: float = PATIENCE) -> bool:
    """Return whether all files came into the ledger in time."""
    wanted = set(names)
    return until(lambda: wanted <= outcomes(machine.state).keys(), within, 0.1) is not None


def wrong_in_outcomes(state: Path, names: Sequence[str], allowed: frozenset[Outcome]) -> list[str]:
    """Return the files that were not judged exactly once, and those that should not be in the ledger."""
    found = outcomes(state)
    wrong = []
    for name in names:
        told = found.pop(name, [])
        if len(told) != 1 or told[0] not in allowed:
            count = Counter(told)
            wrong.append(f"{name}: {', '.join(f'{n} times {one}' for one, n in count.items()) or 'lost'}")
    return [*wrong, *(f"{name} should not be in the ledger: {told[0]}" for name, told in found.items())]
