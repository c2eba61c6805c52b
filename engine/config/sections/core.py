"""The tables of config.toml as typed, validated values: one class per table, one field per key."""

import shlex
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.config.bounds import (
    CHANNELS,
    CalibrationShare,
    Channel,
    Days,
    Diameter,
    Epochs,
    FolderName,
    Interval,
    MainsFrequency,
    ManySnapshots,
    Margin,
    Megabytes,
    Minutes,
    Name,
    Offset,
    Pace,
    RangeEnd,
    Role,
    Rollers,
    SampleRate,
    Seconds,
    Sensitivity,
    ShaftSpeed,
    ShelfHours,
    Snapshots,
    Timeout,
    Unit,
    Weight,
    Words,
)
from engine.config.healthy_span import Healthy, parse_healthy
from engine.config.viewing import exports_folder, store_folder
from engine.records.events import Priority
from engine.signals.bearing import Geometry
from engine.signals.bearing_table import bearing_named, unknown_bearing
from replay.folders import expanded

Direction = Annotated[float, Field(ge=-360, le=360)]
"""An angle [degrees]."""

MOTOR_KEYS = ("pole_pairs", "bars", "phase_directions")
"""Keys of a motor alone."""

SLOW_KEYS = ("symptoms",)
"""Keys of a component with slow sensors beside vibration."""

PROCESS_KEYS = ("low", "high", "role")
"""Keys of slow sensors alone."""

_GEOMETRY = ("rollers", "roller_diameter", "pitch_diameter", "contact_angle")


