"""The evidence of an alarm in words: error and limit, bands, forecast, fault lines."""

import math
from collections.abc import Iterator, Sequence

from engine.alarms.alarm import Alarm
from engine.explanation.sentence import Write
from engine.explanation.story.events import finite
from engine.explanation.wording import duration, frequency, limit_due, percent
from engine.records.events import RINGS, Event
from engine.records.payloads import Cleared, Ring, RingEvidence, SurfaceEvidence


def evidence_texts(events: Sequence[Event], alarm: Alarm, told: Write) -> Iterator[str]:
    """Yield the evidence stored with the latest ring and with the surface, each with its time.

    Args:
        events: of the alarm, in order.
        alarm: as of the playhead.
        told: writes an instant.
    """
    rings = [event for event in events if event.kind in RINGS]
    if rings:
        for number, text in enumerate(_ring_evidence(rings[-1], alarm, told)):
            yield text if number else f"at {told(rings[-1].at)}: {text}"
    found = [(event.at, SurfaceEvidence.from_detail(event.detail)) for event in events]
    named = [(at, evidence) for at, evidence in found if evidence is not None]
    if named:
        at, evidence = named[-1]
        yield f"at {told(at)}: {_line_evidence(evidence)}"


def _ring_evidence(event: Event, alarm: Alarm, told: Write) -> Iterator[str]:
    ring = Ring.from_detail(event.detail)
    if ring.evidence is not None:
        yield from _limit_evidence(ring.evidence)
    due = limit_due(alarm)
    if due is not None:
        known = ring.forecast
        early, late = (None, None) if known is None else (finite(known.earliest), finite(known.latest))
        span = (
            f" (in {duration(early)} to {duration(late)})" if early is not None and late is not None else ""
        )
        yield f"forecast the limit for {told(due)}{span}, if the rise continued"
        if alarm.cleared is not None:
            overtaken = Cleared.from_detail(alarm.cleared.detail).overtaken
            yield "then the limit alarm was raised" if overtaken else "the limit was not reached"
    if ring.message:
        yield ring.message


def _limit_evidence(evidence: RingEvidence) -> Iterator[str]:
    error, limit, share = (finite(one) for one in (evidence.error, evidence.limit, evidence.share))
    if error is not None and limit is not None:
        part = f", {percent(share)} of the machine's error" if share is not None else ""
        yield f"error {error:.3g}, its limit {limit:.3g}{part}"
    bands = [band for band in evidence.bands if all(map(math.isfinite, band))]
    if bands:
        texts = [f"{frequency(low, high)} {percent(part)}" for low, high, part in bands[:3]]
        yield f"bands {', '.join(texts)}"


def _line_evidence(evidence: SurfaceEvidence) -> str:
    texts = []
    for line in evidence.lines:
        side = f"{line.sideband:+d}" if line.sideband else ""
        times, found_at = finite(line.times_baseline) or math.nan, finite(line.found_at) or math.nan
        texts.append(f"{found_at:.1f} Hz (harmonic {line.order}{side}, {times:.1f} × baseline)")
    return f"{evidence.surface}, channel {evidence.channel}: {', '.join(texts)}"
