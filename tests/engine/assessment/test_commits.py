"""Snapshots are examined in parallel, kept in order, and stored in whole batches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.assessment import commits
from engine.assessment.commits import COMMIT_MOST, Batch
from engine.assessment.live_record import LiveRecord
from engine.assessment.state import State, first_state
from engine.config.channels import Layout
from engine.records.assessment import Assessed, Assessment, Quality, Score, SnapshotFacts
from engine.records.intake import Intake
from engine.store.store import Store
from engine.system.processes import ordered_map
from engine.system.processes.ordered_map import in_order
from replay.recording import RecordingError
from tests.engine.rigs import WALL, wall

LAYOUT = Layout(("Fan",), ((1,),), np.array([True]), np.ones(1, np.float32), ("g",))


def test_work_in_threads_comes_out_in_order_with_bad_recordings_in_their_place() -> None:
    def work(index: int) -> int:
        if index % 7 == 3:
            raise RecordingError(f"{index}", "bad")
        return index * index

    results = list(in_order(work, range(100)))
    assert [result for result in results if isinstance(result, int)] == [
        index * index for index in range(100) if index % 7 != 3
    ]
    assert [place for place, result in enumerate(results) if isinstance(result, RecordingError)] == [
        *range(3, 100, 7)
    ]


def test_fault_that_is_no_bad_recording_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda index: 1 // (5 - index), range(9)))


def test_only_a_few_snapshots_are_read_ahead_of_the_one_that_is_judged() -> None:
    begun: list[int] = []
    results = in_order(lambda index: begun.append(index) or index, range(1000))
    for wanted in range(100):
        assert next(results) == wanted
        assert len(begun) <= wanted + ordered_map.AHEAD
    results.close()


def item(position: int) -> Assessed:
    scores = (Score("Fan", Quality.RUNNING, False, 1.0, 2.0, 0.5, 1.0),)
    facts = SnapshotFacts(f"{position}", WALL + position * timedelta(1), 1e3, 64, np.ones((1, 4), np.float32))
    return Assessed(position, facts, False, scores, (), None, None)


def state(position: int) -> State:
    first = first_state(LAYOUT, (1, 2))
    return replace(first, smoothing=replace(first.smoothing, quick=np.full((1, 2), position, np.float32)))


class Listening(Store):
    """A store that counts the snapshots of each commit."""

    commits: list[list[bool]]

    def append(
        self,
        assessment: Assessment,
        items: Sequence[Assessed],
        now: datetime,
        intake: Sequence[Intake] = (),
    ) -> None:
        self.commits.append([one.state is not None for one in items])
        super().append(assessment, items, now, intake)


def stored(folder: Path, count: int) -> Listening:
    with Listening.open(folder, create=True) as store:
        store.commits = []
        assessment = store.begin_assessment(
            machine="rig",
            key="k",
            model="spectral",
            seed=0,
            run="/run",
            expected=count,
            components=LAYOUT.components,
            channels=LAYOUT.channels,
            units=LAYOUT.units,
            settings={},
            now=WALL,
        )
        batch = Batch(LiveRecord(store, assessment, wall))
        for position in range(count):
            batch.add(item(position), state(position).pack)
        batch.commit()
        batch.commit()
        assert len(store.series(assessment)) == count
        resume = store.resume_point(assessment)
        assert resume is not None
        assert resume[0] == count - 1
        assert resume[2] == state(count - 1).pack()
    return store


def test_last_snapshot_of_each_commit_carries_the_state_and_the_others_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "COMMIT_SECONDS", float("inf"))
    stored_commits = stored(tmp_path, 2 * COMMIT_MOST + 5).commits
    assert [len(commit) for commit in stored_commits] == [COMMIT_MOST, COMMIT_MOST, 5]
    assert all(commit == [False] * (len(commit) - 1) + [True] for commit in stored_commits)


def test_snapshot_does_not_wait_for_others_once_the_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "COMMIT_SECONDS", 0.0)
    assert stored(tmp_path, 5).commits == [[True]] * 5
