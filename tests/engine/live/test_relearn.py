"""A new baseline learned beside the scoring, on the request of an operator."""

import pytest

from engine.baseline.from_run import Listener
from engine.bundles.bundle import Bundle
from engine.clock import moment
from engine.config.settings import Settings
from engine.live import request_handler
from engine.records.events import Action, EventKind
from replay.run import Run
from tests.engine.live.test_request_handler import answered, other
from tests.engine.rigs import SMALL_COUNT, SMALL_HEALTHY, small_name
from tests.engine.watched_plant import Plant, Story


@pytest.fixture
def teacher(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Replace learning by an instant one that records its settings."""
    asked: list[Settings] = []

    def learn(run: Run, settings: Settings, listener: Listener) -> Bundle:
        asked.append(settings)
        listener.read(len(run), len(run))
        return other(plant.rig.bundle)

    monkeypatch.setattr(request_handler, "learn_from_run", learn)
    return asked


def test_relearning_goes_on_beside_the_scoring_and_leaves_a_bundle_to_switch_to(
    plant: Plant, teacher: list[Settings]
) -> None:
    def story() -> Story:
        yield from plant.whole_run()
        plant.ask(Action.RELEARN, healthy="30")
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    name = plant.bundles.keep(other(plant.rig.bundle))
    assert plant.answers() == [(True, f"learned {name} from {SMALL_HEALTHY} snapshots; switch to use it")]
    assert [settings.model.healthy for settings in teacher] == ["30"]
    assert plant.bundles.current() != name


@pytest.mark.parametrize(
    ("healthy", "words"),
    [
        ("some", 'must be a number of snapshots ("200"), a share ("20%") or a span'),
        ("1990-01-01..1990-02-01", "the record holds no snapshot of this span"),
    ],
)
def test_relearning_from_what_is_not_there_is_refused_with_a_sentence(
    scored: Plant, healthy: str, words: str
) -> None:
    def story() -> Story:
        scored.ask(Action.RELEARN, healthy=healthy)
        yield from answered(scored)

    scored.run(story())
    ((done, said),) = scored.answers()
    assert done is False
    assert words in str(said)


def relearned(plant: Plant, gone: range, **detail: object) -> tuple[object, object]:
    """Let the recorder drop files of a scored run, ask to learn; return the answer."""

    def story() -> Story:
        for position in gone:
            (plant.folder / small_name(position)).unlink()
        plant.ask(Action.RELEARN, **detail)
        yield from answered(plant)

    plant.run(story())
    (answer,) = plant.answers()
    return answer


@pytest.mark.usefixtures("teacher")
@pytest.mark.parametrize("gone", [range(50), range(1), range(20, 25)])
def test_first_snapshots_are_those_of_the_record_and_missing_files_refuse(scored: Plant, gone: range) -> None:
    done, words = relearned(scored, gone, healthy="30")
    assert done is False
    assert f"of the 30 snapshots are not in the folder any more, first {small_name(gone[0])}" in str(words)


def test_missing_files_are_accepted_where_the_operator_says_so(
    scored: Plant, teacher: list[Settings]
) -> None:
    done, _ = relearned(scored, range(5), healthy="30", anyway=True)
    assert done is True
    assert [settings.model.healthy for settings in teacher] == ["25"]
    (request,) = scored.events(EventKind.REQUESTED)
    assert request.detail["anyway"] is True


def test_span_in_which_an_alarm_stood_refuses_unless_the_operator_says_so(
    scored: Plant, teacher: list[Settings]
) -> None:
    done, words = relearned(scored, range(0), healthy=str(SMALL_COUNT))
    assert done is False
    assert "an alarm stood among these snapshots (" in str(words)
    assert teacher == []


@pytest.mark.parametrize(
    ("healthy", "words"),
    [
        ("5000", f"5000 snapshots were asked for and the record holds {SMALL_COUNT}; wait for more"),
        (str(SMALL_COUNT + 1), f"{SMALL_COUNT + 1} snapshots were asked for"),
        ("BEGIN..2999-01-01", "to 2999-01-01T00:00:00 was asked for and the record goes from"),
        ("1990-01-01..BEGIN", "1990-01-01T00:00:00 to"),
        ("1990-01-01..2999-01-01", "name a span within it, or --anyway learns from it all the same"),
    ],
)
def test_more_than_the_record_holds_is_refused_and_taken_where_the_operator_says_so(
    scored: Plant, teacher: list[Settings], healthy: str, words: str
) -> None:
    def story() -> Story:
        series = scored.store.series(scored.assessment())
        begin = moment(int(series.at[10])).isoformat()
        for anyway in (False, True):
            scored.ask(Action.RELEARN, healthy=healthy.replace("BEGIN", begin), anyway=anyway)
            yield from scored.until(lambda count=anyway + 1: len(scored.answers()) == count)

    scored.run(story())
    (refused, said), (done, _) = scored.answers()
    assert (refused, done) == (False, True)
    assert words in str(said)
    assert len(teacher) == 1


def test_folder_with_fewer_recordings_than_asked_for_is_refused_before_the_first_score(
    plant: Plant, teacher: list[Settings]
) -> None:
    def story() -> Story:
        plant.put(*range(5))
        yield
        plant.ask(Action.RELEARN, healthy="5000")
        yield from answered(plant)

    plant.run(story())
    assert plant.answers() == [
        (
            False,
            "5000 snapshots were asked for and the folder holds 5; wait for more, name at most 5, or --anyway"
            " learns from it all the same",
        )
    ]
    assert teacher == []


def test_learning_that_breaks_is_answered_too(scored: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    def learn(*_given: object) -> Bundle:
        raise RuntimeError("the network fell apart")

    monkeypatch.setattr(request_handler, "learn_from_run", learn)

    def story() -> Story:
        scored.ask(Action.RELEARN, healthy="30")
        yield from answered(scored)

    scored.run(story())
    assert scored.answers() == [(False, "the network fell apart")]


def test_learning_that_the_end_of_the_engine_cut_off_is_done_by_the_next(
    scored: Plant, teacher: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = request_handler.learn_from_run
    begun: list[bool] = []

    def slow(run: Run, settings: Settings, listener: Listener) -> Bundle:
        begun.append(True)
        while True:
            listener.waiting()

    monkeypatch.setattr(request_handler, "learn_from_run", slow)
    scored.ask(Action.RELEARN, healthy="30")
    scored.run(scored.until(lambda: bool(begun)))
    assert scored.answers() == []
    monkeypatch.setattr(request_handler, "learn_from_run", quick)
    scored.run(answered(scored))
    assert [done for done, _ in scored.answers()] == [True]
