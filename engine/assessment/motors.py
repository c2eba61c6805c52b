"""Motors in a pass: their faults, and notes on their sensors as events, one where the notes change."""

from collections.abc import Mapping

from engine.bundles.bundle import UsualLines
from engine.diagnosis.motor import MotorDiagnostician
from engine.diagnosis.motor_faults import MotorEvidence
from engine.diagnosis.surface import Evidence
from engine.records.assessment import Moment
from engine.records.events import EventKind, NewEvent
from engine.scoring.scorer import Examination
from engine.signals.motors.claims import Note

Notes = tuple[tuple[str, ...], ...]

Named = Evidence | MotorEvidence
"""Evidence for the surface of a bearing, or for the fault of a motor."""


def sensor_notes(
    before: Notes,
    seen: Examination,
    motors: MotorDiagnostician,
    usual: Mapping[int, UsualLines],
    moment: Moment,
) -> tuple[Notes, list[NewEvent]]:
    """Compare the notes on each motor's recording with those on the one before.

    Args:
        before: keys of the notes on each component, () before the first snapshot.
        seen: the snapshot.
        motors: of the machine.
        usual: figures of the baseline by component.
        moment: name and time of the snapshot.

    Returns:
        The keys now, and an event for each component whose notes changed.
    """
    if not seen.motors:
        return before, []
    now = {
        number: list(before[number]) if number < len(before) else [] for number in range(1 + max(seen.motors))
    }
    events = []
    for number, reading in seen.motors.items():
        notes = motors.notes(reading, usual.get(number))
        keys = [_key(note) for note in notes]
        if keys == now[number]:
            continue
        now[number] = keys
        detail = {
            "snapshot": moment.name,
            "notes": [
                {"fault": note.fault.value, "channel": note.channel, "words": note.words} for note in notes
            ],
            "withheld": sorted(claim.value for claim in reading.fit.withheld),
        }
        name = motors.parts[number].name
        events.append(NewEvent(EventKind.SENSOR_NOTES, moment.at, "component", name, detail=detail))
    return tuple(tuple(now[number]) for number in sorted(now)), events


def _key(note: Note) -> str:
    return f"{note.fault.value} {note.channel}" if note.channel else note.fault.value


def motor_findings(
    seen: Examination, motors: MotorDiagnostician, usual: Mapping[int, UsualLines]
) -> dict[int, MotorEvidence]:
    """Return the fault of each motor in question that shows one.

    Args:
        seen: the snapshot.
        motors: of the machine.
        usual: figures of the baseline of the components in question.
    """
    asked = [number for number in seen.motors if number in usual]
    found = {number: motors.finding(number, seen.motors[number], usual[number]) for number in asked}
    return {number: evidence for number, evidence in found.items() if evidence is not None}
