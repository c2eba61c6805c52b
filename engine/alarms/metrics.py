"""The figures that control rooms keep of their alarms: rates, floods, chattering, stale, worst sources.

Pure, over the events of one record. Figures and bounds follow ANSI/ISA-18.2 and IEC 62682 (monitoring and
assessment) and EEMUA 191. About 150 alarms a day and one in 10 minutes are manageable for an operator; more
than 10 in 10 minutes are a flood.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from engine.alarms.alarm import fold_alarms
from engine.alarms.shelving import place_of
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.outcome import AlarmOutcome, Finding
from engine.records.payloads import Ring
from engine.records.stored_settings import FoldRules

WINDOW = timedelta(minutes=10)
FLOOD_ABOVE = 10
"""More rings than this within the window begin a flood (EEMUA 191, ISA-18.2) …"""

FLOOD_OVER_BELOW = 5
"""… which is over when there are fewer than this in the last window."""

CHATTER_RAISES = 3
CHATTER_LOOKS = 60
"""The standards call an alarm chattering that is raised 3 times or more in a minute. A control system looks
at its signals about once a second, so a minute has 60 looks. Here a look comes with each snapshot: the minute
becomes 60 intervals where these are longer than a second."""

STALE_AFTER = timedelta(hours=24)
WORST = 10
"""Sources named; ISA-18.2 looks at the ten most frequent."""


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood: the instants of its first and last ring, and the count of its rings."""

    begin: datetime
    end: datetime
    rings: int


@dataclass(frozen=True, slots=True)
class Source:
    """Count of the rings of a source for one cause, and its share of all rings."""

    name: str
    cause: str
    rings: int
    share: float


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """Figures of a span of a record.

    `rings` counts raises and escalations of any priority; `by_priority` counts each priority. Times to
    acknowledge are seconds on the wall clock from ring to acknowledgement, None where nothing was
    acknowledged or the record is a replay's. `chattering`, `stale` and `standing` are alarm names;
    `standing` excludes alarms that are put away. `outcomes` counts the alarms closed in the span, by
    finding; `right_share` is the share of confirmed faults among them, None where none was closed.
    """

    begin: datetime
    end: datetime
    rings: int
    by_priority: Mapping[str, int]
    per_day: float
    per_10_minutes: float
    most_in_10_minutes: int
    floods: tuple[Flood, ...]
    flood_share: float
    chattering: tuple[str, ...]
    stale: tuple[str, ...]
    standing: tuple[str, ...]
    put_away: tuple[str, ...]
    acknowledged: int
    median_seconds: float | None
    ninetieth_seconds: float | None
    worst: tuple[Source, ...]
    outcomes: Mapping[str, int]
    right_share: float | None