class Table(BaseModel):
    """One table; it refuses unknown keys, text for a number, and non-finite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MachineSettings(Table):
    """The rig: name, sample rate [Hz], shaft speed [rpm; 0 = unknown], mains frequency [Hz; 0 = none].

    `group` and `foundation` are those of ISO 20816-3; 0 and "" where they are not set.
    """

    name: Name
    sample_rate: SampleRate
    shaft_speed: ShaftSpeed
    mains_frequency: MainsFrequency
    group: Literal[0, 1, 2]
    foundation: Literal["", "rigid", "flexible"]


DESCRIBING_KEYS = frozenset({"group", "foundation"})
"""Keys of [machine] that change no score: zones are drawn over the figures that were measured."""


class ComponentSettings(Table):
    """A part that is watched; `unit`, `sensitivity` and `offset` hold one entry per channel, in its order.

    A list of components replaces the default list as a whole, so optional keys of an entry have their
    default here.
    """

    name: Name
    kind: Literal["bearing", "motor", "process"] = "bearing"
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=CHANNELS)]
    unit: tuple[Unit, ...] = Field(default_factory=lambda data: ("V",) * len(data.get("channels", ())))
    sensitivity: tuple[Sensitivity, ...] = Field(
        default_factory=lambda data: (1.0,) * len(data.get("channels", ()))
    )
    offset: tuple[Offset, ...] = Field(default_factory=lambda data: (0.0,) * len(data.get("channels", ())))
    low: tuple[RangeEnd, ...] = ()
    high: tuple[RangeEnd, ...] = ()
    role: tuple[Role, ...] = ()
    symptoms: Annotated[tuple[Name, ...], Field(max_length=CHANNELS)] = ()
    bearing: Annotated[str, Field(max_length=100)] = ""
    rollers: Rollers | None = None
    roller_diameter: Diameter | None = None
    pitch_diameter: Diameter | None = None
    contact_angle: Annotated[float, Field(ge=0, lt=90)] | None = None
    pole_pairs: Annotated[int, Field(ge=0, le=60)] = 0
    bars: Annotated[int, Field(ge=0, le=400)] = 0
    phase_directions: Annotated[tuple[Direction, ...], Field(max_length=3)] = ()

    @field_validator("unit", "sensitivity", "offset", "low", "high", "role", mode="before")
    @classmethod
    def _one_per_channel(cls, value: object, info: ValidationInfo) -> object:
        if value == () and info.field_name in PROCESS_KEYS:
            return value
        channels = info.data.get("channels")
        if channels is None:
            return value if isinstance(value, tuple) else (value,)
        if not isinstance(value, tuple):
            return (value,) * len(channels)
        if len(value) != len(channels):
            raise ValueError(
                f"lists {len(value)} for {len(channels)} channels; give one for each, or a single one for all"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _geometry_of_the_table(cls, values: object) -> object:
        """Take the geometry of a bearing that is named by its designation from the table."""
        if (
            not isinstance(values, Mapping)
            or not isinstance(named := values.get("bearing"), str)
            or not named
        ):
            return values
        found = bearing_named(named)
        if found is None:
            raise ValueError(f"has a bearing that is not known: {unknown_bearing(named)}")
        shape = dict(zip(_GEOMETRY, astuple(found.geometry), strict=True))
        given = {key: values[key] for key in _GEOMETRY if values.get(key) is not None}
        if any(value != shape[key] for key, value in given.items()):
            raise ValueError(f"has a bearing and {', '.join(given)}: give the bearing or the geometry")
        return {**values, **shape}

    @model_validator(mode="after")
    def _phases_of_a_motor(self) -> Self:
        given = [key for key in MOTOR_KEYS if getattr(self, key)]
        if self.kind != "motor" and given:
            raise ValueError(f'has {given[0]}, which belongs to a motor: set kind = "motor"')
        given = [key for key in PROCESS_KEYS if getattr(self, key)]
        if self.kind != "process" and given:
            raise ValueError(f'has {given[0]}, which belongs to slow sensors: set kind = "process"')
        if any(low >= high for low, high in zip(self.low, self.high, strict=False)):
            raise ValueError("has a low that is not below its high")
        if self.kind == "motor" and len(self.channels) not in (1, 2, 3, 4, 6):
            raise ValueError(
                f"is a motor with {len(self.channels)} channels; give one to three currents, or two or three"
                " currents and as many voltages; other sensors need a component of their own"
            )
        if len(self.phase_directions) not in (0, 3):
            raise ValueError(f"has {len(self.phase_directions)} phase_directions; give one for each phase")
        return self

    @model_validator(mode="after")
    def _whole_geometry(self) -> Self:
        missing = [key for key in _GEOMETRY if getattr(self, key) is None]
        if missing and len(missing) < len(_GEOMETRY):
            raise ValueError(f"lacks {', '.join(missing)}: give all four of the geometry, or none")
        if self.geometry and self.geometry.roller_diameter >= self.geometry.pitch_diameter:
            raise ValueError("has a roller_diameter that is not smaller than its pitch_diameter")
        return self

    @property
    def geometry(self) -> Geometry | None:
        """Return the bearing's dimensions, None where they are not given."""
        if (
            self.rollers is None
            or self.roller_diameter is None
            or self.pitch_diameter is None
            or self.contact_angle is None
        ):
            return None
        return Geometry(self.rollers, self.roller_diameter, self.pitch_diameter, self.contact_angle)


def several(value: object) -> object:
    """Take a single text as a list of one."""
    return (value,) if isinstance(value, str) else value


Globs = Annotated[tuple[Name, ...], Field(max_length=100), BeforeValidator(several)]
"""Patterns of file names: * for any letters, ? for one, [abc] for one of them."""


def _number_as_text(value: object) -> object:
    """Take a count of snapshots without quotes; what no count can be is refused as a text would be."""
    return str(min(max(value, -1), 10**9)) if type(value) is int else value


class ModelSettings(Table):
    """The model, its seed, and the healthy start that it learns from."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=100)]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    healthy: Annotated[str, Field(max_length=100), BeforeValidator(_number_as_text)]
    skip: ManySnapshots
    epochs: Snapshots
    calibration_share: CalibrationShare
    beta: Annotated[float, Field(ge=0, le=1000)]
    anneal: Epochs
    pretrain: Epochs

    @field_validator("healthy")
    @classmethod
    def _names_a_start(cls, value: str) -> str:
        parse_healthy(value)
        return value

    @property
    def healthy_start(self) -> Healthy:
        """Return the healthy start as a count, a share or a span."""
        return parse_healthy(self.healthy)


class LimitSettings(Table):
    """How limits are set from the errors of healthy snapshots that were not trained on."""

    mode: Literal["standard", "plain"]
    margin: Margin
    patient_margin: Margin
    tail: Annotated[float, Field(ge=0.001, le=20)]
    quick: Weight
    patient: Weight
    adaptation: ManySnapshots


def _words(value: object) -> object:
    """Split a command line into words, as a shell would; no shell runs it."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise ValueError(f"is not a command line ({str(error).lower()})") from error


