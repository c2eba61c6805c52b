"""Types of settings and their bounds.

A number beyond its bound is a typing error: it would fill the memory, never end, or silence an alarm.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from replay.folders import FolderError, expanded


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


def _zero_or(least: float) -> AfterValidator:
    """Refuse a number between zero, which switches a thing off, and the least that makes sense."""

    def check(value: float) -> float:
        if 0 < value < least:
            raise ValueError(f"must be 0, or {least:g} or more, not {value:g}")
        return value

    return AfterValidator(check)


Name = Annotated[str, Field(max_length=100), AfterValidator(_printable)]
Unit = Annotated[str, Field(max_length=20), AfterValidator(_printable)]
Words = Annotated[str, Field(max_length=1000), AfterValidator(_printable)]
FolderName = Annotated[str, Field(max_length=4096), AfterValidator(_folder)]
"""A path; Linux takes no longer one."""

COMPONENTS = 256
CHANNELS = 1024
ROWS = 10_000_000
NUMBERS = 100_000_000
"""Rows x columns of one recording: 400 MB in memory, and several times that while it is analysed."""

Channel = Annotated[int, Field(ge=1, le=CHANNELS)]
SampleRate = Annotated[float, Field(ge=1, le=1e9)]
ShaftSpeed = Annotated[float, Field(ge=0, le=1e6), _zero_or(0.1)]
MainsFrequency = Annotated[float, Field(ge=0, le=1000), _zero_or(1)]
Sensitivity = Annotated[float, Field(ge=1e-6, le=1e9)]
"""Single precision must hold the fourth power of a reading over it."""
Offset = Annotated[float, Field(ge=-1e9, le=1e9)]
"""Recorded number at a value of zero."""
RangeEnd = Annotated[float, Field(ge=-1e30, le=1e30)]
"""End of the range of a slow sensor; 1e30 is beyond any."""
Role = Literal["symptom", "condition"]
"""Whether a slow sensor is explained, or explains the others."""
Rollers = Annotated[int, Field(ge=2, le=1000)]
Diameter = Annotated[float, Field(ge=1e-6, le=1e6)]

Margin = Annotated[float, Field(ge=1, le=1000)]
Weight = Annotated[float, Field(ge=0.001, le=1)]
"""Weight of the newest snapshot in an average. With less, the average would hardly move in a year."""
CalibrationShare = Annotated[float, Field(ge=0.05, le=0.8)]
"""Share of a baseline for calibration: ten snapshots, the fewest, leave two to train on."""

Snapshots = Annotated[int, Field(ge=1, le=10_000)]
"""Snapshots in a row until something rings or clears."""
Epochs = Annotated[int, Field(ge=0, le=10_000)]
"""Passes over the training vectors."""
ManySnapshots = Annotated[int, Field(ge=0, le=10_000_000)]
Minutes = Annotated[float, Field(ge=0, le=525_600)]
ShelfHours = Annotated[float, Field(ge=0.01, le=8760)]
"""Up to a year."""
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Timeout = Annotated[float, Field(ge=0.1, le=86_400)]
Interval = Annotated[float, Field(ge=0, le=31_536_000), _zero_or(0.001)]
"""Up to a year."""
Pace = Annotated[float, Field(ge=0.01, le=1e9)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Megabytes = Annotated[int, Field(ge=0, le=10**9)]
