"""Recordings as people write them: the same numbers in many layouts."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE, ROWS = 1000.0, 120
START = datetime(2024, 3, 1, 23, 40, tzinfo=UTC)
COUNT = 5

Signal = NDArray[np.float64]


def signals(count: int = COUNT, channels: int = 2, rows: int = ROWS) -> list[Signal]:
    """Return recordings, (rows, channels), rounded as they are written."""
    chance = np.random.default_rng(7)
    return [chance.normal(size=(rows, channels)).round(5) for _ in range(count)]


def at(index: int) -> datetime:
    """Return the time of a recording: the run crosses midnight."""
    return START + timedelta(minutes=10 * index)


def rows_of(signal: Signal, separator: str = ",", decimal: str = ".", end: str = "\n", tail: str = "") -> str:
    """Return a signal as text."""
    lines = (separator.join(f"{value:.5f}".replace(".", decimal) for value in row) for row in signal)
    return "".join(line + tail + end for line in lines)


def timed_rows(signal: Signal, separator: str = ",") -> str:
    """Return a signal as text with a column of seconds before it."""
    return "".join(
        separator.join([f"{index / RATE:.6f}", *(f"{value:.5f}" for value in row)]) + "\n"
        for index, row in enumerate(signal)
    )


def dated_rows(signal: Signal, start: datetime, form: str, separator: str = ",") -> str:
    """Return a signal as text with a column of written times before it."""
    return "".join(
        separator.join([f"{start + timedelta(seconds=index / RATE):{form}}", *(f"{v:.5f}" for v in row)])
        + "\n"
        for index, row in enumerate(signal)
    )


Write = Callable[[Path, Sequence[Signal]], None]


@dataclass(frozen=True)
class Layout:
    """A way to write a run, the settings that it needs, and whether its times are the true ones."""

    name: str
    write: Write
    settings: str
    true_times: bool = True


def _each(name: str, content: Callable[[int, Signal], str | bytes]) -> Write:
    def write(folder: Path, run: Sequence[Signal]) -> None:
        for index, signal in enumerate(run):
            path = folder / at(index).strftime(
                name.replace("{n}", f"{index:06d}").replace("{i}", str(index + 1))
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content(index, signal)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def _by_channel(name: str, tokens: Sequence[str]) -> Write:
    def write(folder: Path, run: Sequence[Signal]) -> None:
        for index, signal in enumerate(run):
            for column, token in enumerate(tokens):
                path = folder / at(index).strftime(name.replace("{c}", token))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(rows_of(signal[:, column : column + 1]))

    return write


def _lines(form: str, above: str, below: str, index: int, signal: Signal) -> str:
    """Return a text whose lines are written by a format, with a time and a count of nanoseconds for each."""
    lines = (
        form.format(a=a, b=b, k=row * 1_000_000, t=at(index) + timedelta(seconds=row / RATE))
        for row, (a, b) in enumerate(signal)
    )
    return above + "".join(lines) + below


def _unix(digits: int) -> Write:
    def write(folder: Path, run: Sequence[Signal]) -> None:
        for index, signal in enumerate(run):
            name = str(int(at(index).timestamp()) * 10 ** (digits - 10))
            (folder / f"acc_{name}.csv").write_text(rows_of(signal))

    return write


PLAIN = "time_pattern = '%Y%m%d_%H%M%S.csv'"
NUMBERED = "time = 'number'\nstart = '2024-03-01T23:30:00'\nevery = 600"
DRIVE_FAN = "Drive end (g),Fan end (g)\n"

LAYOUTS = [
    Layout("commas", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s)), PLAIN),
    Layout(
        "tabs and Windows lines", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, "\t", end="\r\n")), PLAIN
    ),
    Layout("blanks", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, "   ")), PLAIN),
    Layout("bars", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, "|")), PLAIN),
    Layout("decimal commas", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, ";", ",")), PLAIN),
    Layout("decimal commas and tabs", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, "\t", ",")), PLAIN),
    Layout("trailing separator", _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s, ";", tail=";")), PLAIN),
    Layout("header", _each("%Y%m%d_%H%M%S.csv", lambda i, s: DRIVE_FAN + rows_of(s)), PLAIN),
    Layout(
        "header and units",
        _each("%Y%m%d_%H%M%S.csv", lambda i, s: "DE;FE\n(g);(g)\n" + rows_of(s, ";", ",")),
        PLAIN,
    ),
    Layout(
        "comments, header, seconds",
        _each(
            "%Y%m%d_%H%M%S.csv",
            lambda i, s: "# Device: X\n# Rate: 1000 Hz\nTime (s),DE (g),FE (g)\n" + timed_rows(s),
        ),
        PLAIN,
    ),
    Layout(
        "UTF-16 with a mark",
        _each("%Y%m%d_%H%M%S.csv", lambda i, s: ("Größe\tB\n" + rows_of(s, "\t", ",")).encode("utf-16")),
        PLAIN,
    ),
    Layout(
        "quoted cells",
        _each(
            "%Y%m%d_%H%M%S.csv",
            lambda i, s: '"DE","FE"\n' + "".join(f'"{a:.5f}","{b:.5f}"\n' for a, b in s),
        ),
        PLAIN,
    ),
    Layout(
        "column of written times",
        _each("%Y%m%d_%H%M%S.csv", lambda i, s: dated_rows(s, at(i), "%Y-%m-%d %H:%M:%S.%f")),
        PLAIN,
    ),
    Layout(
        "packed by gzip",
        _each("%Y%m%d_%H%M%S.csv.gz", lambda i, s: gzip.compress(rows_of(s).encode())),
        "time_pattern = '%Y%m%d_%H%M%S.csv.gz'",
    ),
    Layout(
        "counter before the time",
        _each("{n}_%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s)),
        "time_pattern = '*_%Y%m%d_%H%M%S.csv'",
    ),
    Layout(
        "counter behind the time",
        _each("SN17-%Y-%m-%dT%H.%M.%S-{n}.txt", lambda i, s: rows_of(s)),
        "time_pattern = 'SN??-%Y-%m-%dT%H.%M.%S-*.txt'",
    ),
    Layout(
        "month name and half days",
        _each("%b-%d-%Y_%I-%M-%S_%p.csv", lambda i, s: rows_of(s)),
        "time_pattern = '%b-%d-%Y_%I-%M-%S_%p.csv'",
    ),
    Layout(
        "offset from UTC",
        _each("%Y-%m-%dT%H-%M-%S+0000.csv", lambda i, s: rows_of(s)),
        "time_pattern = '%Y-%m-%dT%H-%M-%S%z.csv'",
    ),
    Layout("Unix seconds", _unix(10), "time_pattern = 'acc_%s.csv'"),
    Layout("Unix milliseconds", _unix(13), "time_pattern = 'acc_%s.csv'"),
    Layout(
        "day folders",
        _each("%Y-%m-%d/%H%M%S.csv", lambda i, s: rows_of(s)),
        "time_pattern = '%Y-%m-%d/%H%M%S.csv'",
    ),
    Layout(
        "year, month and day folders",
        _each("%Y/%m/%d/%H-%M-%S_{n}.csv", lambda i, s: rows_of(s)),
        "time_pattern = '%Y/%m/%d/%H-%M-%S_*.csv'",
    ),
    Layout(
        "whole time within folders",
        _each("a/%d/%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s)),
        PLAIN + "\nfolders = 'yes'",
    ),
    Layout(
        "file a channel",
        _by_channel("%Y%m%d_%H%M%S_ch{c}.csv", ("1", "2")),
        "time_pattern = '%Y%m%d_%H%M%S_ch1.csv'",
    ),
    Layout(
        "file a named channel",
        _by_channel("{c}_%Y%m%d_%H%M%S.csv", ("DE", "FE")),
        "time_pattern = '*_%Y%m%d_%H%M%S.csv'\nnames = ['DE', 'FE']\nchannel_pattern = '*_'",
    ),
    Layout(
        "numbers",
        _each(
            "{i}.csv", lambda i, s: "Horizontal_vibration_signals,Vertical_vibration_signals\n" + rows_of(s)
        ),
        NUMBERED,
    ),
    Layout(
        "time in a column",
        _each("snap{i}.csv", lambda i, s: "t;a;b\n" + dated_rows(s, at(i), "%d.%m.%Y %H:%M:%S", ";")),
        "time = 'column'",
    ),
    Layout(
        "date and time in two columns",
        _each(
            "snap{i}.csv", lambda i, s: "Date;Time;a;b\n" + dated_rows(s, at(i), "%d.%m.%Y;%H:%M:%S,%f", ";")
        ),
        "time = 'column'",
    ),
    Layout(
        "time in a line above",
        _each("snap{i}.csv", lambda i, s: f"Recorded: {at(i):%Y-%m-%d %H:%M:%S}\nDE,FE\n" + rows_of(s)),
        "time = 'header'",
    ),
    Layout(
        "lines of words below",
        _each("%Y%m%d_%H%M%S.csv", lambda i, s: DRIVE_FAN + rows_of(s) + "\nMax,0.5\nEND OF DATA\n"),
        PLAIN,
    ),
    Layout(
        "quoted decimal commas between commas",
        _each(
            "%Y%m%d_%H%M%S.csv",
            lambda i, s: "".join(f'"{a:.5f}","{b:.5f}"\n'.replace(".", ",") for a, b in s),
        ),
        PLAIN,
    ),
    Layout(
        "hour folders",
        _each("%Y-%m-%d/%H/%M%S.csv", lambda i, s: rows_of(s)),
        "time_pattern = '%Y-%m-%d/%H/%M%S.csv'",
    ),
    Layout(
        "number within the name",
        _each("run{i}_1000rpm.csv", lambda i, s: rows_of(s)),
        NUMBERED + "\ntime_pattern = 'run#_1000rpm.csv'",
    ),
    Layout(
        "a numbered folder a recording",
        _each("rec{i}/data.csv", lambda i, s: rows_of(s)),
        NUMBERED + "\ntime_pattern = 'rec#/data.csv'",
    ),
    Layout(
        "file an axis",
        _by_channel("%Y%m%d_%H%M%S_{c}.csv", ("x", "y")),
        "time_pattern = '%Y%m%d_%H%M%S_*.csv'\nnames = ['x', 'y']\nchannel_pattern = '_*.'",
    ),
    Layout(
        "file a bare number",
        _by_channel("%Y%m%d_%H%M%S_{c}.csv", ("1", "2")),
        "time_pattern = '%Y%m%d_%H%M%S_1.csv'\nchannel_pattern = '_*.'",
    ),
    Layout(
        "file an ending",
        _by_channel("%Y%m%d_%H%M%S.ch{c}", ("1", "2")),
        "time_pattern = '%Y%m%d_%H%M%S.ch1'",
    ),
    Layout(
        "folder a channel below the day",
        _by_channel("%Y-%m-%d/ch{c}/%H%M%S.csv", ("1", "2")),
        "time_pattern = '%Y-%m-%d/ch1/%H%M%S.csv'",
    ),
    Layout(
        "an object of JSON a line",
        _each(
            "%Y%m%d_%H%M%S.json", lambda i, s: "".join(f'{{"de": {a:.5f}, "fe": {b:.5f}}}\n' for a, b in s)
        ),
        "time_pattern = '%Y%m%d_%H%M%S.json'",
    ),
    Layout(
        "lists of JSON",
        _each(
            "%Y%m%d_%H%M%S.json", lambda i, s: json.dumps({"de": s[:, 0].tolist(), "fe": s[:, 1].tolist()})
        ),
        "time_pattern = '%Y%m%d_%H%M%S.json'",
    ),
    Layout(
        "time in two lines above",
        _each(
            "snap{i}.csv",
            lambda i, s: f"Date: {at(i):%d.%m.%Y}\nTime: {at(i):%H:%M:%S}\nDE,FE\n" + rows_of(s),
        ),
        "time = 'header'",
    ),
    *(
        Layout(name, _each("%Y%m%d_%H%M%S.csv", partial(_lines, form, above, below)), PLAIN)
        for name, form, above, below in (
            ("labels with colons", "x:{a:.5f} y:{b:.5f}\n", "", ""),
            ("labels with equals signs", "x = {a:.5f}, y = {b:.5f}\n", "ready\n", ""),
            ("times of day before arrows", "{t:%H:%M:%S.%f} -> {a:.5f},{b:.5f}\n", "", ""),
            ("arrows before labels", "{t:%H:%M:%S.%f} -> DE: {a:.5f} FE: {b:.5f}\n", "", ""),
            ("Influx line protocol", "vib,rig=a x={a:.5f},y={b:.5f} {t:%s}{k:09d}\n", "", ""),
            ("brackets", "({a:.5f}, {b:.5f})\n", "", ""),
            ("checksums", "$VIB,{a:.5f},{b:.5f}*7F\n", "", ""),
            ("single quotes", "'{a:.5f}','{b:.5f}'\n", "'DE','FE'\n", ""),
            ("a table of Markdown", "| {a:.5f} | {b:.5f} |\n", "| DE | FE |\n|:---|---:|\n", ""),
            ("a table of psql", " {a:9.5f} | {b:9.5f}\n", "  de  |  fe\n------+------\n", "(120 rows)\n"),
            ("hard blanks", "{a:.5f}\u00a0;\u00a0{b:.5f}\n", "", ""),
        )
    ),
    Layout(
        "typographic minus signs",
        _each("%Y%m%d_%H%M%S.csv", lambda i, s: rows_of(s).replace("-", "\u2212")),
        PLAIN,
    ),
]
