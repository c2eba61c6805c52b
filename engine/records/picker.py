"""The choice of an assessment among those of a store: the live one of a machine, else the one last used."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import UnusableError, nearest
from engine.records.assessment import Assessment


class PickError(UnusableError):
    """No assessment, or several machines to choose from; the sentence says which there are."""


def newest_of_each(assessments: Iterable[Assessment]) -> tuple[Assessment, ...]:
    """Return one assessment per machine: the live one, else any; of several the one that was used last."""
    by_use = sorted(assessments, key=lambda one: (one.live, one.used, one.id))
    return tuple({one.machine: one for one in by_use}.values())


def address(assessment: Assessment) -> str:
    """Return what names one assessment among those of its machine, as `--machine` takes it: press 4#3."""
    return f"{assessment.machine}#{assessment.id}"


def former_of(assessments: Iterable[Assessment], current: Assessment) -> tuple[Assessment, ...]:
    """Return the other live records of a machine, of other layouts, the one that was used last first."""
    if not current.live:
        return ()
    others = (one for one in assessments if one.live and one.machine == current.machine)
    return tuple(
        sorted((one for one in others if one.id != current.id), key=lambda one: (-one.used, -one.id))
    )


def with_key(assessments: Iterable[Assessment], key: str) -> Assessment | None:
    """Return the assessment with this key, or None."""
    return next((one for one in assessments if one.key == key), None)


def of_machine(
    assessments: Iterable[Assessment], machine: str | None, where: Path, *, live: bool = False
) -> tuple[Assessment, ...]:
    """Return the assessments of one machine, or of all.

    Args:
        assessments: all that the store holds, oldest first.
        machine: its name; None for all machines.
        where: folder of the store, for the sentence.
        live: only machines that are watched.

    Raises:
        PickError: there is none.
    """
    known = [one for one in assessments if one.live or not live]
    fitting = tuple(one for one in known if machine in (None, one.machine, address(one)))
    if fitting:
        return fitting
    names = machines_of(known)
    held = f"; it holds {', '.join(names)}{nearest(machine or '', names)}" if names else ""
    if live:
        which = "" if machine is None else f" {machine!r}"
        raise PickError(f"{where}: no machine{which} is watched here{held}; start raceway watch first")
    if machine is None or not names:
        raise PickError(f"{where}: the store holds no assessment yet; start a run first")
    raise PickError(f"{where}: the store holds no assessment of machine {machine!r}{held}")


def pick(
    assessments: Iterable[Assessment], machine: str | None, where: Path, *, live: bool = False
) -> Assessment:
    """Return the assessment of one machine: the live one, else the one that was used last.

    Args:
        assessments: all that the store holds, oldest first.
        machine: its name; None where the store holds one machine.
        where: folder of the store, for the sentence.
        live: only machines that are watched.

    Raises:
        PickError: there is none, or there are several machines and none is named.
    """
    newest = newest_of_each(of_machine(assessments, machine, where, live=live))
    if len(newest) > 1:
        several = "several machines are watched" if live else "the store holds several machines"
        names = ", ".join(machines_of(newest))
        raise PickError(f"{where}: {several}; name one by --machine: {names}")
    return newest[0]


def machines_of(assessments: Iterable[Assessment]) -> Sequence[str]:
    """Return the names of the machines, in order, each once."""
    return sorted({one.machine for one in assessments})
