"""The table [process] of config.toml, and the settings of a machine of slow sensors that follow from it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from engine.config.bounds import Interval
from engine.config.sections.core import ComponentSettings, Table
from engine.config.slow_sensors import is_process, roles_of

PROCESS_MODEL = "process"
"""The model of a machine of slow sensors, unless the settings name one."""

PROCESS_MODELS = (PROCESS_MODEL, "lstm")
"""Models that fit rows of slow sensors."""

WINDOWS = {PROCESS_MODEL: 30, "lstm": 100}
"""Rows of a window of each model, unless set. 20 to 30 rows detected most in the measurements of
docs/process.md; 100 is the length of the recurrent design."""

STRIDES = 10
"""Windows that each row lies in, unless a stride is set."""

FOLLOWS = 1.5
"""Lengths of a window in which the usual residual may follow slow drift by one spread. By the measurements of
docs/process.md slower following rings early on slow wear, and faster following rings late."""

LARGEST_WINDOW = 10_000
"""Rows of a window."""

NO_RATE = 1.0
"""Sample rate of rows [Hz]; nothing of a machine of slow sensors depends on it."""

ADVICE = {
    "limit": "Check the named sensors within a day, and what they measure; begin with the first that moved.",
    "severe": "Check today; if the deviation is real, bring the machine to a safe state and find its cause.",
    "sensor_dead": "Check the sensor, its cable and its supply on this shift: nothing watches its place.",
}
"""Advice in place of the defaults, which speak of bearings."""

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)")


def _span(value: int | str) -> int | str:
    """Refuse a text that is not a time span, and a number of rows that is too large."""
    if isinstance(value, str):
        if not _SPAN.fullmatch(value):
            raise ValueError('must be a number of rows, or a time such as "30 s", "10 min", "2 h" or "1 d"')
    elif not 0 <= value <= LARGEST_WINDOW:
        raise ValueError(f"must be 0 to {LARGEST_WINDOW} rows")
    return value


RowsOrTime = Annotated[int | Annotated[str, Field(max_length=20)], AfterValidator(_span)]
"""A number of rows, or a time span in words; 0 for the default."""


class ProcessSettings(Table):
    """Windows of rows: their length, the rows between them, and how long a limit must be exceeded."""

    interval: Interval
    window: RowsOrTime
    stride: RowsOrTime
    hold: RowsOrTime

    def rows(self, value: int | str) -> int:
        """Return a span in rows, at least 1; 0 for the default.

        Raises:
            ValueError: it is a time, and the interval between rows is not set.
        """
        if isinstance(value, int):
            return value
        found = _SPAN.fullmatch(value)
        assert found is not None
        if not self.interval:
            raise ValueError(f'"{value}" needs process.interval, the seconds between two rows')
        return max(1, round(float(found[1]) * _SECONDS[found[2]] / self.interval))


def with_windows(values: Any, is_default: Callable[[str, str], bool]) -> Any:
    """Return merged settings in which those of windows stand for a machine of slow sensors.

    Args:
        values: the merged settings, not yet checked.
        is_default: whether a key of a table has its default.
    """
    parts, table = values.get("component"), values.get("process")
    if not isinstance(parts, tuple) or not isinstance(table, Mapping):
        return values
    kinds = {part.get("kind") for part in parts if isinstance(part, Mapping)}
    if "process" not in kinds:
        return values
    model = dict(values["model"])
    if is_default("model", "name"):
        model["name"] = PROCESS_MODEL
    try:
        process = ProcessSettings.model_validate(dict(table))
        window = process.rows(process.window) or WINDOWS.get(str(model["name"]), WINDOWS[PROCESS_MODEL])
        window = min(max(window, 2), LARGEST_WINDOW)
        stride = min(process.rows(process.stride) or math.ceil(window / STRIDES), window)
        hold = process.rows(process.hold) or stride
    except (ValidationError, ValueError):
        # The check of the table says what is wrong.
        return values
    recording = {
        **values["recording"],
        "rows": window,
        "overlap": 1 - stride / window,
        "cut": True,
        "least_rows": 0,
        "most_rows": 0,
    }
    if is_default("recording", "time"):
        recording["time"] = "column"
    if is_default("recording", "separator"):
        recording["separator"] = "auto"
    alarms = dict(values["alarms"])
    if is_default("alarms", "persistence"):
        alarms["persistence"] = alarms["patience"] = max(1, math.ceil(hold / stride))
    limits = dict(values["limits"])
    if is_default("limits", "quick"):
        # A window is an average already.
        limits["quick"] = 1.0
    if is_default("limits", "adaptation"):
        limits["adaptation"] = max(1, round(FOLLOWS * window / stride))
    advice = dict(values["advice"])
    advice |= {key: words for key, words in ADVICE.items() if is_default("advice", key)}
    machine = {**values["machine"], "sample_rate": NO_RATE, "shaft_speed": 0.0, "mains_frequency": 0.0}
    return {
        **values,
        "machine": machine,
        "model": model,
        "recording": recording,
        "limits": limits,
        "advice": advice,
        "alarms": alarms,
    }


def fault_of_process(
    components: Sequence[ComponentSettings], process: ProcessSettings, model: str
) -> tuple[tuple[str | int, ...], str]:
    """Return the place and the fault of settings of slow sensors, in words; no words for none."""
    if not is_process(components):
        return (), ""
    for key in ("window", "stride", "hold"):
        try:
            process.rows(getattr(process, key))
        except ValueError as error:
            return ("process", key), f"process.{key} {error}"
    other = next((index for index, part in enumerate(components) if part.kind != "process"), None)
    if other is not None:
        return ("component", other, "kind"), (
            f'{components[other].name} is no kind = "process", and others of the machine are;'
            " watch rows of slow sensors as a machine of their own"
        )
    if model not in PROCESS_MODELS:
        return ("model", "name"), (
            f'model.name is "{model}", and rows of slow sensors take {" or ".join(PROCESS_MODELS)}'
        )
    if not any(role == "symptom" for part in components for role in roles_of(part)):
        return ("component", 0, "role"), "every channel is a condition, and none is left to judge"
    return (), ""
