"""The reader reads only new rows, and reports read errors in a sentence."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnusableError
from engine.records.assessment import Assessment, Quality
from engine.records.events import Action, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.records.renames import NewNames
from engine.records.thinning import taken
from engine.store.store import Store, StoreError
from engine.system.lease import lease
from tests.engine.records.test_thinning import series
from tests.engine.store_items import acknowledge
from tests.tui import synthetic
from tui.data import series_cache
from tui.data.crossings import Crossing, crossings, more_crossings
from tui.data.reader import Reader, running_up_to
from tui.data.view import NEWEST, View


def newest(store: Store) -> Assessment | None:
    return next(reversed(store.assessments()), None)


def test_until_the_engine_has_made_its_store_there_is_no_trouble_and_then_it_is_read(tmp_path: Path) -> None:
    reader = Reader(lambda: Store.open(tmp_path), newest, "")
    before = reader.poll()
    assert before.view is None
    assert before.trouble == ""
    (tmp_path / "raceway.db").touch()
    assert reader.poll() == before
    (tmp_path / "raceway.db").unlink()
    synthetic.fill(tmp_path, 10)
    after = reader.poll()
    assert after.view is not None
    assert after.trouble == ""
    assert len(after.view.series) == 10


def test_until_the_engine_has_begun_there_is_nothing_to_see_and_no_trouble(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        reading_ = Reader(lambda: store, newest, "").poll()
    assert (reading_.view, reading_.trouble) == (None, "")


SEVERITIES = st.lists(st.sampled_from([0.4, 0.9, 1.0, 1.6, float("nan")]), min_size=1, max_size=40)


@given(SEVERITIES, st.lists(st.integers(1, 40), max_size=5), st.booleans(), st.integers(1, 4))
def test_crossings_found_bit_by_bit_are_those_of_the_whole(
    severities: list[float], cuts: list[int], begun: bool, tail: int
) -> None:
    one = series(severities, baseline=3)
    whole = replace(one, severity=np.column_stack([one.severity, one.severity[::-1]]))
    ends = sorted({min(cut, len(whole)) for cut in cuts} | {len(whole)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.data.crossings.TAIL", tail)
        old = taken(whole, np.arange(ends[0]))
        found = crossings(old, begun)
        for end in ends:
            more = taken(whole, np.arange(end))
            found = more_crossings(old, found, more, begun)
            assert found == crossings(more, begun)
            old = more


def test_crossings_of_a_series_that_changed_before_its_end_are_found_anew() -> None:
    old = series([0.4, 1.6, 0.4, 0.4])
    thinned = taken(old, np.array([0, 2, 3]))
    assert len(crossings(old)) == 2
    assert more_crossings(old, crossings(old), thinned) == ()


def test_who_insists_is_refused_what_is_not_there(tmp_path: Path) -> None:
    def none_fits(_store: Store) -> Assessment | None:
        raise UnusableError("nothing of machine 'press'")

    synthetic.fill(tmp_path, 10)
    with pytest.raises(UnusableError, match="nothing of machine 'press'"):
        Reader(lambda: Store.open(tmp_path), none_fits, "", insists=True).poll()
    with pytest.raises(StoreError, match="no store here yet"):
        Reader(lambda: Store.open(tmp_path / "other"), newest, "", insists=True).poll()


def test_who_insisted_and_had_a_view_is_told_of_trouble_like_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthetic.fill(tmp_path, 10)
    reader = Reader(lambda: Store.open(tmp_path), newest, "", insists=True)
    first = reader.poll()

    def busy(_store: Store) -> int:
        raise StoreError("held by another program")

    monkeypatch.setattr(Store, "data_version", busy)
    assert (reader.poll().view, reader.poll().trouble) == (first.view, "held by another program")


def test_nothing_new_is_the_very_same_view(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 10)
    reader = Reader(lambda: Store.open(tmp_path), newest, "")
    assert reader.poll().view is reader.poll().view


def test_what_the_engine_adds_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_cache, "CHUNK", 7)
    assessment = synthetic.fill(tmp_path, 50)
    reader = Reader(lambda: Store.open(tmp_path), newest, "")
    first = reader.poll().view
    with Store.open(tmp_path) as engine:
        engine.append(assessment, [synthetic.assessed(number) for number in range(50, 120)], synthetic.WALL)
        synthetic.beat(engine, assessment, Phase.SCORING, 120)
        whole = engine.series(assessment)
        events = engine.events(assessment)
    second = reader.poll().view
    assert first is not None
    assert second is not None
    assert len(first.series) == 50
    assert second.series.names == whole.names
    columns = ("positions", "at", "baseline", "error", "limit", "severity", "share", "figures", "velocity")
    for column in columns:
        np.testing.assert_array_equal(getattr(second.series, column), getattr(whole, column))
    assert (second.series.quality == whole.quality).all()
    assert second.events == events
    assert second.heartbeat is not None
    assert second.heartbeat.done == 120


def test_who_follows_has_the_newest_snapshot_its_picture_and_evidence_at_one_look(tmp_path: Path) -> None:
    def looked(_store: Store, view: View) -> object:
        return view.picture_position

    assessment = synthetic.fill(tmp_path, 50)
    reader = Reader(lambda: Store.open(tmp_path), newest, "")
    assert reader.poll(NEWEST, looked).extra == 49
    with Store.open(tmp_path) as engine:
        engine.append(assessment, [synthetic.assessed(50)], synthetic.WALL)
    found = reader.poll(NEWEST, looked)
    assert found.view is not None
    assert found.view.picture is not None
    assert (found.view.picture_position, found.extra) == (50, 50)
    assert reader.poll(20, looked).extra == 20


def test_a_picture_is_fetched_when_it_is_asked_for(whole_store: Path) -> None:
    reader = Reader(lambda: Store.open(whole_store), newest, "")
    assert reader.poll().view.picture is None  # type: ignore[union-attr]  # a failure either way
    view = reader.poll(80).view
    assert view is not None
    assert view.picture is not None
    assert view.picture_position == 80
    missing = reader.poll(5000).view
    assert missing is not None
    assert missing.picture is None


def test_a_store_that_fails_is_told_beside_the_last_good_view(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 10)

    class Failing(Store):
        broken = False

        def data_version(self) -> int:
            if self.broken:
                raise OSError("Input/output error")
            return super().data_version()

    store = Failing.open(tmp_path)
    reader = Reader(lambda: store, newest, "")

    def look(_store: Store, view: View) -> str:
        return view.assessment.machine

    good = reader.poll(look=look)
    store.broken = True
    bad = reader.poll(look=look)
    assert bad.view is good.view
    # A list of machines that turned empty would look as if there were none.
    assert (bad.extra, bad.looked) == (good.extra, look)
    assert "Input/output error" in bad.trouble
    store.broken = False
    assert reader.poll().trouble == ""


def test_an_error_of_the_store_is_passed_on_in_its_own_words() -> None:
    def refuse() -> Store:
        raise StoreError("the engine could not start: no such bundle")

    assert Reader(refuse, newest, "").poll().trouble == "the engine could not start: no such bundle"


def test_whether_an_engine_is_at_work_is_told_whatever_its_heartbeat_says(own_store: Path) -> None:
    with Store.open(own_store) as store:
        key = store.assessments()[-1].key
    reader = Reader(lambda: Store.open(own_store), newest, "")
    assert not reader.poll().there
    with lease(own_store / "leases", key):
        assert reader.poll().there
    assert not reader.poll().there


def test_acknowledgements_of_another_session_are_not_seen(own_store: Path) -> None:
    with Store.open(own_store) as store:
        assessment = store.assessments()[-1]
        ring = next(event for event in store.events(assessment) if event.alarm)
        acknowledge(store, assessment, ring, "bob", "other", ring.at)
    for session, seen in (("night shift", 0), ("other", 1)):
        view = Reader(lambda: Store.open(own_store), newest, session).poll().view
        assert view is not None
        assert sum(event.ring == ring.seq for event in view.events) == seen


def test_crossings_are_found_both_ways_and_never_in_the_baseline(whole_store: Path) -> None:
    view = Reader(lambda: Store.open(whole_store), newest, "").poll().view
    assert view is not None
    assert [(crossing.component, crossing.up) for crossing in view.crossings] == [(0, True)]
    series = view.series
    series.severity[synthetic.BASELINE - 2, 1] = 5.0
    series.severity[60, 2] = 1.0
    when = [int(series.at[number]) for number in (60, 61, synthetic.ONSET)]
    assert crossings(series) == (
        Crossing(when[0], 2, True),
        Crossing(when[1], 2, False),
        Crossing(when[2], 0, True),
    )


@pytest.mark.parametrize(
    ("quality", "position", "expected"),
    [
        ("rrrss", 4, 2),
        ("rrrss", 3, 2),
        ("rrrss", 1, 1),
        ("sssss", 4, 4),
        ("srsrs", 4, 3),
        ("srsrs", 0, 0),
    ],
)
def test_the_picture_is_that_of_the_last_running_snapshot(
    view: View, quality: str, position: int, expected: int
) -> None:
    words = {"r": Quality.RUNNING.value, "s": Quality.STOPPED.value}
    column = np.array([[words[one]] * 4 for one in quality], dtype=object)
    made = replace(
        view.series,
        **{
            field.name: getattr(view.series, field.name)[:5]
            for field in fields(view.series)
            if field.name != "quality"
        },
        quality=column,
    )
    assert running_up_to(made, position) == expected


def test_a_picture_is_found_at_the_end_of_a_long_rest(view: View) -> None:
    rest = np.full((len(view.series), 4), Quality.STOPPED.value, dtype=object)
    rest[0] = Quality.RUNNING.value
    made = replace(view.series, quality=rest)
    assert running_up_to(made, len(made) - 1) == 0
    assert running_up_to(made, None) is None


def test_console_shows_a_record_under_the_new_names_of_its_components(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 10)
    with Store.open(tmp_path) as store:
        reader = Reader(lambda: Store.open(tmp_path), newest, "")
        old, at = store.assessments()[-1], synthetic.at(9)
        first = old.components[0]
        detail = {"cause": "limit", "priority": "medium"}
        ring = NewEvent(EventKind.RAISED, at, "component", first, f"{first}/limit/a.csv", detail=detail)
        store.add_event(old, ring, at)
        before = reader.poll().view
        assert before is not None
        assert reader.poll().view is before
        names = {first: "Drive end"}
        asked = store.request(old, Action.RENAME, by="ada", now=at, at=at)
        new = NewNames(names, ("Drive end", *old.components[1:]), "another key", {})
        store.rename(old, new, [NewEvent(EventKind.RENAMED, at, detail={"names": names})], asked, at)
        after = reader.poll().view
        assert after is not None
        assert after.assessment.components == new.components
        assert after.series.severity.tolist() == before.series.severity.tolist()
        raised = [(one.component, one.alarm) for one in after.events if one.kind is EventKind.RAISED]
        assert raised == [("Drive end", "Drive end/limit/a.csv")]
        again = reader.poll().view
        reader.close()
    assert again is after


def test_long_look_is_repeated_for_new_rows_after_a_rest_and_at_once_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.data import reader as module

    synthetic.fill(tmp_path, 10)
    seconds = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: seconds[0])
    looks: list[str] = []

    def long_look(_store: Store, _view: View) -> int:
        looks.append("long")
        seconds[0] += 2.0
        return len(looks)

    def other_look(_store: Store, _view: View) -> int:
        looks.append("other")
        return 0

    def write(store: Store) -> None:
        store.beat(store.assessments()[-1], Heartbeat(synthetic.WALL, 1, Phase.SCORING, 1, 1, ""))

    reader = Reader(lambda: Store.open(tmp_path), newest, "")
    with Store.open(tmp_path) as store:
        assert reader.poll(look=long_look).extra == 1
        write(store)
        seconds[0] += 7.9
        assert reader.poll(look=long_look).extra == 1
        seconds[0] += 0.2
        assert reader.poll(look=long_look).extra == 2
        write(store)
        reader.poll(look=other_look)
    assert looks == ["long", "long", "other"]
