"""A long record shows its newest snapshots at once; older ones follow, and memory is bounded."""

from collections.abc import Iterator
from datetime import UTC
from itertools import count
from pathlib import Path

import pytest

from engine.records import thinning
from engine.records.assessment import Assessment
from engine.store.store import Store, StoreError
from tests.tui import synthetic
from tui.data import series_cache
from tui.data.crossings import crossings
from tui.data.frame import Frame
from tui.data.playhead import Playhead, behind, typed
from tui.data.reader import Reader
from tui.data.series_cache import Recollection

COUNT = 130


@pytest.fixture
def state(tmp_path: Path) -> Path:
    synthetic.fill(tmp_path, COUNT)
    return tmp_path


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    with Store.open(state) as opened:
        yield opened


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set small portions and a small limit of kept snapshots."""
    for name, value in (("CHUNK", 10), ("FIRST", 20), ("AROUND", 8)):
        monkeypatch.setattr(series_cache, name, value)
    for name, value in (("WHOLE", 20), ("OLDER", 15), ("MOST", 50)):
        monkeypatch.setattr(thinning, name, value)


def newest(store: Store) -> Assessment:
    return store.assessments()[-1]


def finished(recollection: Recollection, store: Store) -> Recollection:
    recollection.read(store)
    while recollection.more:
        recollection.read(store)
    return recollection


@pytest.mark.usefixtures("small")
def test_the_newest_snapshots_are_there_first(store: Store) -> None:
    recollection = Recollection(newest(store), newest_first=True)
    recollection.read(store)
    assert recollection.series.positions.tolist() == list(range(COUNT - 20, COUNT))
    assert recollection.unread == COUNT - 20
    assert recollection.more


@pytest.mark.usefixtures("small")
def test_older_snapshots_follow_until_the_first(store: Store) -> None:
    recollection = finished(Recollection(newest(store), newest_first=True), store)
    whole = store.series(newest(store))
    assert recollection.unread == 0
    assert recollection.series.positions[0] == 0
    assert recollection.series.positions[-20:].tolist() == list(range(COUNT - 20, COUNT))
    assert len(recollection.series) <= 50
    assert crossings(recollection.series) == crossings(whole)


@pytest.mark.usefixtures("small")
def test_each_portion_that_is_shown_is_in_order_and_reaches_the_newest(store: Store) -> None:
    # A clock that advances a second at every call: one portion a reading.
    ticks = count()
    recollection = Recollection(newest(store), newest_first=True, clock=lambda: next(ticks))
    firsts = []
    while recollection.more:
        recollection.read(store)
        positions = recollection.series.positions
        assert (positions[1:] > positions[:-1]).all()
        assert positions[-1] == COUNT - 1
        firsts.append(int(positions[0]))
    assert firsts == sorted(firsts, reverse=True)
    assert len(set(firsts)) > 3


def test_a_replay_begins_at_the_beginning(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_cache, "CHUNK", 10)
    ticks = count()
    recollection = Recollection(newest(store), newest_first=False, clock=lambda: next(ticks))
    recollection.read(store)
    assert recollection.series.positions[0] == 0
    assert len(recollection.series) < COUNT
    assert recollection.unread == 0
    finished(recollection, store)
    assert recollection.series.positions.tolist() == list(range(COUNT))


@pytest.mark.usefixtures("small")
def test_around_a_playhead_that_stays_near_all_snapshots_are_fetched(store: Store) -> None:
    recollection = finished(Recollection(newest(store), newest_first=True), store)
    before = recollection.series
    recollection.look(store, 40)
    assert recollection.series is before
    recollection.look(store, 41)
    assert set(range(33, 49)) <= set(recollection.series.positions.tolist())
    fetched = recollection.series
    recollection.look(store, 42)
    assert recollection.series is fetched
    recollection.look(store, 100)
    recollection.look(store, 101)
    assert recollection.series.positions.tolist() != fetched.positions.tolist()
    assert len(recollection.series) <= 50 + 16


@pytest.mark.usefixtures("small")
def test_nothing_is_fetched_near_the_newest(store: Store) -> None:
    recollection = finished(Recollection(newest(store), newest_first=True), store)
    before = recollection.series
    for position in (COUNT - 1, COUNT - 1, COUNT - 3):
        recollection.look(store, position)
    assert recollection.series is before


@pytest.mark.usefixtures("small")
def test_a_store_that_fails_in_the_middle_leaves_no_hole(state: Path) -> None:
    class Failing(Store):
        left = 4

        def series(  # type: ignore[no-untyped-def]  # as the store's own
            self, *args, **options
        ):
            if self.left == 0:
                self.left = 1000
                raise StoreError("the disk fails")
            self.left -= 1
            return super().series(*args, **options)

    with Failing.open(state) as store:
        recollection = Recollection(newest(store), newest_first=True)
        recollection.read(store)
        with pytest.raises(StoreError):
            recollection.read(store)
        finished(recollection, store)
        assert crossings(recollection.series) == crossings(store.series(newest(store)))
        assert recollection.series.positions[0] == 0


@pytest.mark.usefixtures("small")
def test_while_older_ones_are_unread_the_first_in_hand_crosses_nothing(state: Path) -> None:
    reader = Reader(lambda: Store.open(state), lambda store: newest(store), "", newest_first=True)
    first = reader.poll()
    assert first.view is not None
    assert first.more
    assert first.view.unread == COUNT - 20
    assert first.view.series.severity[0, 0] > 1.0
    assert first.view.crossings == ()
    assert len(first.view.events) > 1
    while (reading := reader.poll()).more:
        pass
    assert reading.view is not None
    assert [crossing.up for crossing in reading.view.crossings] == [True]
    assert reader.poll().view is reading.view


@pytest.mark.usefixtures("small")
def test_between_two_that_were_left_of_many_there_was_no_silence(store: Store) -> None:
    recollection = finished(Recollection(newest(store), newest_first=True), store)
    positions = recollection.series.positions
    index = int((positions[1:] - positions[:-1] > 4).argmax())
    reader = Reader(lambda: store, lambda store: newest(store), "", newest_first=True)
    while (reading := reader.poll()).more:
        pass
    assert reading.view is not None
    just_before_the_next = int(recollection.series.at[index + 1]) - 1
    frame = Frame(reading.view, Playhead(just_before_the_next))
    assert frame.index == index
    assert not frame.silent
    assert frame.interval == synthetic.INTERVAL.total_seconds() * 1e6


@pytest.mark.usefixtures("small")
def test_snapshots_are_counted_as_the_record_counts_them_however_many_are_in_hand(store: Store) -> None:
    series = finished(Recollection(newest(store), newest_first=True), store).series
    gone = next(number for number in range(COUNT) if number not in series.positions)
    last = Playhead(int(series.at[-1]))
    assert typed(str(COUNT - 1), series.at, series.positions, None, UTC) == last.at
    before = typed(str(gone), series.at, series.positions, None, UTC)
    assert before == series.at[series.positions < gone][-1]
    assert typed(str(COUNT), series.at, series.positions, None, UTC) is None
    assert behind(last, series.at, series.positions)[0] == 0
    assert behind(Playhead(int(series.at[0])), series.at, series.positions)[0] == COUNT - 1
