"""Decides on a recording that could be read, by the recordings taken in before. Pure."""

from dataclasses import dataclass
from datetime import datetime

from engine.records.intake import Intake, Outcome


@dataclass(frozen=True, slots=True)
class IntakeDecision:
    """The outcome for a file; `reason` is empty where it is scored as it should be.

    `at` is its recording time: that of its stamp, or corrected where the recorder's clock is wrong.
    """

    outcome: Outcome
    reason: str = ""
    at: datetime | None = None


def decide(
    at: datetime,
    digest: str,
    *,
    at_its_time: Intake | None,
    with_its_signal: Intake | None,
    newest: datetime | None,
    silent: bool = False,
) -> IntakeDecision:
    """Decide on a recording that could be read, by those taken in before.

    Args:
        at: its recording time.
        digest: of its signal.
        at_its_time: the file that was taken in for the same time, if any.
        with_its_signal: a file that was taken in with the same signal for another time, if any.
        newest: recording time of the newest snapshot judged.
        silent: whether every channel is constant: such signals are equal without being repeated.
    """
    if at_its_time is not None and at_its_time.digest == digest:
        return IntakeDecision(Outcome.DUPLICATE, f"the same recording was taken in as {at_its_time.name}")
    if at_its_time is not None:
        return IntakeDecision(
            Outcome.CONFLICT,
            f"another recording of the same time was taken in as {at_its_time.name}; keep the right one",
        )
    if with_its_signal is not None and not silent:
        return IntakeDecision(
            Outcome.REPEATED,
            f"invalid: the recorder repeats itself, its signal is that of {with_its_signal.name};"
            " check the recorder",
        )
    if newest is not None and at <= newest:
        return IntakeDecision(Outcome.LATE, "it came after later recordings had been judged")
    return IntakeDecision(Outcome.TAKEN)
