"""Settings proposed for a place of recordings: every line with its reason, and how sure it is."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from replay.inspection.channels import distinct, plain_words, shared_names
from replay.inspection.contents import Content
from replay.inspection.line_rates import rate_of_lines
from replay.inspection.lines.line import Line, Sure
from replay.inspection.lines.pulses import pulse_channel, pulse_lines
from replay.inspection.lines.times import time_lines
from replay.inspection.motors import (
    MAINS,
    FoundMotors,
    NamedChannel,
    ProposedMotor,
    found_motors,
    mains_of,
    rate_by_mains,
    snapshot_rows,
)
from replay.inspection.slow_rows import RowDates, SlowRows, slow_rows
from replay.inspection.survey import Survey
from replay.recording import UNFINISHED, clean_text

SHORTEST_CUT = 1024
"""Rows of the shortest snapshot that a long file is cut into."""

FEWEST_TO_SCORE = 40
"""Snapshots of a run of which a long file is cut into at least, where it has so many rows."""

MOST_LONG_FILES = 20
LONG_SECONDS = 8.0
"""Few files of more seconds are long recordings, which are cut."""

LONG_ROWS = 2**16
"""So are few files of so many rows whose rate and times are not known."""

FEWEST_HEALTHY = 60
"""Snapshots below which a fifth of a run is too little to learn from."""

_WORD = re.compile(r"[^\W\d_]{2}")
_HEALTHY = re.compile(r"(?i)(?:^|[^a-z])(?:healthy|normal|sound|baseline|good)(?![a-z])")
# Share of the files looked at that have the usual number of rows, above which others are faults.
_USUAL = 0.6
# A word behind a point belongs to a structure, such as speed.Type: it is no speed.
_SPEED = re.compile(r"(?i)\b(?:rpm|speed|drehzahl)\b(?!\.\w)[^0-9]{0,20}(\d+(?:\.\d+)?)\s*(rpm|hz|1/min)?")


@dataclass(frozen=True, slots=True)
class ProposedComponent:
    """A component: its name, its channel by number or by name in the header, and its unit.

    Attributes:
        bearing: designation of its bearing; empty where it is not known.
        geometry: rolling elements, their diameter and the pitch diameter [mm], contact angle [degrees].
    """

    name: str
    channel: int | str
    unit: str = "V"
    unit_known: bool = False
    sensitivity: float = 1.0
    bearing: str = ""
    geometry: tuple[int, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A whole proposed settings file."""

    lines: tuple[Line, ...]
    components: tuple[ProposedComponent, ...]
    motors: tuple[ProposedMotor, ...] = ()
    slow: SlowRows | None = None
    """Slow rows, whose channels are one component; then there are no other components."""

    def value(self, table: str, key: str) -> object:
        """Return the value of a line; None where it is not proposed."""
        return next((one.value for one in self.lines if (one.table, one.key) == (table, key)), None)


def proposal_of(found: Survey) -> Proposal:
    """Return settings that read the files of a survey."""
    contents = found.contents
    slow = slow_rows(contents)
    if slow is not None:
        return Proposal((_name(found), *_times_of_rows(contents, slow.dates)), (), slow=slow)
    rate, reason, sure = _rate(contents)
    if found.raw is not None and found.raw.rate > 0:
        rate, reason, sure = found.raw.rate, "samples per second [Hz], as stated", Sure.SEEN
    components, more = _components(found)
    motors = _motors(found, components, rate)
    sampled, mains = _supply(found, motors, Line("machine", "sample_rate", rate, reason, sure))
    assert isinstance(sampled.value, float)
    rate = sampled.value
    lines = [_name(found), sampled, _speed_line(contents), mains]
    is_motor = motors.motors and found.channels is None
    lines += _rows_of_motors(found, rate) if is_motor else _rows(found, rate)
    lines += _raw(found)
    if contents[0].stacked:
        words = "channels stand one below another, each under a heading"
        lines.append(Line("recording", "stacked", True, words))
    lines += time_lines(found)
    lines += _files(found)
    lines += more
    speed, turning = _speed_by_pulses(found, components)
    lines += speed
    lines += _healthy(found, lines)
    left_out = {*motors.taken, turning}
    others = tuple(part for number, part in enumerate(components) if number not in left_out)
    return Proposal(tuple(lines), others, motors.motors)


