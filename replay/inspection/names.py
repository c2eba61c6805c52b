"""The time in the names of files, found without a pattern: dates in any order, Unix seconds, folders."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from replay.file_times import EARLIEST, LATEST
from replay.inspection.name_numbers import NameTimes, common_of, dated_numbers, numbers_of
from replay.name_pattern import fault_of, month_of, time_in

SAMPLE = 400
"""Names that a pattern is tried on, spread over all of them."""

_SEP = r"[-_. /年月년월]"
_WORD = r"(?P<mon>(?:[^\W\d_]|[\u0300-\u036f]){3,10})"
# 9 de marzo de 2024
_OF = "[ _-]de[ _-]"
_SHORT_M, _SHORT_D = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12]\d|0?[1-9])"
_Y, _M, _D = r"(?P<Y>(?:19|2[01])\d\d)", r"(?P<m>0[1-9]|1[0-2])", r"(?P<d>0[1-9]|[12]\d|3[01])"
# A folder such as month=03, as tables are parted.
_KEY = r"/[A-Za-z]{1,8}="
_JOINED_DATE = rf"{_D}(?P<a>){_M}(?P<b>){_Y}"
_DATES = (
    rf"{_Y}(?P<a>{_SEP}?){_M}(?P<b>{_SEP}?){_D}",
    rf"{_D}(?P<a>{_SEP}){_M}(?P<b>{_SEP}){_Y}",
    rf"{_M}(?P<a>{_SEP}){_D}(?P<b>{_SEP}){_Y}",
    rf"{_Y}(?P<a>{_KEY}){_M}(?P<b>{_KEY}){_D}",
    rf"{_Y}(?P<a>{_SEP}?)(?P<b>){_WORD}(?P<c>\.?{_SEP}?){_SHORT_D}",
    rf"{_SHORT_D}(?P<a>\.?{_SEP}?|{_OF})(?P<b>){_WORD}(?P<c>\.?{_SEP}?|{_OF}){_Y}",
    rf"{_WORD}(?P<a>\.?{_SEP}?)(?P<b>){_SHORT_D}(?P<c>,?{_SEP}?){_Y}",
    rf"{_Y}(?P<a>{_SEP}?)(?P<j>[0-2]\d\d|3[0-5]\d|36[0-6])(?P<b>)",
    _JOINED_DATE,
    rf"(?P<y>\d\d)(?P<a>{_SEP}?){_M}(?P<b>{_SEP}?){_D}",
    rf"{_D}(?P<a>{_SEP}){_M}(?P<b>{_SEP})(?P<y>\d\d)",
    rf"{_M}(?P<a>{_SEP}){_D}(?P<b>{_SEP})(?P<y>\d\d)",
)
# Dates and times of day without leading zeros.
_SHORT_DATES = (
    rf"{_Y}(?P<a>{_SEP}){_SHORT_M}(?P<b>{_SEP}){_SHORT_D}",
    rf"{_SHORT_D}(?P<a>{_SEP}){_SHORT_M}(?P<b>{_SEP}){_Y}",
    rf"{_SHORT_M}(?P<a>{_SEP}){_SHORT_D}(?P<b>{_SEP}){_Y}",
    rf"{_SHORT_D}(?P<a>{_SEP}){_SHORT_M}(?P<b>(?P=a))(?P<y>\d\d)",
    rf"{_SHORT_M}(?P<a>{_SEP}){_SHORT_D}(?P<b>(?P=a))(?P<y>\d\d)",
    rf"(?P<y>\d\d)(?P<a>{_SEP}){_SHORT_M}(?P<b>(?P=a)){_SHORT_D}",
)
_SHORT_CLOCK = (
    r"(?:(?P<q>[ap]m)[ _-]?)?(?P<H>2[0-3]|[01]?\d)(?P<u>[-_.:h時时시])(?P<M>[0-5]?\d)"
    r"(?:(?P<v>[-_.:m分분])(?P<S>[0-5]?\d))?(?P<x>[ _-]?)(?P<p>[ap](?:m|\.m\.))?"
)
_ZONE = (
    r"(?P<z>\+(?:0\d|1[0-4])[-:_.]?(?:00|15|30|45)|\+(?:0\d|1[0-4])(?!\d)"
    r"|-(?:0\d|1[0-2])[-:_.]?(?:00|30|45))"
)
_CLOCKS = tuple(
    r"(?:(?P<q>[ap]m)[ _-]?)?(?P<H>[01]\d|2[0-3])(?P<u>[-_.:h /時时시]?)(?P<M>[0-5]\d)"
    rf"(?:(?P<v>[-_.:m /分분]?)(?P<S>[0-5]\d){fraction})?(?P<x>[ _-]?)(?P<p>[ap](?:m|\.m\.))?{zone}"
    for fraction in ("", r"(?P<w>[.,_-]?)(?P<f>\d{6}|\d{3})")
    for zone in ("", _ZONE)
)
# A folder of a channel, a serial number or a counter may stand between the day and the time of day.
_JOINS = (
    r"(?P<join>[^0-9]{0,24}?|/[^/]{1,40}/)",
    r"(?P<join>/[^/]{1,20}[-_. (]|[-_. ]{1,3}[0-9]{1,8}[-_. (]{1,3})",
)
_JOINED = tuple(
    re.compile(rf"(?<!\d){expression}(?![0-9])", re.IGNORECASE)
    for clock in _CLOCKS
    for join in _JOINS
    for expression in (
        *(f"{date}{join}{clock}" for date in _DATES),
        *(f"{clock}{join}{date}" for date in (*_DATES[:7], _JOINED_DATE)),
    )
) + tuple(
    re.compile(rf"(?<!\d){date}(?P<join>[^0-9]{{1,24}}?){clock}(?![0-9])", re.IGNORECASE)
    for date in _SHORT_DATES
    for clock in (_SHORT_CLOCK, _CLOCKS[0])
)
_DATES_ALONE = tuple(re.compile(rf"(?<!\d){date}(?![0-9])", re.IGNORECASE) for date in _DATES[:7])
_UNIX = re.compile(r"(?<!\d)(?P<s>1\d{9}(?:\d{3}|\d{6}|\d{9})?)(?!\d)")
_LIKELY_YEARS = (2008, 2040)
_POSSIBLE_YEARS = (1990, 2040)
# PicoScope numbers its recordings of a day, and their pages: 20240309-0001_01.csv.
_PAGES = re.compile(r"(?:^|/)\d{8}-\d{4}_\d{1,5}\.\w+$")
_ZONES = {
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "CET"),
    **dict.fromkeys(("EET", "EEST"), "EET"),
    **dict.fromkeys(("WET", "WEST"), "WET"),
    "MSK": "Europe/Moscow",
    "JST": "Asia/Tokyo",
    **dict.fromkeys(("EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
}
_ZONE_WORD = re.compile(
    rf"(?<![A-Za-z])(?:({'|'.join(_ZONES)})|(?:UTC|GMT)([+-])0?(\d{{1,2}}))(?![A-Za-z0-9])"
)
_DIGITS = re.compile(r"\d+")
# Letters before or behind a time from which a wildcard stands for them.
_LONGEST = 40
# Minutes after midnight at which a count of minutes begins.
_FIRST_MINUTES = 5
# Share of names that hold the same word between date and time of day.
_MOSTLY = 0.9
_DATE_PART = re.compile("%[dmyY]")
_DIRECTIVE_GROUPS = ("Y", "y", "m", "d", "j", "H", "M", "S", "f", "s", "z")


def times_of_names(names: Sequence[str]) -> NameTimes:
    """Return how names tell times.

    Args:
        names: of one recorder's files, with the folders below the run's.
    """
    sample = _sample(sorted(names))
    if not sample:
        return NameTimes("")
    best: tuple[tuple[float, ...], NameTimes] | None = None
    tried = []
    for pattern in dict.fromkeys(_patterns(sample, _JOINED, unix=True)):
        found = _tried(pattern, sample)
        if found is not None:
            tried.append((_worth(found), found))
    if tried:
        best = max(tried, key=lambda one: one[0])
        if _is_swapped(best, tried):
            best = (best[0], replace(best[1], ambiguous=True))
    if best is not None and best[1].share > 0.5:
        return _loosened(best[1], sample)
    dated = None
    for pattern in dict.fromkeys(_patterns(sample, _DATES_ALONE, unix=False)):
        read = [_time(name, pattern) for name in sample]
        days = {one for one in read if one is not None}
        if len(days) > 0.9 * len(sample):
            return NameTimes("date", pattern, len(days) / len(sample))
        if days and None not in read:
            dated = dated or pattern
    return (dated_numbers(sample, dated) if dated else None) or numbers_of(sample)


def _sample(names: Sequence[str]) -> list[str]:
    step = max(1, -(-len(names) // SAMPLE))
    return list(names[::step])


def _tried(pattern: str, sample: Sequence[str]) -> NameTimes | None:
    """Return what a pattern finds in names; None for one that is not a pattern, or finds equal times."""
    if fault_of(pattern):
        return None
    read = [_time(name, pattern) for name in sample]
    times = tuple(one for one in read if one is not None)
    if len(set(times)) < 0.9 * len(times) or not times:
        return None
    if "%y" in pattern and not all(_POSSIBLE_YEARS[0] <= one.year <= _POSSIBLE_YEARS[1] for one in times):
        return None
    if all(map(_PAGES.search, sample)) and times[-1] - times[0] < timedelta(seconds=len(times)):
        return None
    # A point is written between day and month, in that order.
    swapped = re.search("%d[-_/ ]%m|%m[-_/ ]%d", pattern) and re.search("%[Yy]", pattern.split("%m")[-1])
    unsure = bool(swapped) and all(one.day <= 12 for one in times) and any(t.day != t.month for t in times)
    return NameTimes("name", pattern, len(times) / len(sample), unsure, times)


def _loosened(found: NameTimes, sample: Sequence[str]) -> NameTimes:
    """Return a pattern that also reads names with words before the ending, where they tell new times."""
    stem, dot, end = found.pattern.rpartition(".")
    if found.share == 1 or not dot or "/" in end or "%" in end or stem.endswith("*"):
        return found
    other = _tried(f"{stem}*.{end}", sample)
    is_more = other is not None and other.share > found.share and len(set(other.times)) == len(other.times)
    return replace(other, ambiguous=found.ambiguous) if other is not None and is_more else found


def _is_swapped(
    best: tuple[tuple[float, ...], NameTimes], tried: Sequence[tuple[tuple[float, ...], NameTimes]]
) -> bool:
    """Return whether a pattern with the parts of the date in another order reads the names as well."""
    pattern = best[1].pattern
    if "%y" not in pattern or "%d.%m" in pattern:
        # A point is written between day and month, in that order.
        return False
    shape = _DATE_PART.sub("%D", pattern)
    return any(
        found.pattern != pattern
        and _DATE_PART.sub("%D", found.pattern) == shape
        and found.times != best[1].times
        and worth[:4] == best[0][:4]
        for worth, found in tried
    )


def zone_of_names(names: Sequence[str]) -> str:
    """Return the time zone that all names tell in words, such as CET or GMT+2; empty where they tell none."""
    zones = set()
    for name in names:
        found = _ZONE_WORD.search(name)
        if found is None:
            return ""
        # Zones of this kind have the opposite sign.
        zones.add(_ZONES[found[1]] if found[1] else f"Etc/GMT{'-' if found[2] == '+' else '+'}{found[3]}")
    return zones.pop() if len(zones) == 1 else ""


def _worth(found: NameTimes) -> tuple[float, ...]:
    """Rank patterns: names that follow it, a plausible and even march of times, few wildcards."""
    ordered = sorted(found.times)
    gaps = [(after - before).total_seconds() for before, after in pairwise(ordered)]
    usual = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    even = sum(abs(gap - usual) <= 0.1 * usual for gap in gaps) / len(gaps) if gaps else 0.0
    has_seconds = "%S" in found.pattern or "%s" in found.pattern
    in_order = found.times == tuple(ordered)
    # A year of two digits may be a day or a month.
    is_likely = all(_LIKELY_YEARS[0] <= time.year <= _LIKELY_YEARS[1] for time in found.times)
    # Seconds or minutes that rise by 1 from file to file are a counter, if another reading is possible.
    last = 1 if "%S" in found.pattern else 60 if "%M" in found.pattern else 0
    from_zero = bool(ordered) and (last == 1 or ordered[0].hour == 0 == ordered[0].minute // _FIRST_MINUTES)
    is_count = usual == last and from_zero
    return (
        round(found.share, 2),
        float(not is_count),
        float("%y" not in found.pattern or is_likely),
        round(even, 1),
        # By a clock of 12 hours, names are out of order in the afternoon.
        float("%p" in found.pattern),
        float(in_order),
        float("%y" not in found.pattern),
        # Behind a stroke a number is more often a count than a fraction of a second.
        float("-%f" not in found.pattern and "_%f" not in found.pattern),
        float(has_seconds),
        # A 12-hour clock stands beside an American date more often than beside another.
        float("%I" in found.pattern and 0 <= found.pattern.find("%m") < found.pattern.find("%d")),
        float("%z" in found.pattern),
        -float(found.pattern.count("*")),
    )


def _time(name: str, pattern: str) -> datetime | None:
    try:
        time = time_in(name, pattern)
    except ValueError:
        return None
    if time is None:
        return None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return time if EARLIEST <= time < LATEST else None


def _patterns(sample: Sequence[str], expressions: Sequence[re.Pattern[str]], *, unix: bool) -> Iterator[str]:
    """Yield patterns that explain some of the names."""
    probes = [sample[0], sample[len(sample) // 2], sample[-1]]
    for name in dict.fromkeys(probes):
        for expression in expressions:
            for found in _overlapping(expression, name):
                word = found.groupdict().get("mon")
                if word is None or month_of(word) is not None:
                    yield _generalised(name, found, sample)
        if unix:
            for found in _UNIX.finditer(name):
                yield _generalised(name, found, sample)


def _overlapping(expression: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    at = 0
    while (found := expression.search(text, at)) is not None:
        yield found
        at = found.start() + 1


def _generalised(name: str, found: re.Match[str], sample: Sequence[str]) -> str:
    """Return a pattern with the letters around the time as they are, or `*` where they differ."""
    before, after = name[: found.start()], name[found.end() :]
    folders = before.count("/")
    alike = [one for one in sample if one.count("/") == name.count("/")]
    # Folders above the time need not be matched.
    parts = [one.split("/", folders)[folders] for one in alike]
    prefix = common_of(before[before.rfind("/") + 1 :], parts, left=True)
    suffix = common_of(after, alike, left=False)
    if len(prefix) > _LONGEST:
        prefix = "*" + prefix[-1:]
    if len(suffix) > _LONGEST:
        suffix = suffix[:1] + "*" + suffix[-_LONGEST // 4 :]
    return prefix + _directives(name, found, alike) + suffix


def _directives(name: str, found: re.Match[str], sample: Sequence[str]) -> str:
    spans = []
    groups = found.groupdict()
    half = next((one for one in "pq" if groups.get(one) is not None), None)
    for letter in _DIRECTIVE_GROUPS:
        if groups.get(letter) is not None:
            spans.append((found.span(letter), f"%{'I' if letter == 'H' and half else letter}"))
    if groups.get("mon") is not None:
        start, end = found.span("mon")
        spans.append(((start, end), "%b" if end - start == 3 else "%B"))
    if half is not None:
        spans.append((found.span(half), "%p"))
    join = groups.get("join") or ""
    is_shared = sum(join in one for one in sample) > _MOSTLY * len(sample)
    text, at = "", found.start()
    for (start, end), directive in sorted(spans):
        between = name[at:start].replace("%", "%%")
        # A counter may stand between the folder of a day and the time of day.
        is_counter = not is_shared and (at, start) == found.span("join")
        text += (_DIGITS.sub("*", between) if is_counter else between) + directive
        at = end
    return text + name[at : found.end()].replace("%", "%%")


def shape_of(name: str) -> str:
    """Return a name's shape: `#` for each run of digits, so that one recorder's files are alike."""
    return re.sub(r"\d+", "#", name)
