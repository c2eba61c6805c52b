"""Reads delimited text: brings it to plain rows of numbers, which the fast reader of `replay.ims` parses."""

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import columns_named
from replay.formats.text_body import body_of, count_rows
from replay.formats.text_cells import cells_of, with_minus_before, without_groups
from replay.formats.text_layout import SEPARATOR_WORDS, TextLayout, layout_of_content
from replay.ims import read_ims
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.recording_errors import ColumnCountError

_LINE = re.compile(r"^line (\d+)")
_BLANKS = re.compile(rb"[ \t]+")
_BLANK_ENDS = re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_FORTRAN = re.compile(rb"(?<=[\d.])[dD](?=[+-]?\d)")
_SHOWN = 6
_HEAD_OF_WORDS = 4096
# Three lines in a row that end with a number and a unit, such as 0.5 g.
_WITH_UNIT = re.compile(
    r"(?m)(?:^|[;,\t])\s*[-+]?\d+[.,]\d+ ?([mµu]?g|m/s[2²]|m/s\^2|mm/s|[mµ]?[VA]|°C|Hz)\"?\s*$"
    r"(?:\n.*\d ?[a-zA-Z/²°µ^2]{1,6}\"?\s*$){2}"
)


@dataclass(frozen=True, slots=True)
class Plain:
    r"""A text as plain rows of numbers.

    Attributes:
        body: rows with one separator, decimal points and \n, without anything above or below them.
        form: the format of the body: its separator and all its columns.
        columns: of the body that are the channels, counted from 1.
        skipped: lines of the file above the body.
        layout: of the file.
    """

    body: bytes
    form: RecordingFormat
    columns: tuple[int, ...]
    skipped: int
    layout: TextLayout


def layout_for(data: bytes, form: RecordingFormat) -> TextLayout | None:
    """Return the layout of a text by its head and the settings, which decide where they say anything."""
    return layout_of_content(
        data,
        separator=form.separator,
        decimal=form.decimal,
        comment=form.comment,
        skip=form.skip,
        header={"yes": True, "no": False}.get(form.header),
        columns=form.columns,
    )


def plain_of(data: bytes, name: str, form: RecordingFormat, layout: TextLayout) -> Plain:
    """Bring a text to plain rows.

    Args:
        data: of the file, unpacked.
        name: of the file, for errors.
        form: the expected format.
        layout: of the text.

    Raises:
        ColumnCountError: it has another number of columns than expected.
        RecordingError: a channel that is named is not among its columns.
    """
    columns = channel_columns(layout, name, form)
    body = body_of(data, layout)
    separator = layout.separator.encode()
    if layout.separator == "whitespace":
        separator = b"\t"
        body = _BLANKS.sub(b"\t", _BLANK_ENDS.sub(b"", body))
    if layout.quoted:
        separator, body = b"\t", _unquoted(body, layout.separator)
    if layout.trailing:
        body = _without_trailing(body, separator)
    elif separator and (separator + b"\n" in body or body.endswith(separator)):
        body = _without_surplus(body, separator, layout.columns)
    body = without_groups(body, layout.decimal, separator.decode())
    body = with_minus_before(body, separator)
    if layout.decimal == ",":
        body = body.translate(bytes.maketrans(b",", b"."))
    if _FORTRAN.search(body, 0, 4096):
        body = _FORTRAN.sub(b"e", body)
    watched = frozenset(column for number, column in enumerate(columns, 1) if form.watches(number))
    own = replace(
        form,
        separator=separator.decode(),
        columns=layout.columns,
        watched=watched,
        rows=max(count_rows(body), 1),
    )
    return Plain(body, own, columns, layout.skipped, layout)


def channel_columns(layout: TextLayout, name: str, form: RecordingFormat) -> tuple[int, ...]:
    """Return the columns of a text, counted from 1, that are the channels.

    Channels count all columns, or the sensor columns alone (no times, no count of rows) where only those are
    as many as expected.

    Raises:
        ColumnCountError: neither fits.
        RecordingError: a channel that is named is not among the columns.
    """
    if form.names:
        return columns_named(form.names, layout.names, layout.units, name)
    if layout.columns == form.columns:
        return tuple(range(1, layout.columns + 1))
    if len(layout.signal_columns) == form.columns:
        return layout.signal_columns
    raise ColumnCountError(name, layout.columns, form.columns, described(layout))


def described(layout: TextLayout) -> str:
    """Return the columns of a text in words: their number, separator and names, and those of times."""
    count = f"{layout.columns} column" + ("" if layout.columns == 1 else "s")
    words = f"it has {count}"
    if layout.line_form is not None:
        words += f" {layout.line_form.words}"
    elif layout.columns > 1:
        words += f" separated by {SEPARATOR_WORDS.get(layout.separator, repr(layout.separator))}"
    if layout.decimal == ",":
        words += " with decimal commas"
    if layout.names:
        shown = ", ".join(clean_text(one) for one in layout.names[:_SHOWN])
        words += f" ({shown}{', ...' if len(layout.names) > _SHOWN else ''})"
    if layout.time_column:
        words += f", of which column {layout.time_column} holds times"
    elif layout.index_column:
        words += f", of which column {layout.index_column} counts the rows"
    return words


