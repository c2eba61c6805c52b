"""The claims that a recording of a motor carries, and the flaws that withhold them."""

from dataclasses import dataclass
from enum import StrEnum


class Claim(StrEnum):
    """A statement about a motor, by the name of the analysis that carries it."""

    PARK = "Park vector and unbalance"
    HARMONICS = "harmonics"
    SPECTRUM = "current spectrum"
    SIDEBANDS = "sidebands at slip frequency"


class Fault(StrEnum):
    """A flaw of a recording or of its sensors."""

    BURSTS = "bursts"
    GAP = "gap"
    CLIPPED = "clipped"
    MISSING = "missing phase"
    OPEN = "open phase"
    SCALE = "wrong scale"
    REVERSED = "reversed phase"
    SHORT = "too short"
    NARROW = "narrow band"
    STOPPED = "stopped"
    OFFSET = "offset drift"
    NO_CURRENT = "no current"
    NO_LOAD = "no load"
    FREQUENCY = "other frequency"
    PART = "start or stop"


@dataclass(frozen=True, slots=True)
class Note:
    """A flaw with a sentence; `channel` counts from 1 within the motor, 0 for all."""

    fault: Fault
    channel: int
    words: str


@dataclass(frozen=True, slots=True)
class Fitness:
    """The notes on a recording, and the claims that it cannot carry."""

    notes: tuple[Note, ...]
    withheld: frozenset[Claim]

    def carries(self, claim: Claim) -> bool:
        """Return whether a claim has a basis."""
        return claim not in self.withheld

    def has(self, fault: Fault) -> bool:
        """Return whether a flaw was found."""
        return any(note.fault is fault for note in self.notes)


EVERYTHING = frozenset(Claim)
CLOCKED = frozenset({Claim.HARMONICS, Claim.SPECTRUM, Claim.SIDEBANDS})
"""Claims that need rows at equal steps of time."""

COSTS = {
    Fault.BURSTS: CLOCKED,
    Fault.GAP: CLOCKED,
    Fault.NARROW: CLOCKED,
    Fault.CLIPPED: frozenset({Claim.HARMONICS, Claim.SPECTRUM}),
    Fault.REVERSED: frozenset({Claim.PARK}),
    Fault.OPEN: EVERYTHING - {Claim.PARK},
    Fault.MISSING: EVERYTHING,
    Fault.STOPPED: EVERYTHING,
    Fault.NO_CURRENT: EVERYTHING,
    Fault.SHORT: EVERYTHING,
    Fault.NO_LOAD: frozenset({Claim.SIDEBANDS}),
}
"""The claims that a flaw may withhold; `Fitness.withheld` says which of them it did."""


def why_withheld(fit: Fitness, claim: Claim) -> str:
    """Return the reason why a claim is withheld, "" where the recording carries it."""
    if fit.carries(claim):
        return ""
    words = [note.words for note in fit.notes if claim in COSTS.get(note.fault, ())]
    return words[0] if words else "one phase alone shows no unbalance"
