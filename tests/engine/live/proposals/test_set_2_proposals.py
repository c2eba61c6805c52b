"""On a real failure no proposal, at any index, makes the alarm disappear; if RACEWAY_DATA is set."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest

from engine.baseline.from_run import learn_from_run
from engine.clock import microseconds
from engine.config.healthy_span import HealthySpan
from engine.config.settings import Settings, load_settings
from engine.live.healthy_choice import chosen_run
from engine.live.proposals.decision import HELD_BACK, Span, Wait, may_propose
from engine.records.events import RINGS, Event, EventKind
from engine.records.progress import Epoch
from engine.records.series import Series
from engine.store.store import Store
from replay.recording import RecordingError
from replay.run import Run
from tests.engine.rigs import assessed, events_of, only_assessment, urgent

ONSET, LATEST = 532, 538
"""Index of the first snapshot with the defect, and the latest valid index of its first alarm."""

SPAN = 60
END = 600
"""Index at which the replays end."""

Scored = tuple[Run, Settings, Series, tuple[Event, ...]]


class Silent:
    """Receives the progress of learning."""

    def rejected(self, error: RecordingError) -> None: ...

    def read(self, done: int, total: int) -> None: ...

    def epoch(self, epoch: Epoch) -> None: ...

    def waiting(self) -> None: ...


@pytest.fixture(scope="module")
def scored(set_2: tuple[Run, Path]) -> Scored:
    """Return the run scored with the default model; proposals are learned with a cheap one, on a schedule."""
    run, state = set_2
    with Store.open(state, read_only=True) as store:
        series = store.series(only_assessment(store))
    cheap = {"learning.every": "1 h", "learning.span": SPAN, "model.name": "dense", "model.epochs": 20}
    return run, load_settings(rig="ims-set2", overrides=cheap), series, tuple(events_of(state))


def decision_at(scored: Scored, index: int, events: Sequence[Event]) -> Span | Wait:
    """Ask for a proposal as if snapshot `index` were the newest."""
    _, settings, series, _ = scored
    count = index + 1
    seen = replace(series, **{one.name: getattr(series, one.name)[:count] for one in fields(series)})
    known = [event for event in events if microseconds(event.at) <= series.at[index]]
    return may_propose(seen, known, settings.learning)


def acknowledged(events: Sequence[Event]) -> list[Event]:
    """Return the events with every ring acknowledged at once."""
    answers = [
        replace(one, seq=one.seq + 100_000, kind=EventKind.ACKNOWLEDGED, ring=one.seq, detail={"by": "ada"})
        for one in events
        if one.kind in RINGS
    ]
    return [*events, *answers]


@pytest.mark.xdist_group("ims-set2")
@pytest.mark.parametrize("answered", [False, True])
def test_after_the_onset_nothing_is_proposed_and_before_it_from_healthy_snapshots(
    scored: Scored, answered: bool
) -> None:
    series, events = scored[2], scored[3]
    events = tuple(acknowledged(events)) if answered else events
    found = [decision_at(scored, index, events) for index in range(len(series))]
    proposed = [index for index, one in enumerate(found) if isinstance(one, Span)]
    assert proposed
    assert max(proposed) <= ONSET
    for index in proposed:
        one = found[index]
        assert isinstance(one, Span)
        assert microseconds(one.last) <= series.at[index - HELD_BACK]


@pytest.mark.xdist_group("ims-set2")
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_every_proposal_raises_the_alarm_of_bearing_1(scored: Scored, tmp_path: Path, share: float) -> None:
    run, settings, series, events = scored
    proposed = [i for i in range(len(series)) if isinstance(decision_at(scored, i, events), Span)]
    index = proposed[round(share * (len(proposed) - 1))]
    span = decision_at(scored, index, events)
    assert isinstance(span, Span)
    chosen = chosen_run(run, HealthySpan(span.first, span.last), series, events)
    model = settings.model.model_copy(update={"healthy": str(len(chosen)), "skip": 0})
    bundle = learn_from_run(chosen, settings.model_copy(update={"model": model}), Silent())
    # Judged by the proposal from the instant of its decision on.
    rest = replace(run, entries=run.entries[max(index + 1, ONSET - 60) : END])
    assessed(rest, settings, tmp_path, bundle)
    rung = urgent(events_of(tmp_path))
    first = [entry.time for entry in run.entries].index(rung[0].at)
    assert rung[0].component == "Bearing 1"
    assert ONSET <= first <= LATEST
    assert not [
        one for one in events_of(tmp_path) if one.kind is EventKind.CLEARED and one.component == "Bearing 1"
    ]
