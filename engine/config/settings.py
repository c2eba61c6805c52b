"""Merges config.toml, a rig preset, a user's file and the command line into typed settings.

The defaults are in config.toml and nowhere else. To add a setting, add one line there and one field to its
table in engine/config/sections/; a test holds the two together.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
)

from engine.config.bounds import COMPONENTS, NUMBERS, Name
from engine.config.layers import (
    Layer,
    Place,
    SettingsError,
    command_line_layer,
    default_config_path,
    merge,
    origin,
    read_layer,
)
from engine.config.messages import sentence
from engine.config.motors import MIXED_MODEL, MOTOR_MODEL
from engine.config.own_machine import channel_layer, own_machine_layer
from engine.config.sections.core import (
    DESCRIBING_KEYS,
    MOTOR_KEYS,
    OPERATING_KEYS,
    PROCESS_KEYS,
    SLOW_KEYS,
    AdviceSettings,
    AlarmSettings,
    ComponentSettings,
    ConsoleSettings,
    LimitSettings,
    MachineSettings,
    ModelSettings,
    StoreSettings,
    Table,
    WatchSettings,
)
from engine.config.sections.extras import CaptionSettings, ExportSettings, TrackingSettings
from engine.config.sections.learning import LearningSettings
from engine.config.sections.notify import NotifySettings
from engine.config.sections.process import (
    ProcessSettings,
    fault_of_process,
    with_windows,
)
from engine.config.sections.recording import RecordingSettings
from engine.config.sections.slow import SlowSettings, fault_of_slow
from engine.config.slow_sensors import is_process
from engine.config.state_place import is_address, shown
from engine.errors import nearest
from replay.recording import RecordingFormat, format_of

__all__ = ["Settings", "SettingsError", "default_config_path", "load_settings", "rig_names", "rig_that_fits"]

OPERATING_TABLES = {
    *("advice", "notify", "watch", "learning", "console", "keys", "store", "tracking", "caption", "export")
}
"""Tables of which no key changes the engine's results."""

_HERE = Path(__file__).parent
_NO_OVERRIDES: Mapping[str, object] = MappingProxyType({})


