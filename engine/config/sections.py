"""The tables of config.toml as typed, validated values: one class a table, one field a key."""

import shlex
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.config.healthy_span import Healthy, parse_healthy
from engine.errors import UnusableError, nearest
from engine.records.events import Priority
from engine.signals.bearing import Geometry
from replay.folders import FolderError, expanded, state_folder

_GEOMETRY = ("rollers", "roller_diameter", "pitch_diameter", "contact_angle")


def _printable(text: str) -> str:
    """Refuse control, bidi and other invisible characters, which a terminal would obey."""
    if not text.strip():
        raise ValueError("must not be empty")
    if not text.isprintable():
        raise ValueError("must not hold control or invisible characters")
    return text


def _folder(text: str) -> str:
    """Refuse a folder in a home that is not known."""
    try:
        expanded(text)
    except FolderError as error:
        raise ValueError(f"names no folder: {error}") from error
    return text


Text = Annotated[str, AfterValidator(_printable)]
FolderName = Annotated[str, AfterValidator(_folder)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class Table(BaseModel):
    """One table: unknown keys, text where a number belongs, and non-finite numbers are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class MachineSettings(Table):
    """The rig: name, sample rate [Hz], shaft speed [rpm; 0 = unknown], mains frequency [Hz; 0 = none]."""

    name: Text
    sample_rate: Positive
    shaft_speed: NotNegative
    mains_frequency: NotNegative


class ComponentSettings(Table):
    """A part that is watched; `unit` and `sensitivity` hold one entry per channel, in the channels' order.

    A list of components replaces the default one whole, so what may be left out of an entry has its
    default here.
    """

    name: Text
    kind: Literal["bearing", "motor"] = "bearing"
    channels: Annotated[tuple[Count, ...], Field(min_length=1)]
    unit: tuple[Text, ...] = Field(default_factory=lambda data: ("V",) * len(data.get("channels", ())))
    sensitivity: tuple[Positive, ...] = Field(
        default_factory=lambda data: (1.0,) * len(data.get("channels", ()))
    )
    rollers: Annotated[int, Field(ge=2)] | None = None
    roller_diameter: Positive | None = None
    pitch_diameter: Positive | None = None
    contact_angle: Annotated[float, Field(ge=0, lt=90)] | None = None

    @field_validator("unit", "sensitivity", mode="before")
    @classmethod
    def _one_per_channel(cls, value: object, info: ValidationInfo) -> object:
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
        """The bearing's dimensions, or None where they are not given."""
        if (
            self.rollers is None
            or self.roller_diameter is None
            or self.pitch_diameter is None
            or self.contact_angle is None
        ):
            return None
        return Geometry(self.rollers, self.roller_diameter, self.pitch_diameter, self.contact_angle)


class RecordingSettings(Table):
    """How a recording is written: rows and columns of a file, the time in its name, the separator."""

    rows: Annotated[int, Field(ge=2)]
    columns: Annotated[int, Field(ge=0)]
    time_pattern: Text
    timezone: str
    separator: Annotated[str, Field(min_length=1, max_length=1)]

    @field_validator("time_pattern")
    @classmethod
    def _tells_a_time(cls, value: str) -> str:
        # Any day and minute do; these tell day from month, and a 24-hour clock from a 12-hour one.
        sample = datetime(2004, 12, 31, 23, 52)
        try:
            read = datetime.strptime(sample.strftime(value), value)
        except ValueError as error:
            raise ValueError(f"is no pattern that Python's strptime can read ({error})") from error
        if read.replace(tzinfo=None, second=0) != sample:
            raise ValueError("must tell year, month, day, hour and minute")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"'{value}' is no IANA time zone{nearest(value, available_timezones())}"
            ) from error
        return value


class ModelSettings(Table):
    """What is learned, from which healthy start, and with which seed."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    healthy: Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
    skip: Annotated[int, Field(ge=0)]
    epochs: Count
    calibration_share: Annotated[float, Field(gt=0, lt=1)]

    @field_validator("healthy")
    @classmethod
    def _names_a_start(cls, value: str) -> str:
        parse_healthy(value)
        return value

    @property
    def healthy_start(self) -> Healthy:
        """The healthy start as a count, a share or a span."""
        return parse_healthy(self.healthy)


class LimitSettings(Table):
    """What error is too much, from the errors on healthy snapshots that were not trained on."""

    mode: Literal["standard", "plain"]
    margin: Annotated[float, Field(ge=1)]
    patient_margin: Annotated[float, Field(ge=1)]
    tail: Positive
    quick: Annotated[float, Field(gt=0, le=1)]
    patient: Annotated[float, Field(gt=0, le=1)]
    adaptation: Annotated[int, Field(ge=0)]


def _words(value: object) -> object:
    """Take a command line as text apart into its words, as a shell would; no shell ever runs it."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise ValueError(f"is no command line ({str(error).lower()})") from error


class AlarmSettings(Table):
    """When an alarm is raised, escalated and cleared, and who is told; counts are running snapshots."""

    persistence: Count
    patience: Count
    clear_below: Annotated[float, Field(gt=0, le=1)]
    clear_after: Count
    severe: Annotated[float, Field(gt=1)]
    stopped_rings: bool
    no_data_after: Count
    latching: bool
    chatter_minutes: NotNegative
    shelf_hours: Positive
    on_ring: Annotated[tuple[Text, ...], BeforeValidator(_words)]
    on_ring_timeout: Positive
    on_ring_priority: Literal["low", "medium", "high"]

    @property
    def ringing_from(self) -> Priority:
        """The lowest priority of which `on_ring` is told."""
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
"""Keys of [alarms] that touch neither a score nor what rings in a recording: only how it is dealt with."""


class AdviceSettings(Table):
    """What to do about an alarm, and how soon, in words: one key for each kind of alarm."""

    limit: Text
    severe: Text
    carried_over: Text
    beside: Text
    trend: Text
    sensor_dead: Text
    sensor_clipped: Text
    stopped: Text
    no_data: Text
    recorder_clock: Text
    condition_changed: Text
    engine_failed: Text
    model_missing: Text


class WatchSettings(Table):
    """How a live folder is watched; times in seconds. None of it touches the engine's results."""

    gather: Annotated[int, Field(ge=30)]
    interval: NotNegative
    settle: NotNegative
    patience: NotNegative
    scan: Annotated[float, Field(ge=0.1, le=3600)]
    polling: Literal["auto", "always", "never"]
    quarantine: FolderName

    @property
    def quarantine_folder(self) -> Path | None:
        """Where refused files are moved; None if they are left where they are."""
        return expanded(self.quarantine) if self.quarantine else None


class ConsoleSettings(Table):
    """How the console begins; none of it touches the engine's results."""

    pace: Positive
    time_zone: Literal["UTC", "local"]
    theme: Literal[
        "auto",
        "dark",
        "light",
        "colour-blind",
        "colour-blind-light",
        "contrast",
        "contrast-light",
        "terminal",
    ]
    glyphs: Literal["auto", "unicode", "no-braille", "ascii"]
    bell: bool
    mouse: bool


Days = Annotated[int, Field(ge=0)]


class StoreSettings(Table):
    """Where the store is, who shares it, and how long what is old is kept: counts of days, 0 = for ever."""

    state: FolderName
    group: str
    minimum_free: Annotated[int, Field(ge=0)]
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
        """The folder of the store; the platform's folder for application state where none is set.

        Raises:
            UnusableError: none is set, and the account has no home folder.
        """
        try:
            return expanded(self.state) if self.state else state_folder()
        except FolderError as error:
            raise UnusableError(str(error)) from error
