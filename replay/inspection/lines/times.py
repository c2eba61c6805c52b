"""Proposed lines for the times of recordings: from names, columns, headers, numbers, or times of change."""

import re

from replay.formats.times import time_in_row, time_of_lines
from replay.inspection.contents import loose_form
from replay.inspection.lines.line import Line, Sure
from replay.inspection.names import zone_of_names
from replay.inspection.survey import Survey

_DAY = 86_400.0
_LAST_HOUR = 23
_NUMBER = re.compile("[0-9]")
_HOUR = re.compile(r"%[dmyYj][-_. T]?#")


def time_lines(found: Survey) -> list[Line]:
    """Return the lines that tell the times of recordings."""
    times = found.times
    depth = found.depth
    if times.mode in ("name", "date"):
        words = "time in a file's name"
        if times.ambiguous:
            order = "day, month and year" if "%y" in times.pattern else "day and month"
            words += f"; {order} may be swapped: no file shows which comes first"
        sure = Sure.LIKELY if times.ambiguous or times.share < 1 else Sure.SEEN
        lines = [Line("recording", "time_pattern", times.pattern, words, sure)]
        zone = "" if "%z" in times.pattern or "%s" in times.pattern else zone_of_names(found.recordings[:50])
        if zone:
            lines.append(
                Line("recording", "timezone", zone, "time zone of the words in the names", Sure.LIKELY)
            )
        below = depth - times.pattern.count("/")
        return [*lines, *_folders(below)] if below > 0 else lines
    first = found.contents[0]
    form = loose_form()
    if first.layout is not None:
        column = first.layout.time_column
        if column and time_in_row(first.layout.first_row, column, form, first.layout.step):
            return [Line("recording", "time", "column", "time in the first row"), *_folders(depth)]
        if time_of_lines(first.layout.preamble, form):
            return [Line("recording", "time", "header", "time in a line above the numbers"), *_folders(depth)]
    elif first.time is not None:
        return [Line("recording", "time", "header", "time within the file"), *_folders(depth)]
    if len(found.recordings) == 1:
        return [
            Line("recording", "time", "number", "the file tells no time"),
            Line(
                "recording", "start", "2000-01-01T00:00:00", "time of its first row; NOT KNOWN", Sure.UNKNOWN
            ),
        ]
    if times.mode == "number":
        return [*_counted(found), *_folders(depth - times.pattern.count("/"))]
    has_numbers = any(map(_NUMBER.search, found.recordings))
    names = "names hold no time, and no number that differs in each" if has_numbers else "names tell none"
    words = f"time of the last change of a file; {names}, nor do contents"
    if found.changed_at_once:
        words += (
            "; NOT KNOWN: files were changed at one time, as copies are, and may follow each other by name"
        )
    sure = Sure.UNKNOWN if found.changed_at_once else Sure.LIKELY
    return [Line("recording", "time", "modified", words, sure), *_folders(depth)]


def _counted(found: Survey) -> list[Line]:
    lines = [Line("recording", "time", "number", "files are numbered and tell no time")]
    times = found.times
    if times.pattern:
        lines.append(Line("recording", "time_pattern", times.pattern, "# is the number of a file"))
    if times.most:
        every = min(60.0, round(_DAY / (times.most + 1), 3))
        words = "seconds between two files of a day; NOT KNOWN"
        if _HOUR.search(times.pattern) and times.most <= _LAST_HOUR:
            every, words = 3600.0, "seconds between two numbers; NOT KNOWN: they may be hours of the day"
        return [*lines, Line("recording", "every", every, words, Sure.UNKNOWN)]
    if found.modified:
        words = "seconds between two files, by their times of change"
        lines.append(Line("recording", "every", float(found.modified), words, Sure.LIKELY))
        assert found.since is not None
        start = f"{found.since:%Y-%m-%dT%H:%M:%S}"
        words = "time of file number 0, by the time of change of the first one"
        lines.append(Line("recording", "start", start, words, Sure.LIKELY))
    else:
        words = "seconds between two files; NOT KNOWN"
        lines.append(Line("recording", "every", 60.0, words, Sure.UNKNOWN))
        words = "time of file number 0; NOT KNOWN"
        lines.append(Line("recording", "start", "2000-01-01T00:00:00", words, Sure.UNKNOWN))
    return lines


def _folders(depth: int) -> list[Line]:
    return [Line("recording", "folders", "yes", "files lie in folders of the folder")] if depth > 0 else []
