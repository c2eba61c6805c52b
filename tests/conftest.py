"""Fixtures for every test: private folders, no network, repeatable examples, real recordings."""

import gc
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from engine.baseline import trainer, witness
from engine.bundles.bundle import Bundle, load_bundle
from engine.config.settings import load_settings
from engine.store import sqlite
from engine.system.interpreter import collect_rarely
from engine.system.processes import child_process
from replay.run import Run, open_run
from replay.sample import sample_path
from tests import compiled_once
from tests.engine import rigs, trained_once, training_server

# The same examples on every machine: a failing property fails everywhere.
settings.register_profile("raceway", derandomize=True, deadline=None, database=None)
settings.load_profile("raceway")

SYNCHRONOUS = sqlite.SYNCHRONOUS
COMMAND = child_process.command

# The user's terminal preferences must not change the screens of tests.
_PREFERENCES = ("COLORTERM", "FORCE_COLOR", "NO_COLOR", "RACEWAY_STATE", "TTY_COMPATIBLE")


def pytest_configure() -> None:
    """Drop preferences before any import reads them, as Textual does; collect garbage as a console does."""
    collect_rarely()
    for name in list(os.environ):
        if name in _PREFERENCES or (name.startswith("TEXTUAL") and name != "TEXTUAL_SNAPSHOT_TEMPDIR"):
            del os.environ[name]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Share the compiling of the test modules among the processes of a whole run."""
    if session.config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        compiled_once.import_share(session.config.rootpath / "tests")


def pytest_collection(session: pytest.Session) -> None:
    """Collect no garbage while the tests are collected: there is hardly any."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare each later collection of garbage the thousands of tests and all modules."""
    gc.freeze()
    gc.enable()


# Before xdist reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a module's fixture in one process; skip long tests unless they are asked for."""
    for item in items:
        if isinstance(item, pytest.Function) and _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))
    if os.environ.get("RACEWAY_LONG"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip("takes many seconds: set RACEWAY_LONG=1 to run it"))


def _shares_with_its_module(item: pytest.Function) -> bool:
    """Return whether a test uses a fixture that each process with a test of its module would make again."""
    if item.get_closest_marker("xdist_group"):
        return False
    fixtures = item._fixtureinfo.name2fixturedefs
    return any(found[-1].scope == "module" for found in fixtures.values())


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all test processes of this session share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _private_folders(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[None]:
    """Keep the caches and stores of tests out of the user's folders."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        # Unpacking the sample takes seconds; processes share the result.
        patch.setenv("RACEWAY_CACHE", str(shared_folder / "cache"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _commits_without_the_disk() -> Iterator[None]:
    """Let the stores of the test processes not wait for the disk: no test cuts the power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture
def durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stores of this test wait for the disk, as the program does."""
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", SYNCHRONOUS)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection except those inside this machine."""
    connect = socket.socket.connect

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
            raise OSError(f"tests use no network, but one connects to {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        yield


@pytest.fixture(scope="session", autouse=True)
def _equal_trainings_once(shared_folder: Path) -> Iterator[None]:
    """Train equal networks once, in forks of a loaded process, unless a test asks for `retrained`.

    Exports and attributions are made in such forks too.
    """
    remembered = trained_once.remembering(shared_folder / "trained")
    with pytest.MonkeyPatch.context() as patch:
        for module in (trainer, witness):
            patch.setattr(module, "run_child", remembered)
        for room in (trainer, child_process):
            patch.setattr(room, "command", training_server.served(shared_folder, COMMAND))
        yield


@pytest.fixture
def retrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train every network of this test as the program does, also one that another test has trained."""
    monkeypatch.setattr(trainer, "command", COMMAND)
    for module in (trainer, witness):
        monkeypatch.setattr(module, "run_child", trained_once.run_child)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of full real recordings with `ims-set2/` and so on."""
    folder = os.environ.get("RACEWAY_DATA")
    if not folder:
        pytest.skip("needs the full recordings: set RACEWAY_DATA to the folder that holds ims-set2/")
    path = Path(folder)
    if not (path / "ims-set2").is_dir():
        pytest.fail(f"RACEWAY_DATA is {folder}, but there is no folder ims-set2 in it")
    return path


@pytest.fixture(scope="session")
def set_2(recordings: Path, shared_folder: Path) -> tuple[Run, Path]:
    """Return Set 2 of the full recordings and a state folder with its scores; copy it before writing."""
    settings = load_settings(rig="ims-set2")
    run = open_run(recordings / "ims-set2", settings.recording_format())

    def make(place: Path) -> None:
        rigs.assessed(run, settings, place / "state")

    return run, rigs.made_once(shared_folder / "set2", make) / "state"


@pytest.fixture(scope="session")
def sample_run() -> Run:
    """Open the bundled sample: a real bearing failure."""
    return open_run(sample_path(), load_settings().recording_format())


@pytest.fixture(scope="session")
def assessed_sample(sample_run: Run, shared_folder: Path) -> Path:
    """Return a state folder with the scored sample; copy it before writing."""

    def make(place: Path) -> None:
        rigs.assessed(sample_run, load_settings(), place / "state")

    return rigs.made_once(shared_folder / "sample", make) / "state"


@pytest.fixture(scope="session")
def sample_bundle(assessed_sample: Path) -> Bundle:
    """Return the bundle learned from the healthy start of the sample."""
    return load_bundle(rigs.bundle_folder(assessed_sample))


@pytest.fixture(scope="session")
def small_rig(shared_folder: Path) -> rigs.SmallRig:
    """Return a made-up rig of two channels with a short run; copy its state folder before writing."""
    place = rigs.made_once(shared_folder / "small", rigs.make_small_rig)
    settings = load_settings(place / "rig.toml")
    found = rigs.bundle_folder(place / "state")
    return rigs.SmallRig(
        config=place / "rig.toml",
        settings=settings,
        run=open_run(place / "run", settings.recording_format()),
        state=place / "state",
        bundle=load_bundle(found),
        bundle_folder=found,
    )
