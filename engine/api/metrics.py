"""Metrics for Prometheus: what the store holds now. A value that is not current is absent, never frozen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, Metric

from engine.alarms.alarm import Alarm
from engine.clock import moment, wall_clock
from engine.records.assessment import Assessment, Quality
from engine.records.events import Priority
from engine.records.picker import newest_of_each
from engine.records.progress import Heartbeat, Phase
from engine.reports.latest import Latest, latest_of
from engine.reports.overview import Overview, Overviews
from engine.store.store import Store
from engine.system.disk_space import free_bytes

FAULTY = frozenset({Quality.DEAD, Quality.CLIPPED, Quality.INVALID})

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class MachineNow:
    """One machine as of now.

    Attributes:
        assessment: its record.
        heartbeat: of its engine; None without one.
        newest: time of the newest snapshot; None before the first.
        latest: of each component.
        limits: error limit of each component in the newest snapshot; None before the first.
        alarms: folded.
        refused: number of files that were refused.
    """

    assessment: Assessment
    heartbeat: Heartbeat | None
    newest: datetime | None
    latest: tuple[Latest, ...]
    limits: tuple[float, ...]
    alarms: tuple[Alarm, ...]
    refused: int


def exposition(store: Store) -> bytes:
    """Return the metrics of every machine of a store in the text format of Prometheus."""
    now = wall_clock()
    with store.reading_long():
        known = newest_of_each(store.assessments())
        refused = store.refused_counts(one.machine_id for one in known)
        found = [
            _machine_now(store, one, refused.get(one.assessment.machine_id, 0))
            for one in Overviews().read(store, known, now)
        ]
    registry = CollectorRegistry(auto_describe=False)
    beats = [(one.assessment.machine, one.heartbeat) for one in found if one.assessment.live]
    beats += [(one.assessment.machine, one.heartbeat) for one in store.unrecorded(now)]
    registry.register(_Families(found, beats, free_bytes(store.path.parent), now))
    return generate_latest(registry)


def _machine_now(store: Store, overview: Overview, refused: int) -> MachineNow:
    assessment, newest = overview.assessment, overview.newest
    return MachineNow(
        assessment,
        overview.heartbeat,
        moment(int(newest.at[-1])) if len(newest) else None,
        latest_of(store, assessment, newest, overview.until),
        tuple(map(float, newest.limit)),
        overview.alarms,
        refused,
    )


class _Families:
    """A collector of values that are known already."""

    def __init__(
        self,
        machines: list[MachineNow],
        beats: list[tuple[str, Heartbeat | None]],
        free: int,
        now: datetime,
    ) -> None:
        self._machines, self._beats, self._free, self._now = machines, beats, free, now

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        disk = GaugeMetricFamily("raceway_state_free_bytes", "Free space on the disk of the store.")
        disk.add_metric([], self._free)
        yield disk
        yield from self._by_component()
        yield from self._by_machine()
        yield from self._of_alarms()

    def _by_component(self) -> Iterator[Metric]:
        severity = _family(
            "severity_ratio", "Smoothed reconstruction error over its limit; 1 is the limit.", True
        )
        limit = _family("error_limit", "Reconstruction error above which a component is abnormal.", True)
        for one in self._machines:
            for index, (name, latest) in enumerate(zip(one.assessment.components, one.latest, strict=True)):
                if latest.severity is None:
                    continue
                severity.add_metric([one.assessment.machine, name], latest.severity)
                limit.add_metric([one.assessment.machine, name], one.limits[index])
        yield severity
        yield limit
        running = _family("component_running", "1 while a component runs, 0 while it does not.", True)
        faulty = _family(
            "component_signal_faulty", "1 while a signal is dead, clipped or invalid, else 0.", True
        )
        for one in self._machines:
            for name, latest in zip(one.assessment.components, one.latest, strict=True):
                if latest.quality is not None:
                    label = [one.assessment.machine, name]
                    running.add_metric(label, float(latest.quality is Quality.RUNNING))
                    faulty.add_metric(label, float(latest.quality in FAULTY))
        yield running
        yield faulty

    def _by_machine(self) -> Iterator[Metric]:
        age = _family("newest_snapshot_age_seconds", "Age of the newest snapshot by the computer's clock.")
        beat = _family("engine_heartbeat_age_seconds", "Age of the engine's last heartbeat.")
        waiting = _family("files_waiting", "Files that the engine has seen and not yet scored.")
        refused = _family("files_refused", "Files in the watched folder that were refused.")
        for one in self._machines:
            label = [one.assessment.machine]
            if not one.assessment.live or _is_removed(one.heartbeat):
                continue
            if one.newest is not None:
                age.add_metric(label, max(0.0, (self._now - one.newest).total_seconds()))
            if one.heartbeat is not None:
                beat.add_metric(label, max(0.0, (self._now - one.heartbeat.beat_at).total_seconds()))
                if one.heartbeat.total:
                    waiting.add_metric(label, max(0, one.heartbeat.total - one.heartbeat.done))
            refused.add_metric(label, one.refused)
        watched = _family(
            "machine_watched",
            "1 while an engine watches the machine, 0 while none does; absent once it is removed.",
        )
        for name, last in self._beats:
            if not _is_removed(last):
                watched.add_metric([name], float(last is not None and last.is_watching(self._now)))
        yield from (age, beat, waiting, refused, watched)

    def _of_alarms(self) -> Iterator[Metric]:
        for priority in Priority:
            standing = _family(
                f"alarms_standing_{priority.value}", f"Standing alarms of {priority.value} priority."
            )
            unanswered = _family(
                f"alarms_unacknowledged_{priority.value}",
                f"Alarms of {priority.value} priority that wait for an acknowledgement.",
            )
            put_away = _family(
                f"alarms_shelved_{priority.value}",
                f"Alarms of {priority.value} priority that are shelved or out of service.",
            )
            for one in self._machines:
                of_priority = [alarm for alarm in one.alarms if alarm.priority is priority]
                own = [alarm for alarm in of_priority if not alarm.put_away]
                label = [one.assessment.machine]
                standing.add_metric(label, sum(alarm.stands for alarm in own))
                unanswered.add_metric(label, sum(alarm.needs_acknowledgement for alarm in own))
                put_away.add_metric(label, len(of_priority) - len(own))
            yield standing
            yield unanswered
            yield put_away


def _is_removed(beat: Heartbeat | None) -> bool:
    """Return whether a machine was removed from its plant: nobody waits for its data any more."""
    return beat is not None and beat.phase is Phase.REMOVED


def _family(name: str, words: str, by_component: bool = False) -> GaugeMetricFamily:
    labels = ["machine", "component"] if by_component else ["machine"]
    return GaugeMetricFamily(f"raceway_{name}", words, labels=labels)
