"""Results belong to the recordings that were read, not to their names."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assessment.batch import Outcome
from engine.assessment.run_identity import key_of_run
from engine.assessment.state import unpack_state
from engine.records.events import EventKind
from engine.records.picker import pick
from engine.reports.scores_and_alarms import write_results
from engine.store.location import FILE_NAME
from engine.store.store import Store
from engine.store.upkeep.integrity import check
from replay.run import Run, open_run
from tests.engine.rigs import SMALL_COUNT, SMALL_FAULT, SmallRig, assessed, first_recordings, small_name

LATER = 4_000_000_000


def copy_of(rig: SmallRig, folder: Path) -> Run:
    shutil.copytree(rig.run.folder, folder)
    return opened(rig, folder)


def opened(rig: SmallRig, folder: Path) -> Run:
    return open_run(folder, rig.settings.recording_format())


def rewrite(path: Path, content: bytes) -> None:
    """Write a file as if it were mended long after the assessment."""
    path.write_bytes(content)
    os.utime(path, (LATER, LATER))


def turned_round(rig: SmallRig, folder: Path) -> Run:
    """Return a copy of the run with its recordings in reverse order under the same names."""
    run = copy_of(rig, folder)
    names = [entry.name for entry in run.entries]
    for name, source in zip(names, reversed(names), strict=True):
        shutil.copyfile(rig.run.folder / source, folder / name)
    return run


def rows_of(state: Path, outcome: Outcome) -> list[tuple[object, ...]]:
    with Store.open(state) as store:
        return [tuple(row) for row in store.score_rows(outcome.assessment)]


def test_another_run_under_the_same_names_is_scored_beside_the_first(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    other = turned_round(small_rig, tmp_path / "two")
    first = assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
    before = rows_of(state, first)
    second = assessed(other, small_rig.settings, state, small_rig.bundle)
    assert second.scored_now == SMALL_COUNT
    alone = assessed(other, small_rig.settings, tmp_path / "alone", small_rig.bundle)
    assert rows_of(state, second) == rows_of(tmp_path / "alone", alone)
    assert rows_of(state, first) == before
    with Store.open(state) as store:
        assert {finding.sound for finding in check(store, unpack_state)} == {True}
        assert pick(store.assessments(), None, state) == second.assessment
        again = assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
        assert (again.scored_now, again.assessment.id) == (0, first.assessment.id)
        # The run that was named last is the one that is shown.
        assert pick(store.assessments(), None, state).id == first.assessment.id


def test_any_number_of_runs_lie_beside_each_other_and_each_can_grow(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    runs = [copy_of(small_rig, tmp_path / "0"), turned_round(small_rig, tmp_path / "1")]
    runs.append(copy_of(small_rig, tmp_path / "2"))
    shutil.copyfile(runs[0].location(3), runs[2].location(10))
    half = [first_recordings(run, SMALL_COUNT // 2) for run in runs]
    begun = [assessed(run, small_rig.settings, state, small_rig.bundle).assessment.id for run in half]
    assert len(set(begun)) == len(runs)
    for run, number in zip(reversed(runs), reversed(begun), strict=True):
        grown = assessed(run, small_rig.settings, state, small_rig.bundle)
        assert grown.assessment.id == number
        assert grown.assessment.expected == SMALL_COUNT
        with Store.open(state) as store:
            assert len(store.series(grown.assessment)) == SMALL_COUNT


@pytest.mark.parametrize("position", [0, 21, SMALL_COUNT - 1])
def test_one_recording_that_was_replaced_is_noticed(
    small_rig: SmallRig, tmp_path: Path, position: int
) -> None:
    run = copy_of(small_rig, tmp_path / "run")
    first = assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    place = run.location(position)
    kept = place.stat()
    content = bytearray(place.read_bytes())
    content[-4] = ord("1") if content[-4] != ord("1") else ord("2")
    place.write_bytes(content)
    # Neither size nor the time that a program can set tells.
    os.utime(place, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert place.stat().st_size == kept.st_size
    second = assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    assert second.scored_now == SMALL_COUNT
    assert second.assessment.id != first.assessment.id


def test_unchanged_files_are_not_read_again(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy_of(small_rig, tmp_path / "run")
    assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    read = []
    whole = Run.read
    monkeypatch.setattr(Run, "read", lambda self, index: read.append(index) or whole(self, index))
    os.utime(run.location(7))
    assert assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle).scored_now == 0
    assert read == [7]


def test_recording_that_was_added_in_the_middle_is_scored_in_its_place(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    run = copy_of(small_rig, tmp_path / "run")
    kept = run.location(33).rename(tmp_path / "kept")
    assessed(opened(small_rig, run.folder), small_rig.settings, tmp_path / "state", small_rig.bundle)
    kept.rename(run.location(33))
    outcome = assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    with Store.open(tmp_path / "state") as store:
        assert store.series(outcome.assessment).names == tuple(entry.name for entry in run.entries)
        assert not store.rejections(outcome.assessment)


def test_recordings_of_an_earlier_raceway_are_known_by_their_figures(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    run = copy_of(small_rig, tmp_path / "run")
    first = assessed(run, small_rig.settings, state, small_rig.bundle)
    with closing(sqlite3.connect(state / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE snapshot SET content = X''")
        connection.execute("UPDATE assessed SET size = NULL, changed_ns = NULL")
    again = assessed(run, small_rig.settings, state, small_rig.bundle)
    assert (again.scored_now, again.assessment.id) == (0, first.assessment.id)
    rewrite(run.location(21), (small_rig.run.folder / small_name(60)).read_bytes())
    assert assessed(run, small_rig.settings, state, small_rig.bundle).assessment.id != first.assessment.id


def test_a_copy_of_the_same_recordings_adds_nothing(small_rig: SmallRig, tmp_path: Path) -> None:
    assessed(small_rig.run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    run = copy_of(small_rig, tmp_path / "copy")
    for entry in run.entries:
        os.utime(run.folder / entry.name, (LATER, LATER))
    assert assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle).scored_now == 0


@pytest.mark.parametrize("bad", [range(SMALL_COUNT - 10, SMALL_COUNT), range(20, 30)], ids=["last", "middle"])
def test_files_that_were_mended_are_scored_by_the_same_command(
    small_rig: SmallRig, tmp_path: Path, bad: range
) -> None:
    run = copy_of(small_rig, tmp_path / "run")
    for position in bad:
        run.location(position).write_bytes(b"no numbers\n")
    state = tmp_path / "state"
    before = assessed(run, small_rig.settings, state, small_rig.bundle)
    for position in bad:
        rewrite(run.location(position), (small_rig.run.folder / small_name(position)).read_bytes())
    after = assessed(run, small_rig.settings, state, small_rig.bundle)
    with Store.open(state) as store:
        assert [len(store.rejections(one.assessment)) for one in (before, after)][1] == 0
        summary = write_results(tmp_path / "out", store, after, run)
        assert store.series(after.assessment).names == tuple(entry.name for entry in run.entries)
    assert summary["rejected"] == []
    assert summary["scored"] == SMALL_COUNT
    # The command again adds nothing.
    assert assessed(run, small_rig.settings, state, small_rig.bundle).scored_now == 0


def test_results_count_the_recordings_of_the_run_that_is_named(small_rig: SmallRig, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assessed(small_rig.run, small_rig.settings, state, small_rig.bundle)
    short = first_recordings(small_rig.run, SMALL_FAULT)
    outcome = assessed(short, small_rig.settings, state, small_rig.bundle)
    with Store.open(state) as store:
        assert len(store.series(outcome.assessment)) == SMALL_FAULT


def test_run_that_begins_later_is_another_assessment(small_rig: SmallRig, tmp_path: Path) -> None:
    later = replace(small_rig.run, entries=small_rig.run.entries[20:])
    with Store.open(tmp_path, create=True) as store:
        digest = small_rig.bundle.digest()
        keys = {key_of_run(run, small_rig.settings, store, digest) for run in (small_rig.run, later)}
    assert len(keys) == 2


def test_a_bundle_mutes_no_other_run_that_has_the_times_of_its_baseline(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    other = copy_of(small_rig, tmp_path / "two")
    names = [entry.name for entry in other.entries]
    faulty = names[SMALL_FAULT:]
    for index, name in enumerate(names[:SMALL_FAULT]):
        shutil.copyfile(small_rig.run.folder / faulty[index % len(faulty)], other.folder / name)
    outcome = assessed(other, small_rig.settings, tmp_path / "state", small_rig.bundle)
    end = small_rig.bundle.baseline.end
    with Store.open(tmp_path / "state") as store:
        events = store.events(outcome.assessment)
        learned = store.series(outcome.assessment).baseline
    assert [event for event in events if event.kind is EventKind.RAISED and event.at <= end]
    assert not learned.any()
    assert {event.kind for event in events} & {EventKind.LEARNED, EventKind.BUNDLE} == {EventKind.BUNDLE}


def test_a_bundle_knows_the_run_that_it_was_learned_from_again_in_parts_and_under_other_names(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    for first in (0, 3):
        folder = tmp_path / f"from-{first}"
        folder.mkdir()
        for entry in small_rig.run.entries[first:]:
            shutil.copyfile(small_rig.run.folder / entry.name, folder / entry.name)
        outcome = assessed(opened(small_rig, folder), small_rig.settings, folder / "st", small_rig.bundle)
        with Store.open(folder / "st") as store:
            series = store.series(outcome.assessment)
        learned = series.baseline.tolist()
        assert sum(learned) == small_rig.bundle.baseline.count - first
        assert learned == sorted(learned, reverse=True)


def test_a_bundle_of_an_earlier_release_goes_by_the_times_of_its_baseline(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    earlier = replace(small_rig.bundle, baseline=replace(small_rig.bundle.baseline, marks=()))
    outcome = assessed(
        turned_round(small_rig, tmp_path / "two"), small_rig.settings, tmp_path / "st", earlier
    )
    with Store.open(tmp_path / "st") as store:
        assert store.series(outcome.assessment).baseline.any()
