"""Result file of the notes on motors' recordings: notes.csv, one row for each span of a note."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.clock import moment
from engine.records.events import Event, EventKind
from engine.records.series import Series
from engine.records.stored_values import integer, items, words
from engine.reports.csv_files import iso

NOTES = ("component", "note", "channel", "first_snapshot", "first_at", "last_snapshot", "last_at", "words")
"""Columns of notes.csv."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A note that stands: the index of its first snapshot, and its words there."""

    first: int
    words: str


def note_rows(events: Iterable[Event], series: Series) -> list[list[object]]:
    """Return the rows of notes.csv, in the order in which the notes began.

    Args:
        events: of the assessment, in order.
        series: its snapshots.
    """
    places = {int(at): place for place, at in enumerate(series.at.tolist())}
    names = {moment(at): place for at, place in places.items()}
    standing: dict[tuple[str, str, int], _Open] = {}
    rows: list[tuple[int, list[object]]] = []

    def close(key: tuple[str, str, int], last: int) -> None:
        note = standing.pop(key)
        component, fault, channel = key
        ends = [value for place in (note.first, last) for value in _snapshot(series, place)]
        rows.append((note.first, [component, fault, channel or None, *ends, note.words]))

    for event in events:
        if event.kind is not EventKind.SENSOR_NOTES or event.at not in names:
            continue
        here = names[event.at]
        told = dict(_notes(event))
        for key in [one for one in standing if one[0] == event.component and one not in told]:
            close(key, here - 1)
        for key, text in told.items():
            standing.setdefault(key, _Open(here, text))
    for key in list(standing):
        close(key, len(series.at) - 1)
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def _notes(event: Event) -> Sequence[tuple[tuple[str, str, int], str]]:
    notes = [note for note in items(event.detail.get("notes")) if isinstance(note, dict)]
    return [
        (
            (event.component, words(note.get("fault")), integer(note.get("channel")) or 0),
            words(note.get("words")),
        )
        for note in notes
    ]


def _snapshot(series: Series, place: int) -> tuple[str, object]:
    return str(series.names[place]), iso(moment(int(series.at[place])))