def _speed_by_pulses(found: Survey, components: Sequence[ProposedComponent]) -> tuple[list[Line], int | None]:
    """Return the lines for a channel of pulses, and its number among the components."""
    first = found.contents[0]
    if found.channels is not None or len(components) != len(first.names):
        return [], None
    sensor = pulse_channel(first)
    if sensor is None:
        return [], None
    lines = pulse_lines(first, sensor, components[sensor].channel)
    return (lines, sensor) if lines else ([], None)


def _name(found: Survey) -> Line:
    name = clean_text(found.path.name or "machine").split(".")[0].strip() or "machine"
    words = "name of the machine in the store and on the screen"
    return Line("machine", "name", name[:100], words, Sure.LIKELY)


def _times_of_rows(contents: Sequence[Content], dates: RowDates) -> list[Line]:
    """Return the lines for the column of times, where it is not the first, and for the order of its dates."""
    layout = contents[0].layout
    column = layout.time_column if layout is not None else None
    lines = []
    if column is not None and column != 1:
        lines.append(Line("recording", "time_column", column, "column of the times, from 1"))
    if dates.pattern:
        words = "how the times are written"
        if dates.is_ambiguous:
            words += "; day and month may be swapped: NOT KNOWN, no row shows which comes first"
        sure = Sure.UNKNOWN if dates.is_ambiguous else Sure.SEEN
        lines.append(Line("recording", "time_pattern", dates.pattern, words, sure))
    return lines


def _rate(contents: Sequence[Content]) -> tuple[float, str, Sure]:
    rates = [one.sample_rate for one in contents if one.sample_rate]
    if rates:
        if doubt := next((one.rate_doubt for one in contents if one.rate_doubt), ""):
            return float(median(rates)), f"samples per second [Hz]; NOT KNOWN: {doubt}", Sure.UNKNOWN
        where = "the file's header" if contents[0].layout is None else "the column of times"
        return float(median(rates)), f"samples per second [Hz], from {where}", Sure.SEEN
    for one in contents:
        if (found := rate_of_lines(_lines_above(one))) is not None:
            rate, text = found
            return rate, f"samples per second [Hz], from the line {clean_text(text)[:50]!r}", Sure.SEEN
    rows = Counter(one.rows for one in contents).most_common(1)[0][0]
    return (
        float(rows),
        "samples per second [Hz]; NOT KNOWN: the files do not state it, and a file is taken as one second",
        Sure.UNKNOWN,
    )


def _lines_above(content: Content) -> Sequence[str]:
    """Return the lines beside the numbers of a file, those of a text with its header in their midst."""
    layout = content.layout
    if layout is None or layout.header is None:
        return content.texts
    separator = "\t" if layout.separator == "whitespace" else layout.separator
    lines = [*content.texts]
    lines.insert(layout.header, separator.join(layout.names))
    return lines


def _speed_line(contents: Sequence[Content]) -> Line:
    for text in (text for one in contents for text in one.texts):
        found = _SPEED.search(text)
        if found and 0.1 <= float(found[1]) <= 1e5:
            speed = float(found[1]) * (60 if (found[2] or "").lower() == "hz" else 1)
            return Line(
                "machine",
                "shaft_speed",
                speed,
                f"speed of the shaft [rpm], from {clean_text(text)[:50]!r}",
                Sure.LIKELY,
            )
    words = "speed of the shaft [rpm]; 0 = not known, then no surface is named"
    return Line("machine", "shaft_speed", 0.0, words, Sure.UNKNOWN)


def is_long(found: Survey, rate: float) -> bool:
    """Return whether the files are long recordings, which are cut into snapshots."""
    rows = max(one.rows for one in found.contents)
    if len(found.recordings) == 1:
        return rows >= 4 * SHORTEST_CUT
    # Without a rate a file is taken as one second; names of a recorder's files mostly tell times.
    is_likely = rows == rate and rows >= LONG_ROWS and found.times.mode != "name"
    few = len(found.recordings) < MOST_LONG_FILES
    return found.times.mode == "date" or (few and (is_likely or rows / rate >= LONG_SECONDS))