def read_text(
    data: bytes, name: str, form: RecordingFormat, time: datetime
) -> tuple[NDArray[np.float32], TextLayout]:
    """Read a text; return its channels, float32 (rows of the file, channels), and its layout.

    Args:
        data: of the file, unpacked.
        name: of the file, for errors.
        form: the expected format.
        time: of the recording, UTC.

    Raises:
        RecordingError: it is not text of numbers, or a row is faulty, by line and column.
    """
    if form.cut and b"\n" in data:
        # A long file may be growing: its last line is left out until it has an end.
        data = data[: data.rfind(b"\n") + 1]
    layout = layout_for(data, form)
    if layout is None:
        raise no_rows(data, name, form)
    if layout.columns != form.columns:
        _refuse_misread(data, name, form, layout)
    plain = plain_of(data, name, form, layout)
    try:
        signal = read_ims(plain.body, name, plain.form, time).signal
    except RecordingError as error:
        raise _shifted(error, plain.skipped) from None
    if plain.columns != tuple(range(1, signal.shape[1] + 1)):
        signal = np.asfortranarray(signal[:, [column - 1 for column in plain.columns]])
    return signal, layout


def _refuse_misread(data: bytes, name: str, form: RecordingFormat, layout: TextLayout) -> None:
    """Refuse a text that another separator than the one set divides into as many columns as expected.

    By the one set, "0,5;0,7" would be two numbers around a text: 0 and 7.

    Raises:
        RecordingError: it names the separator to set.
    """
    if form.separator == "auto":
        return
    loose = replace(form, separator="auto", decimal="auto")
    other = layout_for(data, loose)
    if other is not None and other.separator != layout.separator and other.columns == form.columns:
        wrong = [f"recording.separator = {_setting(other.separator)}"]
        if form.decimal not in ("auto", other.decimal):
            wrong.append(f"recording.decimal = {_setting(other.decimal)}")
        raise RecordingError(name, f"{described(other)}; set {' and '.join(wrong)}")


def no_rows(data: bytes, name: str, form: RecordingFormat) -> RecordingError:
    """Return the diagnosis of a text in which no rows of numbers were found."""
    if not data.strip():
        return RecordingError(name, "the file is empty" if not data else "the file holds blank lines only")
    loose = replace(form, separator="auto", decimal="auto", comment="auto", header="auto", skip=0)
    layout = layout_for(data, loose)
    if layout is not None:
        wrong = []
        if form.separator not in ("auto", layout.separator):
            wrong.append(f"recording.separator = {_setting(layout.separator)}")
        if form.decimal not in ("auto", layout.decimal):
            wrong.append(f"recording.decimal = {_setting(layout.decimal)}")
        if form.skip:
            wrong.append("recording.skip = 0")
        if wrong:
            return RecordingError(name, f"{described(layout)}; set {' and '.join(wrong)}")
    if nature := nature_of_words(data):
        return RecordingError(name, nature)
    first = clean_text(data[:200].splitlines()[0].decode("utf-8", errors="replace")).strip()
    return RecordingError(name, f"line 1 ({first[:40]!r}) and those after it hold no rows of numbers")


def nature_of_words(data: bytes) -> str:
    """Return what a text without rows is, where its first letters tell; else empty."""
    first = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if first.startswith((b"<html", b"<!doctype html", b"<table")):
        return "it is a web page (HTML), which is not read; save its table as CSV"
    if first.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS, not the file itself; fetch the file (git lfs pull)"
    if first.startswith((b"/annex/objects/", b"../.git/annex", b".git/annex")):
        return "it is a pointer of git-annex, not the file itself; fetch the file (git annex get)"
    if first.startswith(b"<"):
        return "it is XML, which is not read; save its numbers as CSV"
    cell = _WITH_UNIT.search(data[:_HEAD_OF_WORDS].decode("utf-8", errors="replace"))
    if cell is not None:
        return f"its cells hold units beside the numbers ({cell[1]}); write numbers alone"
    return ""


def _setting(text: str) -> str:
    return '"\\t"' if text == "\t" else f'"{text}"'


def _without_trailing(body: bytes, separator: bytes) -> bytes:
    ends = re.compile(re.escape(separator) + rb"[ ]*(?=\n|\Z)")
    return ends.sub(b"", body)


def _without_surplus(body: bytes, separator: bytes, columns: int) -> bytes:
    """Return rows, some of which end with the separator behind all their columns, without it."""
    lines = body.split(b"\n")
    return b"\n".join(
        line.removesuffix(separator)
        if line.endswith(separator) and line.count(separator) == columns
        else line
        for line in lines
    )


def _unquoted(body: bytes, separator: str) -> bytes:
    """Return rows whose quoted cells may hold the separator, with tabs between cells."""
    text = body.decode("utf-8", errors="replace")
    if separator == "whitespace":
        rows = (cells_of(line, separator) for line in text.split("\n"))
    else:
        rows = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)  # type: ignore[assignment]
    return "\n".join("\t".join(cell.replace("\t", " ").strip() for cell in row) for row in rows).encode()


def _shifted(error: RecordingError, skipped: int) -> RecordingError:
    """Count the lines of an error from the start of the file."""
    if skipped and not isinstance(error, ColumnCountError):
        reason = _LINE.sub(lambda found: f"line {int(found[1]) + skipped}", error.reason)
        return RecordingError(error.name, reason)
    return error
