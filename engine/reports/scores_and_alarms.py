"""Result files of an assessment: scores.csv, alarms.csv, summary.json; notes.csv where a motor has notes.

They are a public interface: columns, their order and their words change only with a major release.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.peak import peak_among
from engine.assessment.batch import Outcome
from engine.clock import END_OF_TIME, moment
from engine.explanation.because import because
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, Priority
from engine.records.series import Series
from engine.reports.csv_files import iso, write_csv
from engine.reports.sensor_notes import NOTES, note_rows
from engine.reports.summary.motors import motor_summary
from engine.reports.summary.slow_sensors import slow_summary, smallest_summary
from engine.store.store import Store
from engine.system.whole_file import write_whole
from replay.run import Run

SCORES = ("snapshot", "time", "component", "error", "limit", "severity", "quality", "baseline")
ALARMS = (
    "source",
    "component",
    "priority",
    "cause",
    "surface",
    "raised_snapshot",
    "raised_at",
    "cleared_at",
    "acknowledged_at",
    "acknowledged_wall_at",
    "acknowledged_by",
    "peak_severity",
    "because",
)


def write_results(
    folder: Path, store: Store, outcome: Outcome, run: Run, session: str = ""
) -> dict[str, object]:
    """Write the files into a folder and return the summary.

    Args:
        folder: made if missing.
        store: holds the assessment.
        outcome: of the pass that was just made.
        run: the assessed recordings.
        session: the session whose acknowledgements count; "" is the live record.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assessment = outcome.assessment
    series = store.series(assessment)
    events = store.events(assessment, session)
    alarms = fold_alarms(events, END_OF_TIME)
    write_csv(folder / "scores.csv", SCORES, _score_rows(assessment, series))
    write_csv(folder / "alarms.csv", ALARMS, alarm_rows(alarms, partial(_peak, assessment, series), events))
    if any(event.kind is EventKind.SENSOR_NOTES for event in events):
        write_csv(folder / "notes.csv", NOTES, note_rows(events, series))
    summary = summarise(store, outcome, run, series)
    write_whole(folder / "summary.json", json.dumps(summary, indent=2) + "\n")
    return summary


def summarise(store: Store, outcome: Outcome, run: Run, series: Series) -> dict[str, object]:
    """Return the figures of one pass over a run, as in summary.json.

    Args:
        store: holds the assessment.
        outcome: of the pass.
        run: the assessed recordings.
        series: the scores of the assessment.
    """
    rejected = [{"file": name, "reason": reason} for name, reason in store.rejections(outcome.assessment)]
    baseline = outcome.bundle.baseline
    events = store.events(outcome.assessment)
    alarms = fold_alarms(events, END_OF_TIME)
    rate = outcome.scored_now / outcome.scoring_seconds if outcome.scored_now else 0.0
    return {
        "snapshots": len(run) + len(run.rejected),
        "scored": int((~np.isnan(series.severity)).any(axis=1).sum()),
        "rejected": rejected,
        "baseline": {
            "snapshots": baseline.count,
            "calibrated_on": baseline.calibrated_on,
            "from": iso(baseline.start),
            "until": iso(baseline.end),
            "provisional": not any(
                event.kind is EventKind.ACCEPTED and event.detail["bundle"] == outcome.bundle.digest()
                for event in events
            ),
        },
        "doubts": doubts_of(events, outcome.bundle.doubts),
        "alarms": {
            priority.value: sum(alarm.priority is priority for alarm in alarms)
            for priority in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
        },
        **({"motors": motors} if (motors := motor_summary(store, outcome.assessment, series)) else {}),
        **({"slow": slow} if (slow := slow_summary(store, outcome.assessment, series)) else {}),
        **({"smallest_changes": small} if (small := smallest_summary(outcome.assessment, series)) else {}),
        "model": outcome.bundle.model,
        "seed": outcome.bundle.seed,
        "learning_seconds": round(outcome.learning_seconds, 3),
        "scoring_seconds": round(outcome.scoring_seconds, 3),
        "snapshots_per_second": round(rate, 1),
    }


def doubts_of(events: Iterable[Event], learned: Sequence[str]) -> list[str]:
    """Return the doubts about the baseline: those stored with the newest bundle, or else those it came with.

    Args:
        events: of one assessment, in the order of `seq`.
        learned: the doubts of the bundle.
    """
    stored = [event.detail.get("doubts") for event in events if event.kind is EventKind.LEARNED]
    if stored and isinstance(stored[-1], list):
        return [str(doubt) for doubt in stored[-1]]
    return list(learned)


def alarm_rows(
    alarms: Iterable[Alarm], peak: Callable[[Alarm], float | None], events: Sequence[Event] = ()
) -> list[list[object]]:
    """Return the rows of alarms.csv, in the order in which the alarms were raised.

    Args:
        alarms: of one assessment.
        peak: returns the highest severity of an alarm's component while it stood; called only for alarms
            with a severity.
        events: of the assessment, for the evidence of a named surface.
    """
    newest_first = events[::-1]
    rows: list[list[object]] = []
    for alarm in sorted(alarms, key=lambda alarm: alarm.raised.seq):
        acknowledged = alarm.acknowledgement
        rows.append(
            [
                alarm.source,
                alarm.component,
                alarm.priority.value,
                alarm.cause,
                alarm.surface,
                alarm.raised.detail.get("snapshot", ""),
                iso(alarm.raised.at),
                iso(alarm.cleared.at if alarm.cleared else None),
                iso(acknowledged.at if acknowledged else None),
                iso(acknowledged.recorded_at if acknowledged else None),
                acknowledged.detail["by"] if acknowledged else "",
                None if alarm.severity is None else peak(alarm),
                because(alarm, newest_first),
            ]
        )
    return rows


def _peak(assessment: Assessment, series: Series, alarm: Alarm) -> float | None:
    severity = series.severity[:, assessment.components.index(alarm.component)]
    return peak_among(alarm, series.at, severity).severity


def _score_rows(assessment: Assessment, series: Series) -> Iterable[list[object]]:
    for row, name in enumerate(series.names):
        time = iso(moment(int(series.at[row])))
        baseline = "true" if series.baseline[row] else "false"
        for column, component in enumerate(assessment.components):
            yield [
                name,
                time,
                component,
                _number(series.error[row, column]),
                _number(series.limit[row, column]),
                _number(series.severity[row, column]),
                series.quality[row, column],
                baseline,
            ]


def _number(value: float) -> float | None:
    """Return a number, None for NaN."""
    return None if np.isnan(value) else float(value)
