"""Turns rows of the store into records, and new events into rows.

The one place where stored values are decoded. A value that is damaged is noted and left out, or replaced by
what is safe to assume; it never ends the reading of the others.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, select

from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent
from engine.records.picture import Picture
from engine.records.progress import Heartbeat, Phase
from engine.records.stored_settings import StoredSettings, stored_settings
from engine.store import schema
from engine.store.values.checksums import Damaged
from engine.store.values.damage import DamagedError, Note
from engine.store.values.event_details import missing_details

# Looked up for each event: membership in an enumeration goes through all its members.
_KINDS: Mapping[object, EventKind] = {kind.value: kind for kind in EventKind}


def assessments_query() -> Select[Any]:
    """Select assessments with the names of their machines."""
    return select(schema.assessment, schema.machine.c.name.label("machine")).join_from(
        schema.assessment, schema.machine
    )


SETTINGS = 256
"""Parsed settings that are kept: a list of machines reads those of all of them again and again."""


def mapping_of(value: object) -> dict[str, Any]:
    """Decode JSON text.

    Raises:
        DamagedError: it is not a JSON object.
    """
    if isinstance(value, Damaged):
        raise DamagedError(value.words)
    if not isinstance(value, str):
        raise DamagedError("it is not text")
    try:
        plain = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise DamagedError("it is not JSON") from error
    if not isinstance(plain, dict):
        raise DamagedError("it is not a JSON object")
    return plain


def assessment_of(row: Row[Any], note: Note) -> Assessment:
    """Make an assessment of a row of `assessments_query`.

    Raises:
        DamagedError: its layout is lost, or another of its values.
    """
    layout = _layout_of(row.layout)
    if not (isinstance(row.created_at, datetime) and isinstance(row.expected, int)):
        raise DamagedError("its time or its count is not a number")
    return Assessment(
        id=row.id,
        machine_id=row.machine_id,
        machine=str(row.machine),
        key=str(row.key),
        model=str(row.model),
        seed=row.seed,
        run=str(row.run),
        expected=row.expected,
        created_at=row.created_at,
        components=layout[0],
        channels=layout[1],
        units=layout[2],
        settings=_settings_of(row, note),
        used=row.used if isinstance(row.used, int) else 0,
    )


def assessments_of(rows: Sequence[Row[Any]], note: Note) -> tuple[Assessment, ...]:
    """Make assessments of rows; those that cannot be decoded are noted and left out."""
    found = []
    for row in rows:
        try:
            found.append(assessment_of(row, note))
        except DamagedError as error:
            note("assessment", f"{row.machine}, assessment {row.id}, layout", str(error))
    return tuple(found)


def layout_names(value: object) -> tuple[str, ...]:
    """Return the component names in a stored layout.

    Raises:
        DamagedError: the layout is lost.
    """
    return _layout_of(value)[0]


def _layout_of(value: object) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...], tuple[str, ...]]:
    plain = mapping_of(value)
    try:
        components, units = tuple(map(str, plain["components"])), tuple(map(str, plain["units"]))
        channels = tuple(tuple(int(number) for number in numbers) for numbers in plain["channels"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DamagedError("it names no components, channels or units") from error
    if len(channels) != len(components) or not components:
        raise DamagedError(f"it has {len(components)} components and channels for {len(channels)}")
    if not all(1 <= number <= len(units) for numbers in channels for number in numbers):
        raise DamagedError("it names channels that the recordings do not have")
    return components, channels, units


def _settings_of(row: Row[Any], note: Note) -> StoredSettings:
    try:
        if isinstance(row.settings, str):
            return _settings_of_text(row.settings)
        return stored_settings(mapping_of(row.settings))
    except (ValueError, TypeError, OverflowError) as error:
        words = str(error) if isinstance(error, DamagedError) else "a value is out of range"
        note("assessment", f"{row.machine}, assessment {row.id}, settings", words)
        return stored_settings({})


@lru_cache(SETTINGS)
def _settings_of_text(text: str) -> StoredSettings:
    return stored_settings(mapping_of(text))


def picture_of(packed: object, row: str, note: Note) -> Picture | None:
    """Unpack a picture; one that is damaged is noted and None."""
    try:
        if isinstance(packed, Damaged):
            raise DamagedError(packed.words)
        return None if packed is None else Picture.unpack(_bytes_of(packed))
    except ValueError as error:
        note("picture", row, str(error))
        return None


def _bytes_of(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise DamagedError("it is not a blob")
    return value


def heartbeat_of(row: Row[Any], note: Note) -> Heartbeat | None:
    """Make a heartbeat of a row; one that is damaged is noted and None, as of an engine that never beat."""
    numbers = (row.pid, row.done, row.total)
    if not isinstance(row.beat_at, datetime) or not all(isinstance(one, int) for one in numbers):
        note("heartbeat", f"assessment {row.assessment_id}", "a value is not a number")
        return None
    if row.phase not in list(Phase):
        note("heartbeat", f"assessment {row.assessment_id}", f"{row.phase!r} is not a phase")
        return None
    return Heartbeat(row.beat_at, row.pid, Phase(row.phase), row.done, row.total, str(row.message))


def event_row(assessment: Assessment, fact: NewEvent, now: datetime) -> dict[str, Any]:
    """Return the values of a new event for its table."""
    return {
        "machine_id": assessment.machine_id,
        "assessment_id": assessment.id,
        "kind": fact.kind.value,
        "at": fact.at,
        "recorded_at": now,
        "source": fact.source,
        "component": fact.component,
        "alarm": fact.alarm,
        "ring": fact.ring,
        "session": fact.session,
        "detail": json.dumps(fact.detail),
    }


def event_of(row: Row[Any], note: Note) -> Event | None:
    """Make an event of a row of its table; one that is damaged beyond use is noted and None."""
    place = f"event {row.seq}"
    kind = _KINDS.get(row.kind)
    if kind is None:
        note("event", place, f"{row.kind!r} is not a kind of event")
        return None
    if not (isinstance(row.at, datetime) and isinstance(row.recorded_at, datetime)):
        note("event", place, "its time is not a number")
        return None
    detail = _detail_of(kind, row.detail, place, note)
    if detail is None:
        return None
    return Event(
        seq=row.seq,
        kind=kind,
        at=row.at,
        recorded_at=row.recorded_at,
        source=str(row.source),
        component=str(row.component),
        alarm=str(row.alarm),
        ring=row.ring if isinstance(row.ring, int) else None,
        session=str(row.session),
        detail=detail,
    )


def events_of(rows: Sequence[Row[Any]], note: Note) -> list[Event]:
    """Make events of rows, without those that are damaged beyond use."""
    return [event for row in rows if (event := event_of(row, note)) is not None]


def _detail_of(kind: EventKind, value: object, place: str, note: Note) -> Mapping[str, object] | None:
    try:
        detail, words = mapping_of(value), ""
    except DamagedError as error:
        detail, words = {}, str(error)
    missing = missing_details(kind, detail)
    if not (missing or words):
        return detail
    lacking = [name for name, need in missing.items() if name in detail or not need.may_lack]
    if lacking or words:
        note("event", f"{place} ({kind})", words or f"it has no usable {', '.join(lacking)}")
    if any(need.stand_in is None for need in missing.values()):
        return None
    return {**detail, **{name: need.stand_in for name, need in missing.items()}}
