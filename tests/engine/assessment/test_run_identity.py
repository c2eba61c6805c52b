"""Results belong to the recordings that were read, not to their names."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assessment.run_identity import OtherRunError, key_of_run
from engine.reports.scores_and_alarms import write_results
from engine.store.store import Store
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


def test_another_run_under_the_same_names_is_refused_and_the_first_keeps_its_results(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    run = copy_of(small_rig, tmp_path / "one")
    assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    other = copy_of(small_rig, tmp_path / "two")
    names = [entry.name for entry in other.entries]
    # The same names, with the recordings of other times.
    for name, source in zip(names, reversed(names), strict=True):
        shutil.copyfile(run.folder / source, other.folder / name)
    with pytest.raises(
        OtherRunError, match=r"differs from the recording that was scored as small rig .*--state"
    ):
        assessed(other, small_rig.settings, tmp_path / "state", small_rig.bundle)
    again = assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    assert again.scored_now == 0


def test_one_recording_that_was_replaced_is_noticed(small_rig: SmallRig, tmp_path: Path) -> None:
    run = copy_of(small_rig, tmp_path / "run")
    assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    rewrite(run.location(21), (small_rig.run.folder / small_name(60)).read_bytes())
    with pytest.raises(OtherRunError, match=small_name(21)):
        assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)


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
