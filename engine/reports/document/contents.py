"""The contents of a report: facts of a record as of an instant, read from the store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.assessment.key import release
from engine.bundles.manifest import BundleFacts, bundle_place, read_facts
from engine.clock import microseconds
from engine.diagnosis.line_markers import Marking, marking
from engine.diagnosis.motor_features import features_by_channel
from engine.errors import UnusableError
from engine.explanation.explain import explain_alarm, explain_machine, open_alarms, words_in
from engine.explanation.record import Record
from engine.explanation.sentence import Sentence
from engine.records.assessment import Quality
from engine.records.events import EventKind
from engine.records.picture import Picture, loudest_channel
from engine.records.series import Series
from engine.store.store import Store

MOST_PICTURES = 160
"""Spectra in the waterfall: more than its columns in print."""

BASELINE_PICTURES = 24
"""Spectra of the baseline whose median is drawn."""


class ReportError(UnusableError):
    """A report that cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a record that a report covers [recording time]."""

    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Waterfall:
    """Spectra over time.

    Attributes:
        at: (n,) microseconds since 1970.
        edges: (bands + 1,) [Hz].
        levels: (n, bands) [dB] over the median of the baseline; over the first spectrum without one.
    """

    at: NDArray[np.int64]
    edges: NDArray[np.float32]
    levels: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """Everything that a report shows.

    Attributes:
        record: as of the instant.
        zone: of the times.
        alarm: that the report argues for, None without one.
        sentences: of the alarm, or of the machine.
        component: index of the component whose evidence is drawn.
        channel: of it, counted from 1.
        series: the scores of the span.
        alarms: raised up to the instant and within the span, in order of time.
        picture: of the last judged snapshot with one; None without.
        usual: (bands,) median spectrum of the baseline [dB], None where no picture of it is stored.
        marked: the fault lines in the envelope of that picture.
        waterfall: of the channel, None without pictures.
        bundle: that was used, None where it is not beside the store.
        rejected: files that were refused, with the reason.
        version: of Raceway.
    """

    record: Record
    zone: tzinfo
    alarm: Alarm | None
    sentences: tuple[Sentence, ...]
    component: int
    channel: int
    series: Series
    alarms: tuple[Alarm, ...]
    picture: Picture | None
    usual: NDArray[np.float32] | None
    marked: Marking
    waterfall: Waterfall | None
    bundle: BundleFacts | None
    rejected: tuple[tuple[str, str], ...]
    version: str

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of the features where the channel is a motor's, () where bands are frequencies."""
        return features_by_channel(self.record.assessment).get(self.channel, ())


def contents_of(store: Store, record: Record, zone: tzinfo, alarm: Alarm | None, span: Span) -> Contents:
    """Read the contents of a report.

    Args:
        store: holds the record.
        record: as of the playhead.
        zone: of the times.
        alarm: to argue for; None for the worst open alarm, if there is one.
        span: to cover.

    Raises:
        ReportError: the machine has learned nothing yet, or the span holds no snapshot.
    """
    machine = record.assessment.machine
    if not record.count:
        raise ReportError(f"{machine} has learned nothing yet: no snapshot is judged up to then")
    series = _within(record, span)
    if not len(series):
        raise ReportError(f"{machine}: no snapshot is judged from --from to --to")
    told = words_in(zone)
    chosen = alarm or next(iter(open_alarms(record)), None)
    sentences = explain_machine(record, told) if chosen is None else explain_alarm(record, chosen, told)
    component = record.component(chosen) if chosen is not None else None
    if component is None:
        component = _worst(series)
    picture = _newest_picture(store, record)
    channel = loudest_channel(picture, record.assessment.channels[component])
    usual = _usual(store, record, channel)
    return Contents(
        record=record,
        zone=zone,
        alarm=chosen,
        sentences=sentences,
        component=component,
        channel=channel,
        series=series,
        alarms=_alarms(record, series),
        picture=picture,
        usual=usual,
        marked=_marked(record, picture, component, channel),
        waterfall=_waterfall(store, record, series, channel, usual),
        bundle=_bundle(store, record),
        rejected=store.rejections(record.assessment),
        version=release(),
    )


