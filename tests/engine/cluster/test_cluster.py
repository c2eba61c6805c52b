"""A cluster of two processes gives what one process gives, bit for bit, and says what it lacks."""

import errno
import logging
import pickle
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.assessment.batch import assess
from engine.assessment.examination import Examined
from engine.cluster import cluster as room
from engine.cluster import examining
from engine.cluster.cluster import Cluster, ClusterError, ClusterLostError, local_count, name_of, open_cluster
from engine.cluster.examining import Left, Portion, Unreadable, examine_portion, missing_file, taken
from engine.reports.scores_and_alarms import write_results
from engine.store.store import Store
from engine.system.processes.child_process import environment
from replay.recording import RecordingError
from replay.run import Run, open_run
from tests.engine.rigs import WALL, SmallRig, assessed, facts_of, first_recordings, scorer_of, wall


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="needs the extra raceway[cluster]")
    with open_cluster("local:2") as opened:
        yield opened


def again_of(rig: SmallRig, run: Run | None = None) -> Callable[[int], Examined]:
    from engine.assessment.examination import examined_entry

    scorer = scorer_of(rig.bundle, rig.settings)
    return lambda index: examined_entry(scorer, run or rig.run, index)


def files_of(folder: Path) -> dict[str, str]:
    """Return the result files of a folder, without the lines that state seconds."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            lines = [line for line in path.read_text().splitlines() if "second" not in line]
            found[path.name] = "\n".join(lines)
    return found


def scored(rig: SmallRig, run: Run, place: Path, cluster: Cluster | None) -> dict[str, str]:
    with Store.open(place / "store", create=True) as store:
        spread = None if cluster is None else cluster.examine
        outcome = assess(run, rig.settings, store, now=wall, bundle=rig.bundle, spread=spread)
        write_results(place, store, outcome, run)
    return files_of(place)


# The same results


def test_the_cluster_writes_the_files_and_rows_of_one_process(
    small_rig: SmallRig, cluster: Cluster, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(small_rig.run.folder, folder)
    torn = sorted(folder.iterdir())[20]
    torn.write_bytes(torn.read_bytes()[:900])
    run = open_run(folder, small_rig.settings.recording_format())
    one = scored(small_rig, run, tmp_path / "one", None)
    spread = scored(small_rig, run, tmp_path / "spread", cluster)
    assert "alarms.csv" in one
    assert len(one["alarms.csv"].splitlines()) > 1
    assert torn.name in one["summary.json"]
    assert spread == one
    assert facts_of(tmp_path / "spread" / "store") == facts_of(tmp_path / "one" / "store")


def test_a_pass_that_broke_off_goes_on_from_the_store(
    small_rig: SmallRig, cluster: Cluster, batch: dict[str, object], tmp_path: Path
) -> None:
    assessed(first_recordings(small_rig.run, 47), small_rig.settings, tmp_path / "store", small_rig.bundle)
    asked: list[int] = []

    def examine(run: Run, settings: object, bundle: object, indices: range, again: object) -> object:
        asked.extend(indices)
        return cluster.examine(run, small_rig.settings, small_rig.bundle, indices, again_of(small_rig))

    with Store.open(tmp_path / "store") as store:
        assess(
            small_rig.run,
            small_rig.settings,
            store,
            now=lambda: WALL,
            bundle=small_rig.bundle,
            spread=examine,  # type: ignore[arg-type]
        )
    assert asked == list(range(47, len(small_rig.run)))
    assert facts_of(tmp_path / "store") == batch


def test_names_of_tasks_say_what_is_examined(small_rig: SmallRig) -> None:
    run, settings, bundle = small_rig.run, small_rig.settings, small_rig.bundle
    name = name_of(run, settings, bundle)
    assert name == name_of(*pickle.loads(pickle.dumps((run, settings, bundle))))
    others = {
        name_of(first_recordings(run, 50), settings, bundle),
        name_of(replace(run, folder=Path("/elsewhere")), settings, bundle),
        name_of(run, settings, replace(bundle, seed=bundle.seed + 1)),
    }
    assert len(others | {name}) == 4


# What is not as it should be


def test_a_file_that_a_worker_cannot_read_is_named_with_the_worker(
    small_rig: SmallRig, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(small_rig.run, folder=Path("/mnt/archive of years"))
    monkeypatch.setattr(Run, "stamp", lambda self, index: (1, 1))
    with pytest.raises(ClusterError, match=r"worker .+ \(process \d+\) cannot read /mnt/archive of years/"):
        list(cluster.examine(gone, small_rig.settings, small_rig.bundle, range(3), again_of(small_rig)))


def test_a_file_that_is_gone_here_too_is_a_rejected_recording(
    small_rig: SmallRig, cluster: Cluster, tmp_path: Path
) -> None:
    shutil.copytree(small_rig.run.folder, tmp_path / "run")
    run = open_run(tmp_path / "run", small_rig.settings.recording_format())
    run.location(1).unlink()
    found = list(
        cluster.examine(run, small_rig.settings, small_rig.bundle, range(3), again_of(small_rig, run))
    )
    assert [type(one) for one in found] == [Examined, RecordingError, Examined]


def test_a_worker_that_computes_other_numbers_is_refused(small_rig: SmallRig, cluster: Cluster) -> None:
    def other(index: int) -> Examined:
        return again_of(small_rig)(index + 1)

    fresh = Cluster("local:2", cluster._client)
    with pytest.raises(ClusterError, match="computes other numbers"):
        list(fresh.examine(small_rig.run, small_rig.settings, small_rig.bundle, range(3), other))


@pytest.mark.parametrize(("bytes_there", "words"), [(7, "reads another file"), (None, "")])
def test_a_file_of_another_size_on_a_worker_is_refused(
    small_rig: SmallRig,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    bytes_there: int | None,
    words: str,
) -> None:
    if bytes_there is not None:
        monkeypatch.setattr(Run, "stamp", lambda self, index: (bytes_there, 1))
    examining = cluster.examine(
        small_rig.run, small_rig.settings, small_rig.bundle, range(60, 62), again_of(small_rig)
    )
    if words:
        with pytest.raises(ClusterError, match=words):
            list(examining)
    else:
        assert len(list(examining)) == 2


def test_results_leave_the_signal_out_and_a_missing_file_is_told(small_rig: SmallRig) -> None:
    packed = pickle.dumps((small_rig.run, small_rig.settings, small_rig.bundle))
    portion = examine_portion("own", packed, [0, 1])
    assert isinstance(portion, Portion)
    assert [len(one.seen.signal) for one in portion.found if isinstance(one, Examined)] == [0, 0]
    assert missing_file(small_rig.run, 0) is None
    missing = missing_file(replace(small_rig.run, folder=Path("/nowhere")), 0)
    assert isinstance(missing, Unreadable)
    assert missing.why == "No such file or directory"


@pytest.mark.parametrize(
    "words", ["", "local:0", "local:x", "local:999", "tcp://", "tcp://host", "http://host:1", "8786"]
)
def test_words_that_name_no_cluster_are_refused(words: str) -> None:
    with pytest.raises(ClusterError, match="give tcp://HOST:PORT"):
        local_count(words)


def test_dask_that_is_not_installed_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ClusterError, match=r"pip install 'raceway\[cluster\]'"),
        open_cluster("local:1"),
    ):
        pytest.fail("opened")


def test_words_that_name_a_cluster() -> None:
    assert local_count("local:3") == 3
    assert (local_count("local") or 0) >= 1
    assert local_count("tcp://[::1]:8786") is None
    assert local_count("tls://daq.example:8786") is None


def test_a_scheduler_that_cannot_be_reached_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra raceway[cluster]")
    monkeypatch.setattr(room, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        pytest.raises(ClusterError, match="no scheduler answers there; start one with `dask scheduler`"),
        open_cluster(f"tcp://127.0.0.1:{port}"),
    ):
        pytest.fail("opened")


def test_a_scheduler_that_is_killed_leaves_what_is_stored(
    small_rig: SmallRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("distributed", reason="needs the extra raceway[cluster]")
    # Its loggers do not hand their records on; the reconnection that fails is logged by one of them.
    logging.getLogger("distributed.client").addHandler(caplog.handler)
    monkeypatch.setattr(room, "CONNECT_SECONDS", 2.0)
    monkeypatch.setattr(room, "PORTION", 4)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = (
        "import time; from distributed import LocalCluster;"
        f"LocalCluster(1, scheduler_port={port}, processes=False, dashboard_address=None); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], env=environment())
    try:
        _wait_for(port)
        with open_cluster(f"tcp://127.0.0.1:{port}") as opened:
            examining = opened.examine(
                small_rig.run, small_rig.settings, small_rig.bundle, range(60), again_of(small_rig)
            )
            next(examining)
            process.kill()
            process.wait()
            with pytest.raises(ClusterLostError, match="the same command goes on from there"):
                list(examining)
        assert caplog.records == []
    finally:
        logging.getLogger("distributed.client").removeHandler(caplog.handler)
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("no scheduler")


# Results in files


def test_result_that_a_full_disk_cuts_leaves_no_file(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_place: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(examining, "aligned", full)
    packed = pickle.dumps((small_rig.run, small_rig.settings, small_rig.bundle))
    assert isinstance(examine_portion("cut", packed, [0], str(tmp_path)), Portion)
    assert not list(tmp_path.iterdir())


def test_result_that_a_worker_of_this_computer_leaves_in_a_file_is_the_same(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    packed = pickle.dumps((small_rig.run, small_rig.settings, small_rig.bundle))
    sent = examine_portion("left", packed, [0, 1])
    left = examine_portion("left", packed, [0, 1], str(tmp_path))
    assert isinstance(left, Left)
    assert isinstance(sent, Portion)
    back = taken(left)
    for one, other in zip(back.found, sent.found, strict=True):
        assert isinstance(one, Examined)
        assert isinstance(other, Examined)
        assert np.array_equal(one.seen.spectrum, other.seen.spectrum)
        assert one.seen.spectrum.flags.aligned
    assert [one.content for one in back.found if isinstance(one, Examined)] == [
        one.content for one in sent.found if isinstance(one, Examined)
    ]
    assert (back.worker, back.release, len(back.found)) == (sent.worker, sent.release, 2)
    assert not list(tmp_path.iterdir())
    # Without the folder, as on a full disk, the connection takes it.
    assert isinstance(examine_portion("left", packed, [0], str(tmp_path / "nowhere")), Portion)


def test_cluster_leaves_no_file_behind(small_rig: SmallRig, cluster: Cluster) -> None:
    found = list(
        cluster.examine(small_rig.run, small_rig.settings, small_rig.bundle, range(20), again_of(small_rig))
    )
    assert len(found) == 20
    assert cluster._folder is not None
    assert not [one for one in Path(cluster._folder).iterdir() if one.is_file()]


def test_a_local_cluster_begins_without_a_warning_where_another_program_has_the_port_of_a_dashboard() -> None:
    code = (
        "import socket, warnings; from contextlib import suppress\n"
        "taken = socket.socket()\n"
        "with suppress(OSError): taken.bind(('127.0.0.1', 8787)); taken.listen()\n"
        "warnings.simplefilter('error', UserWarning)\n"
        "from engine.cluster.cluster import open_cluster\n"
        "if __name__ == '__main__':\n"
        "    with open_cluster('local:1'): print('open')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "open\n"), done.stderr


def test_the_same_recordings_can_be_examined_again_while_earlier_answers_are_known(
    small_rig: SmallRig, cluster: Cluster
) -> None:
    content = (small_rig.run, small_rig.settings, small_rig.bundle)
    again = again_of(small_rig)
    first = cluster.examine(*content, range(20), again)
    kept = next(first)
    # The first pass is not ended: the scheduler still knows its answers.
    second = list(cluster.examine(*content, range(20), again))
    first.close()
    assert isinstance(kept, Examined)
    assert next(one.content for one in second if isinstance(one, Examined)) == kept.content
    assert len(second) == 20
