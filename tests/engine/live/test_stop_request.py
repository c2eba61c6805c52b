"""Requests to end: a watching engine ends, and only the engine that was meant."""

from engine.records.events import Action, EventKind
from engine.records.intake import Outcome
from tests.engine.watched_plant import Plant, Story


def test_engine_ends_when_it_is_asked_and_what_it_took_in_is_stored(plant: Plant) -> None:
    def story() -> Story:
        plant.put(0, 1)
        yield from plant.until_ledger_has(2)
        plant.ask(Action.STOP)
        # Nothing else ends it.
        yield from plant.until(lambda: False)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.answers() == [(True, "the engine ends")]
    assert plant.counts() == {Outcome.TAKEN: 2}
    assert plant.events(EventKind.FINISHED)


def test_request_to_end_that_an_earlier_engine_left_open_does_not_end_the_next(plant: Plant) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    plant.ask(Action.STOP)

    def story() -> Story:
        yield from plant.until(lambda: len(plant.answers()) == 1)
        plant.put(0)
        yield from plant.until_ledger_has(1)

    plant.run(story())
    assert plant.answers() == [
        (False, "this engine started after the request and goes on; ask again to end it")
    ]
    assert plant.counts() == {Outcome.TAKEN: 1}