def alarm_figures(
    events: Iterable[Event],
    begin: datetime,
    end: datetime,
    *,
    rules: FoldRules,
    interval: timedelta,
    live: bool,
) -> AlarmFigures:
    """Return the figures of an alarm system over a span of its record.

    Args:
        events: of one assessment and one session, in any order.
        begin: start of the record, in recording time; what rang before does not count.
        end: the playhead, inclusive.
        rules: of the fold, for what stands.
        interval: the usual time between two snapshots, zero where it is not known.
        live: whether recording time and wall clock run together, so that an acknowledgement has a delay.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    rings = sorted(
        (event for event in ordered if event.kind in RINGS and begin <= event.at <= end),
        key=lambda event: (event.at, event.seq),
    )
    times = [ring.at for ring in rings]
    span = max(end - begin, WINDOW)
    found = floods(times)
    flooded = sum((flood.end - flood.begin for flood in found), timedelta(0))
    alarms = fold_alarms(ordered, end, rules)
    standing = [alarm for alarm in alarms if alarm.stands and not alarm.put_away]
    delays = _delays(ordered, end) if live else []
    payloads = [Ring.from_detail(ring.detail) for ring in rings]
    names = Counter(
        (ring.component or ring.source, payload.cause) for ring, payload in zip(rings, payloads, strict=True)
    )
    closed = [alarm.closed for alarm in alarms if alarm.closed is not None]
    outcomes = Counter(
        AlarmOutcome.from_detail(one.detail).finding for one in closed if begin <= one.at <= end
    )
    return AlarmFigures(
        begin=begin,
        end=end,
        rings=len(rings),
        by_priority=_by_priority(payload.priority for payload in payloads),
        per_day=len(rings) / (span / timedelta(days=1)),
        per_10_minutes=len(rings) / (span / WINDOW),
        most_in_10_minutes=max(_within(times), default=0),
        floods=found,
        flood_share=flooded / span,
        chattering=chattering(rings, interval),
        stale=tuple(alarm.key for alarm in standing if end - alarm.raised.at > STALE_AFTER),
        standing=tuple(alarm.key for alarm in standing),
        put_away=tuple(alarm.key for alarm in alarms if alarm.put_away),
        acknowledged=len(delays),
        median_seconds=median(delays) if delays else None,
        ninetieth_seconds=sorted(delays)[ceil(0.9 * len(delays)) - 1] if delays else None,
        worst=tuple(
            Source(name, cause, count, count / len(rings))
            for (name, cause), count in names.most_common(WORST)
        ),
        outcomes=dict(outcomes),
        right_share=outcomes[Finding.CONFIRMED] / outcomes.total() if outcomes else None,
    )


def _by_priority(priorities: Iterable[Priority]) -> dict[str, int]:
    """Return the count of each priority, the most urgent first."""
    counts = Counter(priorities)
    return {one.value: counts[one] for one in sorted(counts, reverse=True)}


def floods(times: Sequence[datetime]) -> tuple[Flood, ...]:
    """Return the floods among ring times, which are in order."""
    found: list[Flood] = []
    first: int | None = None
    for number, count in enumerate(_within(times)):
        if first is None and count > FLOOD_ABOVE:
            first = number - count + 1
        elif first is not None and count < FLOOD_OVER_BELOW:
            # The ring that shows the rate has fallen is no longer of the flood.
            found.append(Flood(times[first], times[number - 1], number - first))
            first = None
    if first is not None:
        found.append(Flood(times[first], times[-1], len(times) - first))
    return tuple(found)


def chattering(rings: Iterable[Event], interval: timedelta) -> tuple[str, ...]:
    """Return the places that were raised often enough in a short time to chatter, sorted."""
    minute = max(timedelta(minutes=1), CHATTER_LOOKS * interval)
    raises: dict[str, list[datetime]] = {}
    for ring in rings:
        if ring.kind is EventKind.RAISED:
            raises.setdefault(place_of(ring.alarm), []).append(ring.at)
    return tuple(
        sorted(
            place
            for place, times in raises.items()
            if any(
                late - early <= minute
                for early, late in zip(times, times[CHATTER_RAISES - 1 :], strict=False)
            )
        )
    )


def _within(times: Sequence[datetime]) -> list[int]:
    """Return for each ring the count of rings in the window that ends with it."""
    counts: list[int] = []
    first = 0
    for number, time in enumerate(times):
        while time - times[first] >= WINDOW:
            first += 1
        counts.append(number - first + 1)
    return counts


def _delays(ordered: Sequence[Event], end: datetime) -> list[float]:
    """Return the wall-clock seconds from each acknowledged ring to its first acknowledgement."""
    rings = {event.seq: event for event in ordered if event.kind in RINGS and event.at <= end}
    seen: dict[int, float] = {}
    for event in ordered:
        ring = rings.get(event.ring or 0)
        if event.kind is EventKind.ACKNOWLEDGED and ring is not None:
            seen.setdefault(ring.seq, max((event.recorded_at - ring.recorded_at).total_seconds(), 0.0))
    return list(seen.values())
