"""The page of a report: facts, plots and tables in one HTML text, for screens and for print."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.alarms.alarm import Alarm
from engine.clock import moment
from engine.explanation.explain import words_in
from engine.explanation.record import situation_of
from engine.explanation.sentence import Sentence, Topic, Write
from engine.explanation.wording import PRIORITY_WORDS, acknowledged_by, severity_text, standing, subject
from engine.records.events import Event, EventKind
from engine.records.outcome import AlarmOutcome
from engine.records.stored_values import words
from engine.reports.document.contents import Contents, accepted, quality_counts
from engine.reports.document.drawing import GRID, INK, MUTED
from engine.reports.document.plots import Plot, plots_of
from replay.recording import clean_text

HEADINGS = {
    Topic.WHAT: "What",
    Topic.SINCE: "Since when",
    Topic.SEVERITY: "How bad",
    Topic.GROWTH: "How fast",
    Topic.COMPONENT: "Why this component",
    Topic.SURFACE: "Which surface",
    Topic.VIBRATION: "Vibration",
    Topic.AGAINST: "What speaks against it",
    Topic.DONE: "What was done",
    Topic.DO: "What to do",
}

FIRST = (Topic.WHAT, Topic.DO, Topic.SINCE, Topic.SEVERITY, Topic.GROWTH, Topic.SURFACE, Topic.COMPONENT)
LAST = (Topic.VIBRATION, Topic.AGAINST, Topic.DONE)

MOST_ROWS = 60
"""Rows of a table; further ones are counted."""


def html_of(contents: Contents, plots: tuple[Plot, ...] | None = None, *, adapts: bool = True) -> str:
    """Return the report as one HTML text.

    Args:
        contents: the facts.
        plots: drawn before, None to draw them.
        adapts: whether plots follow the page's light or dark colours; a PDF has one set of colours.
    """
    told = words_in(contents.zone)
    record = contents.record
    drawn = plots_of(contents) if plots is None else plots
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            adapts=adapts,
            machine=clean_text(record.assessment.machine),
            at=told(record.at),
            span=f"{told(moment(int(contents.series.at[0])))} to {told(moment(int(contents.series.at[-1])))}",
            answers=answers(contents.sentences),
            plots=[(one, Markup(adapted(one.svg) if adapts else one.svg)) for one in drawn],
            alarms=[_row(contents, one, told) for one in contents.alarms[:MOST_ROWS]],
            more_alarms=max(0, len(contents.alarms) - MOST_ROWS),
            quality=dict(_quality(contents)),
            rejected=[(clean_text(name), clean_text(why)) for name, why in contents.rejected[:MOST_ROWS]],
            more_rejected=max(0, len(contents.rejected) - MOST_ROWS),
            baseline=dict(_baseline(contents)),
            versions=dict(_versions(contents)),
        )
    )


def environment() -> Environment:
    """Return the environment of the templates; every value is escaped."""
    folder = Path(__file__).with_name("templates")
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def answers(sentences: tuple[Sentence, ...]) -> list[tuple[str, list[Sentence]]]:
    """Return the sentences under the question that each answers."""
    found = []
    for topic in (*FIRST, *LAST):
        own = [one for one in sentences if one.topic is topic]
        if own:
            found.append((HEADINGS[topic], own))
    return found


def adapted(svg: str) -> str:
    """Return a plot whose ink follows the colours of the page."""
    for colour, name in ((INK, "ink"), (MUTED, "muted"), (GRID, "grid")):
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def _row(contents: Contents, alarm: Alarm, told: Write) -> Mapping[str, object]:
    peak = situation_of(contents.record, alarm).peak.severity
    by = acknowledged_by(alarm)
    given = alarm.acknowledgement
    return {
        "raised": told(alarm.raised.at),
        "what": subject(alarm),
        "cause": clean_text(alarm.surface or alarm.cause),
        "priority": PRIORITY_WORDS[alarm.priority],
        "peak": severity_text(peak),
        "state": standing(alarm, told)[0],
        "acknowledged": "" if given is None else f"{by}, {told(given.at)}",
        "outcome": "" if alarm.closed is None else clean_text(outcome_text(alarm.closed, told)),
        "notes": [
            clean_text(f"{words(note.detail.get('by'))}, {told(note.at)}: {words(note.detail.get('text'))}")
            for note in alarm.notes
        ],
    }


def outcome_text(closed: Event, told: Write) -> str:
    """Return who closed an alarm, when, and with which outcome."""
    found = AlarmOutcome.from_detail(closed.detail).sentence()
    return f"closed by {words(closed.detail.get('by')) or 'somebody'}, {told(closed.at)}: {found}"


def _quality(contents: Contents) -> Iterator[tuple[str, str]]:
    series = contents.series
    yield "Snapshots", str(len(series))
    counts = quality_counts(series)
    yield "Judgements of components", ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    yield "Learned from, not judged", str(int(series.baseline.sum()))
    yield "Refused files", str(len(contents.rejected))


def _baseline(contents: Contents) -> Iterator[tuple[str, str]]:
    told = words_in(contents.zone)
    learned = next((one for one in contents.record.past if one.kind is EventKind.LEARNED), None)
    if learned is None:
        yield "Baseline", "not learned up to then"
    else:
        detail = learned.detail
        yield "Learned from", f"{detail.get('snapshots', 'an unknown number of')} snapshots"
        if detail.get("from") and detail.get("until"):
            yield "Span", f"{_time(detail['from'], told)} to {_time(detail['until'], told)}"
        if detail.get("calibrated_on"):
            yield "Limit calibrated on", f"{detail['calibrated_on']} later snapshots"
        doubts = detail.get("doubts")
        yield "Doubts", "; ".join(map(str, doubts)) if isinstance(doubts, list) and doubts else "none"
    by = accepted(contents.record)
    yield "Accepted by", "nobody yet" if by is None else f"{clean_text(by[0])}, {told(by[1])}"
    if contents.bundle is not None:
        yield (
            "Network",
            ", ".join(f"{one.kind} {'×'.join(map(str, one.shape))}" for one in contents.bundle.layers),
        )
        yield "Epochs", str(contents.bundle.epochs)


def _versions(contents: Contents) -> Iterator[tuple[str, str]]:
    assessment = contents.record.assessment
    yield "Raceway", contents.version
    yield "Model", f"{assessment.model}, seed {assessment.seed}"
    yield "Assessment", assessment.key
    if contents.bundle is not None:
        yield "Bundle", contents.bundle.digest
    yield "Run", clean_text(assessment.run) or "watched live"


def _time(text: object, told: Write) -> str:
    try:
        return told(datetime.fromisoformat(str(text)))
    except ValueError:
        return clean_text(str(text))
