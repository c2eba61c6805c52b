"""Rows of slow sensors beside a watched folder: the values of the finished run, after a bounded wait."""

import math
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from replay.incoming.complete_files import RETRY_SECONDS, NotYetError
from replay.recording import RecordingFormat, SlowRows
from replay.run import open_run
from tests.replay.watched_folder import LONG_AGO, NAME, Rig

BEFORE = "Time,Temp\n2004-02-12T10:31:00,50.5\n2004-02-12T10:32:00,51.5\n"
AFTER = "2004-02-12T10:33:00,99\n"


@pytest.fixture
def rig(tmp_path: Path, form: RecordingFormat) -> Rig:
    return Rig(tmp_path, replace(form, slow=SlowRows("temp.csv", ("Temp",), wait=3600.0)))


def just_written(path: Path) -> None:
    os.utime(path, ns=(time.time_ns(), time.time_ns()))


def test_a_recording_waits_for_the_next_row_and_takes_the_one_before(rig: Rig) -> None:
    path = rig.write(NAME, age=LONG_AGO)
    just_written(path)
    rows = rig.write("temp.csv", BEFORE.encode(), age=LONG_AGO)
    (one,) = rig.inbox.scan({}, rig.hint(NAME)).ready
    with pytest.raises(NotYetError, match="waits for a row of the slow sensors"):
        rig.inbox.read(one)
    rows.write_text(BEFORE + AFTER)
    rig.clock.advance(RETRY_SECONDS)
    live, _ = rig.inbox.read(one)
    assert live.slow == (51.5,)
    (entry,) = open_run(rig.folder, rig.inbox.form).entries
    assert entry.name == NAME
    assert open_run(rig.folder, rig.inbox.form).read(0).slow == live.slow


def test_a_recording_whose_wait_is_over_takes_what_is_known(rig: Rig) -> None:
    rig.write(NAME, age=LONG_AGO)
    (one,) = rig.scan().ready
    live, _ = rig.inbox.read(one)
    assert math.isnan(live.slow[0])
    rig.write("temp.csv", BEFORE.encode(), age=LONG_AGO)
    assert rig.inbox.read(one)[0].slow == (51.5,)