class AlarmSettings(Table):
    """When an alarm is raised, escalated, cleared and notified; counts are running snapshots."""

    persistence: Snapshots
    patience: Snapshots
    clear_below: Annotated[float, Field(ge=0.001, le=1)]
    clear_after: Snapshots
    severe: Annotated[float, Field(gt=1, le=1000)]
    stopped_rings: bool
    no_data_after: Annotated[int, Field(ge=1, le=100_000)]
    latching: bool
    chatter_minutes: Minutes
    shelf_hours: ShelfHours
    on_ring: Annotated[tuple[Words, ...], BeforeValidator(_words), Field(max_length=100)]
    on_ring_timeout: Timeout
    on_ring_priority: Literal["low", "medium", "high"]

    @property
    def ringing_from(self) -> Priority:
        """Return the lowest priority for which `on_ring` runs."""
        return Priority(self.on_ring_priority)


OPERATING_KEYS = frozenset(
    {
        "no_data_after",
        "latching",
        "chatter_minutes",
        "shelf_hours",
        "on_ring",
        "on_ring_timeout",
        "on_ring_priority",
    }
)
"""Keys of [alarms] that change neither scores nor raises of a recording: only how alarms are handled."""


class AdviceSettings(Table):
    """The advice for each kind of alarm: what to do, and how soon."""

    limit: Words
    severe: Words
    motor_limit: Words
    motor_severe: Words
    carried_over: Words
    beside: Words
    trend: Words
    sensor_dead: Words
    sensor_clipped: Words
    stopped: Words
    no_data: Words
    refused: Words
    recorder_clock: Words
    condition_changed: Words
    engine_failed: Words
    layout_changed: Words
    model_missing: Words


class WatchSettings(Table):
    """How a live folder is watched; times in seconds. They do not change the engine's results."""

    gather: Annotated[int, Field(ge=30, le=100_000)]
    interval: Interval
    settle: Seconds
    patience: Seconds
    scan: Annotated[float, Field(ge=0.1, le=3600)]
    polling: Literal["auto", "always", "never"]
    quarantine: FolderName

    @property
    def quarantine_folder(self) -> Path | None:
        """Return the folder for refused files; None if they stay where they are."""
        return expanded(self.quarantine) if self.quarantine else None


ThemeName = Annotated[str, Field(pattern=r"^[\w.-]{1,100}$")]
"""The name of a theme; the console knows which there are, and the themes of the user."""


class ConsoleSettings(Table):
    """How the console starts; they do not change the engine's results."""

    pace: Pace
    time_zone: Literal["UTC", "local"]
    theme: ThemeName
    glyphs: Literal["auto", "unicode", "no-braille", "ascii"]
    bell: bool
    mouse: bool
    exports: FolderName
    clipboard: bool

    @property
    def exports_folder(self) -> Path | None:
        """Return the folder of exports; None for one in the working directory."""
        return exports_folder(self.exports)


class StoreSettings(Table):
    """The store: its folder, its group, and the days for which old rows are kept (0 = always)."""

    state: FolderName
    group: str
    minimum_free: Megabytes
    pictures_all: Days
    pictures_hourly: Days
    scores_all: Days
    scores_ten_minutes: Days

    @field_validator("pictures_hourly", "scores_ten_minutes")
    @classmethod
    def _no_shorter_than_all(cls, value: int, info: ValidationInfo) -> int:
        whole = "pictures_all" if info.field_name == "pictures_hourly" else "scores_all"
        if 0 < value < info.data.get(whole, 0):
            raise ValueError(f"must not be less than {whole}, which comes before it; 0 = for ever")
        return value

    @property
    def folder(self) -> Path:
        """Return the folder of the store; the platform's folder for application state by default.

        Raises:
            UnusableError: none is set, and the account has no home folder.
        """
        return store_folder(self.state)
