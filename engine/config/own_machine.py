"""Defaults of a machine that a person describes: nothing of the bundled IMS rig describes it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config.layers import Layer, SettingsError
from replay.recording import RecordingFormat

if TYPE_CHECKING:
    from engine.config.settings import Settings

TITLE = "the channels of a machine without [[component]]"
"""Source of such components, in a message about them."""


def own_machine_layer(user: Layer) -> Layer:
    """Return the defaults for a settings file with a [machine]: no shaft speed, no mains, no bearing.

    Its components are the channels that `[recording]` names or counts; one where it does neither.
    """
    values: dict[str, Any] = {"machine": {"shaft_speed": 0.0, "mains_frequency": 0.0}}
    if "component" not in user.values:
        values["component"] = _components(_channels(user.values.get("recording")))
    return Layer(TITLE, values)


def channel_layer(user: Layer, names: Sequence[str]) -> Layer:
    """Return a component for each channel of the recordings, unless `[recording]` names or counts them."""
    told = _channels(user.values.get("recording"))
    return Layer(TITLE, {"component": _components(told if len(told) > 1 else tuple(names))})


def channels_of(recordings: Path, form: RecordingFormat, *, watched: bool = False) -> Sequence[str]:
    """Return the names of the channels in a folder, archive or file of recordings; empty where none is read.

    Args:
        recordings: the folder, archive or file.
        form: the settings, apart from the number of columns.
        watched: whether it is a watched folder, which must hold a recording then.

    Raises:
        SettingsError: a watched folder holds no recording that can be read.
    """
    # Imported here: most settings name their components.
    from replay.inspection.channels import names_of_channels

    names = names_of_channels(recordings, form)
    if watched and not names:
        raise SettingsError(
            f"{recordings} holds no recording yet that shows the channels, and the settings name no"
            " [[component]]; add one for each watched part"
        )
    return names


def unknowns(settings: "Settings") -> tuple[str, ...]:
    """Return sentences about what the settings leave unknown of a machine, and what cannot be named then."""
    bearings = [part for part in settings.components if part.kind == "bearing"]
    recording = settings.recording
    has_speed = bool(
        settings.machine.shaft_speed
        or recording.speed_column
        or recording.speed_words
        or recording.speed_file
    )
    if not bearings:
        return ()
    found = [] if has_speed else ["no surface can be named: shaft_speed is not set"]
    without = [part.name for part in bearings if part.geometry is None]
    if without:
        shown = ", ".join(without[:_SHOWN]) + (", ..." if len(without) > _SHOWN else "")
        found.append(f"no surface of {shown} can be named: no bearing is set (raceway bearing lists some)")
    return tuple(found)


def _channels(recording: object) -> tuple[str, ...]:
    if isinstance(recording, Mapping):
        names, columns = recording.get("names"), recording.get("columns")
        if isinstance(names, list) and names and all(isinstance(one, str) for one in names):
            return tuple(dict.fromkeys(names))
        if type(columns) is int and 0 < columns <= _MOST:
            return tuple(f"Channel {number}" for number in range(1, columns + 1))
    return ("Channel 1",)


def _components(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "channels": [number]} for number, name in enumerate(names, 1)]


_MOST = 256
_SHOWN = 4
