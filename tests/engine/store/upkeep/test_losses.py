"""A record that was lost beside those of other machines is told, refused to its engine, and accepted once."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bundles.library import Bundles
from engine.errors import StoreLostError
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.store.upkeep.integrity import check
from engine.store.upkeep.losses import accept_losses, forget_acceptance, losses_of, refuse_lost
from tests.engine.rigs import WALL
from tests.engine.store_items import at, begin, item

LOST, KEPT = "pump", "fan"

TABLES = ("picture", "state", "score", "assessed", "event", "heartbeat", "rejection", "epoch", "thinned")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store of two watched machines, each with snapshots, a heartbeat and a bundle in use."""
    with Store.open(tmp_path / "state", create=True) as opened:
        for machine in (LOST, KEPT):
            record = begin(opened, key=machine, machine=machine, expected=0)
            opened.beat(record, Heartbeat(WALL, 1, Phase.WATCHING, 0, 0, ""))
            opened.settle(record, (), (NewEvent(EventKind.STARTED, at(0), "engine", detail={}),), WALL)
            items = [item(position) for position in range(3)]
            files = [
                Intake(one.snapshot.name.encode(), one.snapshot.name, 1, 1, 1, Outcome.TAKEN, one.snapshot.at)
                for one in items
            ]
            opened.append(record, items, WALL, files)
            Bundles(opened.path.parent, machine).use("a bundle", machine)
        yield opened


def damage(store: Store, *statements: str) -> None:
    with sqlite3.connect(store.path) as connection:
        for statement in statements:
            connection.execute(statement)


def everything(but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the statements that delete the first machine from a store, all but some tables."""
    own = [f"DELETE FROM {table} WHERE assessment_id = 1" for table in TABLES if table not in but]
    named = [f"DELETE FROM {table} WHERE machine_id = 1" for table in ("intake", "snapshot", "assessment")]
    return (*own, *(one for one in named if one.split()[2] not in but), "DELETE FROM machine WHERE id = 1")


def test_whole_records_lack_nothing(store: Store) -> None:
    assert losses_of(store) == ()
    refuse_lost(store, LOST)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("DELETE FROM assessment WHERE id = 1",), "its record is gone, and with it every alarm"),
        (everything(), "its record is gone, and with it every alarm, though a bundle was in use"),
        (everything(("intake", "snapshot")), "though a bundle was in use"),
        (("DELETE FROM event WHERE machine_id = 1",), "its events are gone, and with them every alarm"),
        (
            ("DELETE FROM event WHERE machine_id = 1", "DELETE FROM intake WHERE machine_id = 1"),
            "its events are gone",
        ),
    ],
)
def test_lost_record_is_told_by_name_and_refused_to_its_engine_alone(
    store: Store, statements: tuple[str, ...], words: str
) -> None:
    damage(store, *statements)
    (loss,) = losses_of(store)
    assert (loss.machine, loss.ends) == (LOST, True)
    assert words in loss.words
    assert [finding.about for finding in check(store) if words in finding.words] == [LOST]
    refuse_lost(store, KEPT)
    with pytest.raises(StoreLostError, match=r"restore FILE --state .* or go on without it"):
        refuse_lost(store, LOST)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (
            (
                "DELETE FROM assessed WHERE assessment_id = 1",
                "DELETE FROM score WHERE assessment_id = 1",
            ),
            "its snapshots and scores are gone",
        ),
        (("DELETE FROM score WHERE assessment_id = 1",), "the scores of its newest snapshot (2) are gone"),
    ],
)
def test_lost_scores_are_told_and_judging_may_go_on(
    store: Store, statements: tuple[str, ...], words: str
) -> None:
    damage(store, *statements)
    assert [(loss.machine, words in loss.words) for loss in losses_of(store)] == [(LOST, True)]
    refuse_lost(store, LOST)


def test_record_without_its_machine_is_told(store: Store) -> None:
    damage(store, "DELETE FROM machine WHERE id = 1")
    assert "its machine is gone, and with it every alarm" in [loss.words for loss in losses_of(store)]


def test_accepted_loss_is_told_no_more_until_the_next(store: Store) -> None:
    damage(store, "DELETE FROM assessment WHERE id = 1")
    assert [loss.machine for loss in accept_losses(store)] == [LOST]
    assert losses_of(store) == ()
    refuse_lost(store, LOST)
    forget_acceptance(store, LOST)
    assert [loss.machine for loss in losses_of(store)] == [LOST]


def test_file_of_an_earlier_release_and_a_broken_file_name_no_machine(store: Store) -> None:
    bundles = store.path.parent / "bundles"
    (bundles / "old.json").write_text(json.dumps({"bundle": "a bundle"}))
    (bundles / "broken.json").write_text("{")
    (bundles / "list.json").write_text("[]")
    assert losses_of(store) == ()
