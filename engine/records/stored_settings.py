"""The settings that an assessment was stored with, parsed once.

They may come from another release of Raceway, or be damaged. A value that is missing or of another kind is
unknown here, never an error, and gets no default of its own: the defaults stand in config.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class FoldRules:
    """The settings of the fold from events to alarms.

    Attributes:
        latching: whether an alarm that returned stands until its latest ring is acknowledged.
        chatter: an episode raised within this time after the end of the last belongs to the same alarm.
    """

    latching: bool = False
    chatter: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class StoredMachine:
    """The rig: sample rate [Hz], shaft speed [rpm] and mains frequency [Hz]; 0 where unknown.

    `group` and `foundation` are those of ISO 20816-3, 0 and "" where unknown.
    """

    sample_rate: float = 0.0
    shaft_speed: float = 0.0
    mains_frequency: float = 0.0
    group: int = 0
    foundation: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """The layout of a recording's file; `columns` 0 means as many as the highest channel.

    `table` is the whole table [recording] as it was stored, for the reader of recordings.
    """

    rows: int
    columns: int
    time_pattern: str
    timezone: str
    separator: str
    table: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One component.

    Attributes:
        channels: its columns, counted from 1; empty where unknown.
        sensitivity: recorded number per unit, one a channel; empty where unknown.
        offset: recorded number at zero, one a channel; empty where unknown.
        geometry: rolling elements, their diameter, pitch diameter and contact angle [degrees]; None where
            not all four are known.
        kind: "bearing", "motor" or "process".
        units: one a channel; empty where unknown.
        pole_pairs: of a motor, 0 where unknown.
        roles: of slow sensors, "symptom" or "condition", one a channel; empty where all are symptoms.
    """

    channels: tuple[int, ...] = ()
    sensitivity: tuple[float, ...] = ()
    offset: tuple[float, ...] = ()
    geometry: tuple[int, float, float, float] | None = None
    kind: str = "bearing"
    units: tuple[str, ...] = ()
    pole_pairs: int = 0
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """Those settings of an assessment that are read after it was stored.

    Attributes:
        fold: of the fold to alarms; every episode an alarm of its own where unknown.
        longest_shelf: the longest that an alarm may be shelved; None where unknown.
        severe: severity from which an alarm has high priority; None where unknown.
        advice: the texts of [advice] by their keys; empty where unknown.
        minimum_free: MB of disk kept free; 0 where unknown.
        machine: None where unknown.
        recording: None where not all of it is known.
        parts: in display order; empty where unknown.
    """

    fold: FoldRules = FoldRules()
    longest_shelf: timedelta | None = None
    severe: float | None = None
    advice: Mapping[str, str] = field(default_factory=dict)
    minimum_free: int = 0
    machine: StoredMachine | None = None
    recording: StoredRecording | None = None
    parts: tuple[StoredPart, ...] = ()


def stored_settings(plain: Mapping[str, object]) -> StoredSettings:
    """Parse settings in plain JSON types, as `Settings.plain()` returns them and the store keeps them."""
    alarms, advice, store = (_table(plain.get(name)) for name in ("alarms", "advice", "store"))
    machine, recording = plain.get("machine"), plain.get("recording")
    hours = _number(alarms.get("shelf_hours"))
    parts = plain.get("component")
    return StoredSettings(
        fold=FoldRules(
            latching=alarms.get("latching") is True,
            chatter=timedelta(minutes=_number(alarms.get("chatter_minutes")) or 0.0),
        ),
        longest_shelf=None if hours is None else timedelta(hours=hours),
        severe=_number(alarms.get("severe")),
        advice={str(key): str(text) for key, text in advice.items()},
        minimum_free=int(_number(store.get("minimum_free")) or 0),
        machine=_machine(machine) if isinstance(machine, Mapping) else None,
        recording=_recording(recording) if isinstance(recording, Mapping) else None,
        parts=tuple(_part(_table(part)) for part in parts) if isinstance(parts, list | tuple) else (),
    )


def _machine(table: Mapping[str, object]) -> StoredMachine:
    rate, speed, mains = (
        _number(table.get(name)) or 0.0 for name in ("sample_rate", "shaft_speed", "mains_frequency")
    )
    foundation = table.get("foundation")
    return StoredMachine(
        rate,
        speed,
        mains,
        int(_number(table.get("group")) or 0),
        foundation if isinstance(foundation, str) else "",
    )


def _recording(table: Mapping[str, object]) -> StoredRecording | None:
    rows, columns = _number(table.get("rows")), _number(table.get("columns"))
    words = [table.get(name) for name in ("time_pattern", "timezone", "separator")]
    if rows is None or columns is None or not all(isinstance(word, str) for word in words):
        return None
    pattern, zone, separator = map(str, words)
    return StoredRecording(int(rows), int(columns), pattern, zone, separator, table)


def _part(table: Mapping[str, object]) -> StoredPart:
    names = ("rollers", "roller_diameter", "pitch_diameter", "contact_angle")
    numbers = [number for number in (_number(table.get(name)) for name in names) if number is not None]
    geometry = None
    if len(numbers) == len(names):
        rollers, roller, pitch, angle = numbers
        geometry = (int(rollers), roller, pitch, angle)
    return StoredPart(
        channels=tuple(int(number) for number in _numbers(table.get("channels"))),
        sensitivity=_numbers(table.get("sensitivity")),
        offset=_numbers(table.get("offset")),
        geometry=geometry,
        kind=str(table["kind"]) if table.get("kind") in ("motor", "process") else "bearing",
        units=_texts(table.get("unit")),
        roles=_texts(table.get("role")),
        pole_pairs=int(_number(table.get("pole_pairs")) or 0),
    )


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> tuple[str, ...]:
    """Return every entry of a list of texts; none where one is damaged."""
    found = value if isinstance(value, list | tuple) else ()
    return tuple(found) if all(isinstance(one, str) for one in found) else ()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numbers(value: object) -> tuple[float, ...]:
    """Return every entry of a list of numbers; none where one is damaged, as the rest would be misplaced."""
    found = [_number(one) for one in value] if isinstance(value, Sequence) else [None]
    return tuple(one for one in found if one is not None) if None not in found else ()