def quality_counts(series: Series) -> Mapping[str, int]:
    """Return how many judgements of components had each quality."""
    counts = Counter(str(one) for one in series.quality.ravel())
    return {quality.value: counts.get(quality.value, 0) for quality in Quality}


def accepted(record: Record) -> tuple[str, datetime] | None:
    """Return who accepted the baseline in use and when by the wall clock; None where nobody did."""
    learned = next((one for one in record.past if one.kind is EventKind.LEARNED), None)
    bundle = None if learned is None else learned.detail.get("bundle")
    for event in record.events:
        if event.kind is EventKind.ACCEPTED and event.detail.get("bundle") == bundle:
            return str(event.detail.get("by", "somebody")), event.recorded_at
    return None


def _within(record: Record, span: Span) -> Series:
    series = record.series
    low = 0 if span.begin is None else int(np.searchsorted(series.at, microseconds(span.begin), "left"))
    high = record.count
    if span.end is not None:
        high = min(high, int(np.searchsorted(series.at, microseconds(span.end), "right")))
    cut = slice(low, max(high, low))
    arrays = {name: getattr(series, name)[cut] for name in Series.__slots__}
    return replace(series, **arrays)


def _worst(series: Series) -> int:
    known = np.where(np.isfinite(series.severity), series.severity, -np.inf)
    return int(known[-1].argmax()) if np.isfinite(known[-1]).any() else int(known.max(axis=0).argmax())


def _alarms(record: Record, series: Series) -> tuple[Alarm, ...]:
    first, last = int(series.at[0]), max(int(series.at[-1]), microseconds(record.at))
    found = [
        one
        for one in record.alarms
        if microseconds(one.raised.at) <= last
        and (one.cleared is None or microseconds(one.cleared.at) >= first)
    ]
    return tuple(sorted(found, key=lambda one: one.raised.seq))


def _newest_picture(store: Store, record: Record) -> Picture | None:
    """Return the newest picture of a judged snapshot; retention thins pictures, so some are tried."""
    running = (record.series.quality[: record.count] == Quality.RUNNING.value).any(axis=1)
    for index in np.flatnonzero(running)[::-1][:200].tolist():
        found = store.drawn(record.assessment, int(record.series.positions[index]))
        if found is not None:
            return found
    return None


def _usual(store: Store, record: Record, channel: int) -> NDArray[np.float32] | None:
    places = np.flatnonzero(record.series.baseline[: record.count])
    spectra = [
        picture.spectrum[channel - 1]
        for index in _sample(len(places), BASELINE_PICTURES)
        if (picture := store.drawn(record.assessment, int(record.series.positions[places[index]])))
        is not None
        and channel <= len(picture.spectrum)
    ]
    alike = [one for one in spectra if len(one) == len(spectra[0])]
    return np.asarray(np.median(alike, axis=0), np.float32) if alike else None


def _waterfall(
    store: Store, record: Record, series: Series, channel: int, usual: NDArray[np.float32] | None
) -> Waterfall | None:
    found = []
    for index in _sample(len(series), MOST_PICTURES):
        picture = store.drawn(record.assessment, int(series.positions[index]))
        running = series.quality[index, 0] == Quality.RUNNING.value
        if picture is not None and running and channel <= len(picture.spectrum):
            found.append((int(series.at[index]), picture))
    alike = [one for one in found if np.array_equal(one[1].edges, found[0][1].edges)]
    if len(alike) < 2:
        return None
    levels = np.stack([picture.spectrum[channel - 1] for _, picture in alike])
    reference = usual if usual is not None and usual.shape == levels[0].shape else levels[0]
    return Waterfall(np.array([at for at, _ in alike]), alike[0][1].edges, levels - reference)


def _sample(count: int, most: int) -> list[int]:
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))}) if count else []


def _marked(record: Record, picture: Picture | None, component: int, channel: int) -> Marking:
    if picture is None or channel > len(picture.envelope):
        return Marking(why_not="no envelope spectrum is stored")
    return marking(record.settings, component, picture.envelope[channel - 1], picture.envelope_step)


def _bundle(store: Store, record: Record) -> BundleFacts | None:
    place = bundle_place(store.path.parent, record.assessment.key)
    return None if place is None else read_facts(place, in_use=True)
