"""The first steps of a watching engine: a folder that cannot be listed shows before the scoring is loaded."""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bundles.bundle import BundleError
from engine.live import watcher
from engine.live.founding import Founding, founded
from engine.live.watcher import Start, watch
from engine.records.events import Cause, EventKind
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.system.lease import LeaseTakenError
from engine.system.processes.child_process import environment
from tests.engine.watched_plant import Plant


def missing(plant: Plant) -> None:
    shutil.rmtree(plant.folder)


def is_a_file(plant: Plant) -> None:
    missing(plant)
    plant.folder.write_text("")


def circles(plant: Plant) -> None:
    missing(plant)
    plant.folder.symlink_to(plant.folder.name)


def found(plant: Plant, bundle: str | None = None) -> tuple[Founding, list[Heartbeat | None]]:
    with (
        Store.open(plant.state, create=True) as store,
        founded(plant.folder, plant.settings, store, now=plant.clock.now, bundle=bundle) as founding,
    ):
        return founding, [store.heartbeat(one) for one in store.assessments()]


@pytest.mark.parametrize("spoil", [missing, is_a_file, circles])
def test_folder_that_cannot_be_listed_has_a_heartbeat_at_once(
    plant: Plant, spoil: Callable[[Plant], None]
) -> None:
    spoil(plant)
    founding, (beat,) = found(plant)
    assert beat == founding.first
    assert beat is not None
    assert beat.phase is Phase.NO_FOLDER
    assert str(plant.folder) in beat.message


def test_folder_that_is_there_is_left_to_the_engine(plant: Plant) -> None:
    assert found(plant) == (Founding(None), [])


def test_heartbeat_of_the_engine_before_is_kept(plant: Plant) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    before = plant.last_beat()
    missing(plant)
    assert found(plant) == (Founding(None), [before])


def test_bundle_that_does_not_fit_founds_nothing(plant: Plant) -> None:
    missing(plant)
    name = plant.bundles.keep(plant.rig.bundle)
    plant.settings = plant.settings.model_copy(
        update={"machine": plant.settings.machine.model_copy(update={"sample_rate": 44_100.0})}
    )
    with Store.open(plant.state, create=True) as store:
        with (
            pytest.raises(BundleError),
            founded(plant.folder, plant.settings, store, now=plant.clock.now, bundle=name),
        ):
            pass
        assert store.assessments() == ()


def test_lease_is_held_until_the_engine_ends_and_its_first_heartbeat_is_no_sign_of_a_failure(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing(plant)
    stop = threading.Event()
    monkeypatch.setattr(watcher, "TURN_SECONDS", 0.0)
    with (
        Store.open(plant.state, create=True) as store,
        founded(plant.folder, plant.settings, store, now=plant.clock.now) as founding,
    ):
        with pytest.raises(LeaseTakenError):
            watch(plant.folder, plant.settings, store, stop=stop)
        start = Start(founding=founding)
        watch(plant.folder, plant.settings, store, stop=stop, start=start, tell=lambda _beat: stop.set())
    kinds = [event.kind for event in plant.events()]
    assert kinds == [EventKind.STARTED, EventKind.FINISHED]
    assert plant.causes(Cause.ENGINE_FAILED) == []


def test_engine_loads_neither_statistics_nor_the_runtime_before_its_first_heartbeat() -> None:
    code = "import sys, engine.__main__; print({'scipy.stats', 'ai_edge_litert'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def without_override() -> None:
    """Take from a child process of root the right to pass over permissions."""
    drop, override, search = 24, 1, 2
    for capability in (override, search):
        ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)


@pytest.mark.parametrize("closed", ["folder", "parent"])
def test_folder_that_may_not_be_read_is_waited_for(plant: Plant, tmp_path: Path, closed: str) -> None:
    outer = tmp_path / "outer"
    inner = outer / "in"
    inner.mkdir(parents=True)
    (outer if closed == "parent" else inner).chmod(0)
    program = (
        "import sys; from pathlib import Path; from replay.incoming.folder import look_into\n"
        "from tui.commands.machines.watch import _is_no_file\n"
        "folder = Path(sys.argv[1]); _is_no_file(folder); print(look_into(folder, ()))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, str(inner)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=without_override if os.geteuid() == 0 else None,
        )
    finally:
        outer.chmod(0o755)
        inner.chmod(0o755)
    assert done.stderr == ""
    assert "UNREADABLE" in done.stdout
    assert "give this user permission" in done.stdout
