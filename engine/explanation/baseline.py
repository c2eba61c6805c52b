"""Sentences about the baseline: what is being learned, and what changed since."""

from engine.explanation.facts import count_fact, number_fact, span_fact, text_fact
from engine.explanation.sentence import NOTHING, Sentence, joined, say
from engine.records.events import Event
from engine.records.progress import Phase


def drift(event: Event, *, alarmed: bool) -> Sentence:
    """Return what a drift means: learn again only where no alarm stands on the component.

    Args:
        event: that reported the drift.
        alarmed: whether an alarm of its component stands.
    """
    name = text_fact(event.component or event.source, "component")
    shift = latent_numbers(event)
    if shift is not None:
        return _latent_drift(event, *shift, alarmed=alarmed)
    if alarmed:
        template = "{} has changed since the baseline; an alarm stands, so do not learn it as healthy"
    else:
        template = "{} has changed since the baseline; learn again if the machine is healthy"
    return say(template, name, events=[event.seq])


def latent_numbers(event: Event) -> tuple[float, float] | None:
    """Return the distance of latent positions and its bound by chance; None of a drift of errors."""
    found = [event.detail.get(name) for name in ("latent_distance", "latent_bound")]
    numbers = [float(one) for one in found if isinstance(one, int | float)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _latent_drift(event: Event, distance: float, bound: float, *, alarmed: bool) -> Sentence:
    if alarmed:
        advice = "an alarm stands, so do not learn it as healthy"
    else:
        advice = "learn again if the machine is healthy"
    return say(
        "the machine's latent positions have moved away from the baseline's"
        f" (energy distance {{}}, at most {{}} by chance); {advice}",
        number_fact(distance, "latent_distance", 2),
        number_fact(bound, "latent_bound", 2),
        events=[event.seq],
    )


def learning(
    phase: Phase,
    done: int,
    total: int | None,
    per_item: float | None = None,
    source: int | None = None,
) -> Sentence:
    """Return what is learned, from how much data, and how long it still takes.

    Args:
        phase: of the engine.
        done: snapshots gathered or read, or epochs trained.
        total: of them, None where unknown.
        per_item: seconds that each takes, None where unknown.
        source: snapshots that the training learns from, None where unknown.
    """
    left = None if per_item is None or not total else max(total - done, 0) * per_item
    counted = say("{}", count_fact(done, "done"))
    if total:
        counted = say("{} of {}", count_fact(done, "done"), count_fact(total, "total"))
    match phase:
        case Phase.GATHERING:
            before, after = Sentence("Gathering healthy snapshots to learn from: "), " so far"
        case Phase.READING:
            before = Sentence("Reading the healthy start of the recording to learn from: ")
            after = " snapshots"
        case Phase.LEARNING:
            whole, after = Sentence("Learning how the healthy machine runs"), ""
            grounds = (
                NOTHING if source is None else say(" from {} snapshots", count_fact(source, "snapshots"))
            )
            before = joined(whole, grounds, Sentence(": epoch "), by="")
        case _:
            return NOTHING
    rest = NOTHING
    if left is not None and left >= 60:
        # Training stops before its last epoch once it gains nothing more.
        most = "at most " if phase is Phase.LEARNING else "about "
        rest = say(f"; {most}{{}} to go", span_fact(left, "seconds_left"))
    elif left is not None:
        rest = Sentence("; less than a minute to go")
    return joined(before, counted, Sentence(after), rest, Sentence("."), by="")
