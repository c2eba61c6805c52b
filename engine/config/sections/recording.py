"""The table [recording] of config.toml: how recordings are written, named and timed."""

from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from engine.config.bounds import CHANNELS, ROWS, FolderName, Name, Seconds
from engine.config.sections.core import Globs, Table, several
from engine.errors import nearest
from replay.formats.sniff import FORMATS
from replay.name_pattern import fault_of, fault_of_counter
from replay.recording import NUMBER_TYPES, separator_fault

LONGEST_INTERVAL = 31_536_000
"""Seconds of a year."""

ColumnNames = Annotated[tuple[Name, ...], Field(max_length=CHANNELS), BeforeValidator(several)]
ColumnOrName = Annotated[int, Field(ge=0, le=CHANNELS)] | Name
"""A column by its number from 1, or by its name in the header; 0 for none."""


class RecordingSettings(Table):
    """How a recording is written: rows, columns, separator, names, times."""

    rows: Annotated[int, Field(ge=2, le=ROWS)]
    least_rows: Annotated[int, Field(ge=0, le=ROWS)]
    most_rows: Annotated[int, Field(ge=0, le=ROWS)]
    columns: Annotated[int, Field(ge=0, le=CHANNELS)]
    names: ColumnNames
    format: Annotated[str, Field(max_length=20)]
    number_type: Annotated[str, Field(max_length=20)]
    skip: Annotated[int, Field(ge=0, le=1_000_000)]
    comment: Annotated[str, Field(max_length=20)]
    header: Literal["auto", "yes", "no"]
    stacked: bool
    separator: Annotated[str, Field(min_length=1, max_length=10)]
    decimal: Literal["auto", ".", ","]
    time: Literal["name", "number", "column", "header", "modified"]
    cut: bool
    time_pattern: Name
    time_column: ColumnOrName
    timezone: Annotated[str, Field(max_length=100)]
    start: Annotated[str, Field(max_length=40)]
    every: Annotated[float, Field(ge=0.001, le=LONGEST_INTERVAL)]
    folders: Literal["auto", "yes", "no"]
    channel_pattern: Annotated[str, Field(max_length=100)]
    overlap: Annotated[float, Field(ge=0, le=0.9999)]
    gap: Seconds
    speed_column: ColumnOrName
    speed_words: Annotated[str, Field(max_length=100)]
    speed_file: FolderName
    speed_unit: Literal["rpm", "Hz", "pulses"]
    files: Globs
    ignore: Globs

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError(
                f"'{value}' is not an IANA time zone{nearest(value, available_timezones())}"
            ) from error
        return value

    @field_validator("format")
    @classmethod
    def _known_format(cls, value: str) -> str:
        if value not in FORMATS:
            raise ValueError(
                f"'{value}' is not a format{nearest(value, FORMATS)}; the formats are {', '.join(FORMATS)}"
            )
        return value

    @field_validator("number_type")
    @classmethod
    def _known_number_type(cls, value: str) -> str:
        if value.lstrip("<>") not in NUMBER_TYPES:
            raise ValueError(
                f"'{value}' is not a type of number; the types are {', '.join(NUMBER_TYPES)},"
                ' with ">" before one whose first byte is the highest'
            )
        return value

    @field_validator("separator")
    @classmethod
    def _separates(cls, value: str) -> str:
        if fault := separator_fault(value):
            raise ValueError(fault)
        return value

    @field_validator("start")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        if value:
            try:
                datetime.fromisoformat(value)
            except ValueError as error:
                raise ValueError(f"'{value}' is not an ISO time such as 2004-02-12T10:32:39") from error
        return value

    @field_validator("channel_pattern")
    @classmethod
    def _holds_a_channel(cls, value: str) -> str:
        if value and value.count("*") != 1:
            raise ValueError('must hold one *, the channel of a file, such as "_ch*."')
        return value

    @field_validator("time_pattern")
    @classmethod
    def _tells_a_time(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("time") == "name" and not info.data.get("cut") and (fault := fault_of(value)):
            raise ValueError(fault)
        if info.data.get("time") == "number" and (fault := fault_of_counter(value)):
            raise ValueError(fault)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.least_rows > self.rows:
            raise ValueError(f"has least_rows {self.least_rows} above rows {self.rows}")
        if self.most_rows and self.most_rows < self.rows:
            raise ValueError(f"has most_rows {self.most_rows} below rows {self.rows}")
        if self.speed_unit == "pulses" and not self.speed_column:
            raise ValueError('has speed_unit "pulses" without speed_column, the column of the tachometer')
        if self.decimal == self.separator != "auto":
            raise ValueError(
                "has one sign as separator and as decimal sign; decimal commas need another separator"
            )
        return self
