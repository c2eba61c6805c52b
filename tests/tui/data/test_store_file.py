"""A store that is deleted, moved or replaced while a console reads it is trouble until it is back."""

import shutil
from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.records.assessment import Assessment
from engine.records.events import RINGS
from engine.store.store import Store
from tests.engine.store_items import acknowledge
from tests.tui import synthetic
from tui.data.reader import GONE, Reader
from tui.data.store_file import file_of


def newest(store: Store) -> Assessment | None:
    return next(reversed(store.assessments()), None)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "store"
    synthetic.fill(place, 10)
    return place


@pytest.mark.parametrize("way", ["deleted", "moved", "its folder moved"])
def test_a_store_that_is_gone_is_trouble_beside_the_last_view(place: Path, way: str) -> None:
    reader = Reader(lambda: Store.open(place), newest, "")
    good = reader.poll()
    database = place / "raceway.db"
    if way == "deleted":
        database.unlink()
    elif way == "moved":
        database.rename(place / "elsewhere.db")
    else:
        place.rename(place.with_name("elsewhere"))
    for _ in range(3):
        bad = reader.poll()
        assert bad.view is good.view
        assert bad.trouble == f"{database}: {GONE}"


def test_a_store_that_is_back_in_its_place_is_read_on(place: Path) -> None:
    reader = Reader(lambda: Store.open(place), newest, "")
    good = reader.poll()
    away = place.rename(place.with_name("elsewhere"))
    assert reader.poll().trouble
    away.rename(place)
    back = reader.poll()
    assert back.trouble == ""
    assert back.view is not None
    assert good.view is not None
    assert back.view.events == good.view.events


def test_another_store_in_its_place_is_read_from_its_start(place: Path) -> None:
    reader = Reader(lambda: Store.open(place), newest, "")
    assert reader.poll().view is not None
    shutil.rmtree(place)
    synthetic.fill(place, 30)
    assert GONE in reader.poll().trouble
    fresh = reader.poll()
    assert fresh.trouble == ""
    assert fresh.view is not None
    assert len(fresh.view.series) == 30


def test_a_write_into_a_store_that_was_moved_says_so(place: Path) -> None:
    synthetic.fill(place.with_name("whole"), 100)
    place = place.with_name("whole")
    with Store.open(place) as store:
        record = newest(store)
        assert record is not None
        assert file_of(store).inode
        ring = next(one for one in store.events(record, "") if one.kind in RINGS)
        place.rename(place.with_name("elsewhere"))
        with pytest.raises(StoreError, match=r"moved or deleted while it was in use; put it back"):
            acknowledge(store, record, ring, "ada")