def _rows(found: Survey, rate: float) -> list[Line]:
    counts = Counter(one.rows for one in found.contents)
    if is_long(found, rate) and found.channels is None:
        whole = sum(one.rows for one in found.contents) / len(found.contents) * len(found.recordings)
        rows = int(max(SHORTEST_CUT, min(whole / FEWEST_TO_SCORE, rate)))
        if max(counts) == min(counts) == rate:
            # The rate is the guess of one second a file.
            rows = max(SHORTEST_CUT, max(counts) // FEWEST_TO_SCORE)
        rows = min(1 << (rows.bit_length() - 1), max(counts))
        return [
            Line(
                "recording", "rows", rows, f"samples in one snapshot; the file has {max(counts)}", Sure.LIKELY
            ),
            Line("recording", "cut", True, "a long file is cut into snapshots of so many rows"),
        ]
    return _usual_rows(found)


def _usual_rows(found: Survey) -> list[Line]:
    """Return the lines for files that are a snapshot each."""
    counts = Counter(one.rows for one in found.contents)
    usual = max(counts, key=lambda rows: (counts[rows], rows))
    low, high = min(counts), max(counts)
    if low >= 0.99 * usual and high <= 1.01 * usual:
        return [Line("recording", "rows", usual, "samples in one file")]
    near = sum(0.99 * usual <= one.rows <= 1.01 * usual for one in found.contents)
    if near > _USUAL * len(found.contents):
        others = f"{len(found.contents) - near} of {len(found.contents)} files looked at have others"
        words = f"samples in one file; {others} ({low} to {high}); shorter files are refused as torn"
        lines = [Line("recording", "rows", usual, words, Sure.LIKELY)]
        if high > 1.01 * usual:
            lines.append(
                Line("recording", "most_rows", 2 * high, "longer files are read without their surplus")
            )
        return lines
    return [
        Line("recording", "rows", low, f"samples in one snapshot; files have {low} to {high} rows"),
        Line("recording", "most_rows", 2 * high, "longer files are read too, without their surplus"),
    ]


def _raw(found: Survey) -> list[Line]:
    """Return the lines for raw binary numbers, as a person states them."""
    if found.raw is None:
        return []
    lines = [
        Line("recording", "format", "raw", "plain binary numbers, row after row"),
        Line("recording", "number_type", found.raw.number_type, "type of the numbers, as stated"),
    ]
    if found.raw.skip:
        lines.append(Line("recording", "skip", found.raw.skip, "bytes of a header, as stated"))
    return lines


def _files(found: Survey) -> list[Line]:
    """Return the line that says which files are meant, where there are others."""
    if not found.others or found.single:
        is_odd = found.meant.names[0].lower().endswith(UNFINISHED)
        words = "meant files, although other programs name unfinished ones so"
        return [Line("recording", "files", found.meant.glob, words)] if is_odd else []
    count = sum(len(one.names) for one in found.others)
    return [Line("recording", "files", found.meant.glob, f"meant files; {count} others are passed over")]


def _components(found: Survey) -> tuple[tuple[ProposedComponent, ...], list[Line]]:
    first = found.contents[0]
    if found.channels is not None:
        named = found.channels
        if named.counted:
            line = Line("recording", "channel_pattern", named.pattern, "the part of a name with the channel")
            parts = [(f"Channel {token}", number) for number, token in enumerate(named.tokens, 1)]
            return _parts(parts, [first.units[0] if first.units else ""] * len(parts)), [line]
        line = Line("recording", "channel_pattern", named.pattern, "the part of a name with the channel")
        return _parts(
            [(f"Channel {token}" if token.isdecimal() else token, token) for token in named.tokens],
            [first.units[0] if first.units else ""] * len(named.tokens),
        ), [line]
    names = distinct(first.names)
    shared = shared_names([one.names for one in found.contents])
    if not shared:
        return _parts(list(zip(names, range(1, len(names) + 1), strict=True)), list(first.units)), []
    # A channel that some files lack is left out: those files would be refused.
    kept = [(index, shared[name]) for index, name in enumerate(first.names) if name in shared]
    words = [plain_words(pattern) if "*" in pattern else names[index] for index, pattern in kept]
    telling = distinct(tuple(word if _WORD.search(word) else "" for word in words))
    own: list[tuple[str, int | str]] = [
        (word, pattern) for word, (_, pattern) in zip(telling, kept, strict=True)
    ]
    return _parts(own, [first.units[index] for index, _ in kept]), []


def _motors(found: Survey, parts: Sequence[ProposedComponent], rate: float) -> FoundMotors:
    """Return the motors of the first recording."""
    channels = [NamedChannel(part.name, part.channel, part.unit if part.unit_known else "") for part in parts]
    return found_motors(found.contents[0].signal, channels, rate)


def _rows_of_motors(found: Survey, rate: float) -> list[Line]:
    """Return the lines for whole recordings as snapshots, which sidebands at the slip need."""
    usual = int(median(one.rows for one in found.contents))
    rows = snapshot_rows(usual, len(found.recordings), rate)
    if rows == usual and len(found.recordings) > 1:
        return _usual_rows(found)
    words = f"samples in one snapshot, {rows / rate:.3g} s; the file has {usual}"
    cut = "a long file is cut into snapshots of so many rows"
    return [Line("recording", "rows", rows, words, Sure.LIKELY), Line("recording", "cut", True, cut)]


def _supply(found: Survey, motors: FoundMotors, rate: Line) -> tuple[Line, Line]:
    """Return the lines for the sample rate and the mains, which the currents of motors show."""
    rows = found.contents[0].rows
    words = "50.0 or 60.0 masks the harmonics of the mains; 0 = no mains"
    if not motors.cycles:
        return rate, Line("machine", "mains_frequency", 0.0, words, Sure.UNKNOWN)
    if rate.sure is Sure.UNKNOWN:
        likely, mains, other = rate_by_mains(motors.cycles, rows)
        doubt = f"samples per second [Hz]; NOT KNOWN: taken from a mains of {mains:g} Hz"
        doubt += f"; at {sum(MAINS) - mains:g} Hz it is {other:g}"
        rate = Line("machine", "sample_rate", likely, doubt, Sure.UNKNOWN)
        return rate, Line("machine", "mains_frequency", mains, "see sample_rate", Sure.UNKNOWN)
    assert isinstance(rate.value, float)
    mains = mains_of(motors.cycles, rows / rate.value)
    hertz = f"the currents have {motors.cycles * rate.value / rows:.4g} Hz"
    words = hertz if mains else f"{hertz}, as from an inverter; 0 = no mains"
    return rate, Line("machine", "mains_frequency", mains, words, Sure.LIKELY)


def _parts(named: Sequence[tuple[str, int | str]], units: Sequence[str]) -> tuple[ProposedComponent, ...]:
    return tuple(
        ProposedComponent(
            name, channel, unit=unit[:20] if unit and unit.isprintable() else "V", unit_known=bool(unit)
        )
        for (name, channel), unit in zip(named, units, strict=True)
    )


def _healthy(found: Survey, lines: Sequence[Line]) -> list[Line]:
    """Return the healthy part of a run of healthy recordings, or of one too short for the usual share."""
    if _HEALTHY.search(found.path.stem):
        words = "its name says that the run is healthy: learn from it, and score others with that bundle"
        return [Line("model", "healthy", "100%", words, Sure.LIKELY)]
    count = len(found.recordings)
    values = {(one.table, one.key): one.value for one in lines}
    rows = values["recording", "rows"]
    if values.get(("recording", "cut")) and isinstance(rows, int):
        count = int(count * max(one.rows for one in found.contents) / rows)
    if not 20 <= count < 5 * FEWEST_HEALTHY:
        return []
    healthy = max(10, min(FEWEST_HEALTHY, count // 2))
    words = f"snapshots at the start that count as healthy, of {count}"
    return [Line("model", "healthy", str(healthy), words, Sure.LIKELY)]