class Settings(Table):
    """Every setting, checked. The names are those of config.toml; `components` is its [[component]] list."""

    machine: MachineSettings
    components: Annotated[
        tuple[ComponentSettings, ...], Field(alias="component", min_length=1, max_length=COMPONENTS)
    ]
    recording: RecordingSettings
    process: ProcessSettings
    slow: SlowSettings
    model: ModelSettings
    limits: LimitSettings
    alarms: AlarmSettings
    advice: AdviceSettings
    notify: NotifySettings
    watch: WatchSettings
    learning: LearningSettings
    console: ConsoleSettings
    keys: Annotated[Mapping[Name, Name | tuple[Name, ...]], Field(max_length=200)]
    store: StoreSettings
    tracking: TrackingSettings
    caption: CaptionSettings
    export: ExportSettings

    @property
    def columns(self) -> int:
        """Return the sensor columns in a file: as named or set, or as many as the highest channel named."""
        recording = self.recording
        return (
            len(recording.names) or recording.columns or max(max(part.channels) for part in self.components)
        )

    def recording_format(self) -> RecordingFormat:
        """Return the format for the reader of recordings."""
        return format_of(
            self.recording.model_dump(),
            machine=self.machine.name,
            sample_rate=self.machine.sample_rate,
            columns=self.columns,
            watched=frozenset(channel for part in self.components for channel in part.channels),
            rows_of_sensors=is_process(self.components),
            slow=self.slow.form(),
        )

    def plain(self) -> dict[str, Any]:
        """Return every setting in plain JSON types, by the keys of config.toml; no password of a store."""
        plain = self.model_dump(mode="json", by_alias=True)
        if is_address(self.store.state):
            # Records and bundles keep the settings, and more people read those.
            plain["store"]["state"] = shown(self.store.state)
        return plain

    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the settings that change the engine's results."""
        shaping = self.model_dump(
            mode="json",
            by_alias=True,
            exclude=OPERATING_TABLES,
        )
        for key in OPERATING_KEYS:
            del shaping["alarms"][key]
        for key in DESCRIBING_KEYS:
            del shaping["machine"][key]
        for part in shaping["component"]:
            # Without a value they change nothing, and earlier releases did not have them.
            for key in (*MOTOR_KEYS, *PROCESS_KEYS, *SLOW_KEYS):
                if not part[key]:
                    del part[key]
            # Its geometry stands beside it.
            del part["bearing"]
        if not shaping["recording"]["stacked"]:
            del shaping["recording"]["stacked"]
        if not is_process(self.components):
            del shaping["process"]
        if not self.slow.rows:
            del shaping["slow"]
        else:
            for key in ("low", "high"):
                if not shaping["slow"][key]:
                    del shaping["slow"][key]
        canonical = json.dumps(shaping, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def rig_names() -> tuple[str, ...]:
    """Return the names of the rig presets, in alphabetical order."""
    return tuple(sorted(path.stem for path in (_HERE / "rigs").glob("*.toml")))


def rig_that_fits(columns: int) -> str | None:
    """Return the first preset of the IMS rig whose files have this many sensor columns, or None.

    Only its files look alike by nothing but their columns; other presets would fit anybody's files.
    """
    own = (name for name in rig_names() if name.startswith("ims-"))
    return next((name for name in own if load_settings(rig=name).columns == columns), None)


@cache
def _own_layer(path: Path) -> Layer:
    """Read a file of Raceway once in a process: a plant loads the settings of many machines."""
    return read_layer(path)


def load_settings(
    user_file: Path | None = None,
    rig: str | None = None,
    overrides: Mapping[str, object] = _NO_OVERRIDES,
    channels: Callable[[RecordingFormat], Sequence[str]] | None = None,
) -> Settings:
    """Merge the defaults, a rig preset, a user's file and overrides by dotted key (the later wins).

    Args:
        user_file: settings of one machine; of one with a [machine] no default describes the machine.
        rig: name of a preset.
        overrides: of the command line.
        channels: names the channels of the recordings, where the settings name no component.

    Raises:
        SettingsError: one sentence naming file, line and key of the first thing wrong.
    """
    layers = [_own_layer(default_config_path())]
    if rig is not None:
        if rig not in rig_names():
            known = ", ".join(rig_names())
            raise SettingsError(
                f"'{rig}' is not a rig preset{nearest(rig, rig_names())}; the presets are {known}."
            )
        layers.append(_own_layer(_HERE / "rigs" / f"{rig}.toml"))
    user = read_layer(user_file) if user_file is not None else None
    unnamed = False
    if user is not None:
        if rig is None and isinstance(user.values.get("machine"), Mapping):
            layers.append(own_machine_layer(user))
            unnamed = "component" not in user.values
        layers.append(user)
    layers.append(command_line_layer(overrides))
    settings = _checked(layers)
    if user is not None and unnamed and channels is not None:
        names = channels(settings.recording_format())
        if names:
            settings = _checked([*layers, channel_layer(user, names)])
    return settings


def _checked(layers: Sequence[Layer]) -> Settings:
    """Merge layers and check the result.

    Raises:
        SettingsError: as for `load_settings`.
    """
    try:
        values, origins = merge(layers)
        chosen = _with_model(_numbered(_tuples(values)), origins, layers[0])
        chosen = with_windows(chosen, lambda *place: origin(origins, place) is layers[0])
        settings = Settings.model_validate(chosen)
    except RecursionError:
        raise SettingsError(f"{layers[-2].title}: its tables and lists are nested too deeply.") from None
    except ValidationError as error:
        raise SettingsError(sentence(error, values, origins, valid_places())) from error
    _check_across(settings, origins)
    return settings


def settings_of_bundle(learned: Mapping[str, object]) -> Settings:
    """Return the settings that a bundle was learned with; keys of another release have their defaults.

    Args:
        learned: `Bundle.settings`.

    Raises:
        SettingsError: they are damaged.
    """
    known = set(valid_places())
    values = dict(read_layer(default_config_path()).values)
    for table, content in learned.items():
        if table == "component":
            values["component"] = content
        elif isinstance(content, Mapping) and isinstance(values.get(table), Mapping):
            own = {key: value for key, value in content.items() if (table, key) in known}
            values[table] = {**values[table], **own}
    try:
        return Settings.model_validate(_tuples(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(f"the settings of the bundle are damaged ({place}: {first['msg']})") from error


def valid_places() -> tuple[Place, ...]:
    """Return every table, and every key within a table, that settings may have."""
    places: list[Place] = []
    for name, info in Settings.model_fields.items():
        table = info.alias or name
        model = ComponentSettings if table == "component" else info.annotation
        places.append((table,))
        if isinstance(model, type) and issubclass(model, BaseModel):
            places += [(table, key) for key in model.model_fields]
    return tuple(places)


def _check_across(settings: Settings, origins: Mapping[Place, Layer]) -> None:
    """Refuse faults between tables or components, at the place that was written last."""

    def refuse(place: Place, reason: str) -> None:
        layer = origin(origins, place)
        raise SettingsError(f"{layer.position(place) if layer else place}: {reason}.")

    owners: dict[int, str] = {}
    names: set[str] = set()
    for index, component in enumerate(settings.components):
        if component.name in names:
            refuse(("component", index, "name"), f"two components are named '{component.name}'")
        names.add(component.name)
        for channel in component.channels:
            if channel in owners:
                whose = owners[channel]
                twice = "twice" if whose == component.name else f"by {whose} and by {component.name}"
                refuse(("component", index, "channels"), f"channel {channel} is used {twice}")
            owners[channel] = component.name
    if settings.columns < max(owners):
        refuse(
            ("recording", "columns"),
            f"recording.columns is {settings.columns}, but {owners[max(owners)]} has channel {max(owners)}",
        )
    if settings.recording.rows * settings.columns > NUMBERS:
        refuse(
            ("recording", "rows"),
            f"recording.rows is {settings.recording.rows}, and times {settings.columns} columns that is more"
            f" than the {NUMBERS} numbers that a recording may have",
        )
    for place, fault in (
        fault_of_process(settings.components, settings.process, settings.model.name),
        fault_of_slow(settings.slow, settings.components),
    ):
        if fault:
            refuse(place, fault)
    try:
        settings.recording_format()
    except ValueError as error:
        refuse(("recording", "separator"), f"recording: {error}")


def _with_model(values: Any, origins: Mapping[Place, Layer], defaults: Layer) -> Any:
    """Choose the model of motors, alone or beside bearings, where no layer above the defaults names one."""
    parts, model = values.get("component"), values.get("model")
    if not isinstance(parts, tuple) or not isinstance(model, Mapping):
        return values
    kinds = {part.get("kind", "bearing") for part in parts if isinstance(part, Mapping)}
    named = {frozenset({"motor"}): MOTOR_MODEL, frozenset({"motor", "bearing"}): MIXED_MODEL}
    name = named.get(frozenset(map(str, kinds)))
    if name is None or origin(origins, ("model", "name")) is not defaults:
        return values
    return {**values, "model": {**model, "name": name}}


def _numbered(values: Any) -> Any:
    """Give channels that are named by the header their numbers, in the order of their first mention."""
    parts, recording = values.get("component"), values.get("recording")
    if not isinstance(parts, tuple) or not isinstance(recording, Mapping):
        return values
    listed = [part.get("channels") for part in parts if isinstance(part, Mapping)]
    lists = [one if isinstance(one, tuple) else (one,) for one in listed]
    if not any(isinstance(one, str) for channels in lists for one in channels):
        return values
    given = recording.get("names") or ()
    names = list(dict.fromkeys((*given, *(one for channels in lists for one in channels))))
    if not all(isinstance(one, str) for one in names):
        # The bounds of channels say what is wrong with a mixture.
        return values
    numbered = []
    for part, channels in zip(parts, lists, strict=False):
        numbered.append({**part, "channels": tuple(names.index(one) + 1 for one in channels)})
    return {**values, "component": tuple(numbered), "recording": {**recording, "names": tuple(names)}}


def _tuples(value: Any) -> Any:
    """Turn TOML's lists into the tuples that frozen settings hold."""
    if isinstance(value, Mapping):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_tuples(item) for item in value)
    return value
