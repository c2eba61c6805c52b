"""A made-up rig as a run: it can be read like a folder, and in another process."""

import pickle

import numpy as np
import pytest

from replay.recording import RecordingFormat
from replay.synthetic.rig import Changes, Rig
from replay.synthetic.run import made_up_run

RIG = Rig(4, rows=2048, channels=2, snapshots=5, interval=30.0, changes=Changes(speed_share=0.03))
FORM = RecordingFormat("rig", sample_rate=RIG.rate, columns=2, rows=2048)


def test_a_run_has_as_many_snapshots_as_the_rig_at_its_interval() -> None:
    run = made_up_run(RIG, FORM)
    assert len(run) == RIG.snapshots
    seconds = {(b.time - a.time).total_seconds() for a, b in zip(run.entries, run.entries[1:], strict=False)}
    assert seconds == {RIG.interval}
    assert run.read(0).signal.shape == (2048, 2)


def test_a_pickled_run_reads_the_same() -> None:
    run = made_up_run(RIG, FORM)
    again = pickle.loads(pickle.dumps(run))
    np.testing.assert_array_equal(run.read(3).signal, again.read(3).signal)


@pytest.mark.parametrize("tells_speed", [True, False])
def test_a_snapshot_states_the_speed_only_where_asked(tells_speed: bool) -> None:
    speeds = [made_up_run(RIG, FORM, tells_speed=tells_speed).read(index).speed for index in range(3)]
    if not tells_speed:
        assert speeds == [None] * 3
        return
    assert len(set(speeds)) == 3
    assert all(speed is not None and abs(speed / RIG.shaft - 1) < 0.2 for speed in speeds)
