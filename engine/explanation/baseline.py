"""Sentences about the baseline: what is being learned, and what changed since."""

from engine.explanation.sentence import Sentence
from engine.explanation.wording import duration
from engine.records.events import Event
from engine.records.progress import Phase
from replay.recording import clean_text as clean


def drift(event: Event, *, alarmed: bool) -> Sentence:
    """Return what a drift means: learn again only where no alarm stands on the component.

    Args:
        event: that reported the drift.
        alarmed: whether an alarm of its component stands.
    """
    name = clean(event.component or event.source)
    if alarmed:
        text = f"{name} has changed since the baseline; an alarm stands, so do not learn it as healthy"
    else:
        text = f"{name} has changed since the baseline; learn again if the machine is healthy"
    return Sentence(text, (), (event.seq,))


def learning(phase: Phase, done: int, total: int | None, per_item: float | None = None) -> Sentence:
    """Return what is learned, from how much data, and how long it still takes.

    Args:
        phase: of the engine.
        done: snapshots gathered or read, or epochs trained.
        total: of them, None where unknown.
        per_item: seconds that each takes, None where unknown.
    """
    left = None if per_item is None or not total else max(total - done, 0) * per_item
    numbers = (("done", float(done)), *((("total", float(total)),) if total else ()))
    of = f"{done} of {total}" if total else str(done)
    match phase:
        case Phase.GATHERING:
            text = f"Gathering healthy snapshots to learn from: {of} so far"
        case Phase.READING:
            text = f"Reading the healthy start of the recording to learn from: {of} snapshots"
        case Phase.LEARNING:
            text = f"Learning how the healthy machine vibrates: epoch {of}"
        case _:
            return Sentence("")
    if left is not None:
        text += f"; about {duration(left)} to go" if left >= 60 else "; less than a minute to go"
        numbers = (*numbers, ("seconds_left", left))
    return Sentence(f"{text}.", numbers)
