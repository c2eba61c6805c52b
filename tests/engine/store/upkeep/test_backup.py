"""A backup holds the whole store, also of an engine at work; a restored store is whole or not there."""

import io
import json
import os
import random
import signal
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.records.progress import Heartbeat, Phase
from engine.store.location import BUNDLES, FILE_NAME, JOURNAL_SUFFIX
from engine.store.store import Store, StoreMissingError
from engine.store.upkeep.backup import MANIFEST, BackupError, restore_backup, write_backup
from engine.store.upkeep.integrity import check
from engine.system.lease import any_taken, lease
from engine.system.permissions import PRIVATE
from tests.engine.rigs import WALL
from tests.engine.store_items import begin, item, raised

DISK_EVENTS = {
    "open",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "shutil.rmtree",
    "sqlite3.connect",
    "tempfile.mkdtemp",
}
"""Audit events at which a process is killed: before each change of the disk."""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Make a store of ten snapshots with a ring, a bundle, and the file that names it."""
    place = tmp_path / "state"
    with Store.open(place, create=True) as store:
        assessment = begin(store, expected=0)
        store.append(assessment, [item(n, (raised(n),) if n == 4 else ()) for n in range(10)], WALL)
    bundle = place / BUNDLES / "spectral-1"
    bundle.mkdir(parents=True)
    (bundle / "bundle.json").write_text("{}")
    (bundle / "network.tflite").write_bytes(random.Random(1).randbytes(5000))
    (place / BUNDLES / "k.json").write_text('{"bundle": "spectral-1"}')
    (place / BUNDLES / ".draft-2").mkdir()
    (place / BUNDLES / ".draft-2" / "half").write_text("half")
    return place


def restored(archive: Path, state: Path) -> None:
    restore_backup(archive, state, PRIVATE, lambda place: any_taken(place / "leases"))


def facts(state: Path) -> tuple[Any, ...]:
    """Return what a store and the bundles beside it hold."""
    files = sorted((state / BUNDLES).rglob("*"))
    bundles = {
        str(path.relative_to(state)): path.read_bytes()
        for path in files
        if path.is_file() and ".draft" not in str(path)
    }
    with Store.open(state) as store:
        assert all(finding.sound for finding in check(store))
        (assessment,) = store.assessments()
        series = store.series(assessment)
        return bundles, series.names, series.severity.tolist(), store.events(assessment)


def is_there(state: Path) -> bool:
    try:
        Store.open(state, read_only=True).close()
    except StoreMissingError:
        return False
    return True


def killed_at(count: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed at its so many-th step on the disk; return if it was."""
    child = os.fork()
    if child == 0:
        left = count

        def hook(event: str, _arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in DISK_EVENTS:
                left -= 1
                if left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_restored_store_is_the_one_that_was_backed_up(state: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    made = write_backup(state, archive, WALL)
    assert made.bundles == 1
    restored(archive, tmp_path / "new" / "place")
    assert facts(tmp_path / "new" / "place") == facts(state)
    assert (tmp_path / "new" / "place" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "new", "state"]


def test_backup_of_an_engine_at_work_is_consistent(state: Path, tmp_path: Path) -> None:
    end = threading.Event()

    def work() -> None:
        with Store.open(state) as store:
            (assessment,) = store.assessments()
            for position in range(10, 100_000):
                store.append(assessment, [item(position)], WALL)
                store.beat(assessment, Heartbeat(WALL, 1, Phase.WATCHING, position, position, ""))
                if end.is_set():
                    return

    engine = threading.Thread(target=work)
    engine.start()
    try:
        for number in range(3):
            write_backup(state, tmp_path / f"{number}.tar", WALL)
    finally:
        end.set()
        engine.join()
    counts = []
    for number in range(3):
        restored(tmp_path / f"{number}.tar", tmp_path / f"new {number}")
        counts.append(len(facts(tmp_path / f"new {number}")[1]))
    assert counts == sorted(counts)
    assert counts[0] >= 10


def test_neither_overwrites_anything(state: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    write_backup(state, archive, WALL)
    content = archive.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        write_backup(state, archive, WALL)
    assert archive.read_bytes() == content
    with pytest.raises(BackupError, match="its folder does not exist"):
        write_backup(state, tmp_path / "nowhere" / "backup.tar", WALL)
    before = facts(state)
    with pytest.raises(BackupError, match="there is a store already"):
        restored(archive, state)
    assert facts(state) == before


def test_store_is_not_restored_under_an_engine(state: Path, tmp_path: Path) -> None:
    write_backup(state, tmp_path / "backup.tar", WALL)
    (state / FILE_NAME).unlink()
    with lease(state / "leases", "machine-1"), pytest.raises(BackupError, match="an engine works here"):
        restored(tmp_path / "backup.tar", state)
    assert not (state / FILE_NAME).exists()


@pytest.mark.parametrize("emptied", [True, False])
def test_lost_database_comes_back_beside_its_bundles(state: Path, tmp_path: Path, emptied: bool) -> None:
    before = facts(state)
    write_backup(state, tmp_path / "backup.tar", WALL)
    (state / FILE_NAME).unlink()
    if emptied:
        (state / FILE_NAME).touch()
    (state / f"{FILE_NAME}{JOURNAL_SUFFIX}").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" * 600)
    (state / BUNDLES / "k.json").unlink()
    restored(tmp_path / "backup.tar", state)
    assert facts(state) == before


def test_other_bundle_of_the_same_name_is_kept_and_refused(state: Path, tmp_path: Path) -> None:
    write_backup(state, tmp_path / "backup.tar", WALL)
    (state / FILE_NAME).unlink()
    (state / BUNDLES / "spectral-1" / "bundle.json").write_text("[]")
    with pytest.raises(BackupError, match="differs from the bundle of the same name"):
        restored(tmp_path / "backup.tar", state)
    assert not (state / FILE_NAME).exists()
    assert (state / BUNDLES / "spectral-1" / "bundle.json").read_text() == "[]"


def test_damaged_archive_restores_nothing_or_everything(state: Path, tmp_path: Path) -> None:
    archive, place = tmp_path / "backup.tar", tmp_path / "new"
    write_backup(state, archive, WALL)
    whole, before, rng = archive.read_bytes(), facts(state), random.Random(12)
    refused = 0
    for number in range(30):
        content = bytearray(whole)
        if number % 5 == 0:
            content = content[: rng.randrange(len(content) - 10_240)]
        else:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        archive.write_bytes(content)
        try:
            restored(archive, place)
        except BackupError:
            refused += 1
            assert not place.exists()
        else:
            # The damage lay in the padding between two files.
            assert facts(place) == before
            place.rename(tmp_path / f"restored {number}")
    assert refused > 15


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "bundles/../../evil", "bundles/.hidden", "other"])
def test_archive_that_names_other_places_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "backup.tar", "w") as tar:
        files = {FILE_NAME: {"size": 1, "sha256": ""}, name: {"size": 1, "sha256": ""}}
        text = json.dumps({"version": 1, "made_at": WALL.isoformat(), "files": files}).encode()
        header = tarfile.TarInfo(MANIFEST)
        header.size = len(text)
        tar.addfile(header, io.BytesIO(text))
    with pytest.raises(BackupError, match="names files that are not of a store"):
        restored(tmp_path / "backup.tar", tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b" + bytes(600), bytes(10_240)])
def test_what_is_no_backup_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup.tar").write_bytes(content)
    with pytest.raises(BackupError, match="is not a backup of a Raceway store"):
        restored(tmp_path / "backup.tar", tmp_path / "new")


def test_backup_killed_at_any_step_leaves_no_archive_or_a_whole_one(state: Path, tmp_path: Path) -> None:
    archive, before, steps = tmp_path / "backup.tar", facts(state), 0
    for count in range(1, 500, 2):
        killed = killed_at(count, lambda: write_backup(state, archive, WALL))
        steps += killed
        if archive.exists():
            restored(archive, tmp_path / f"new {count}")
            assert facts(tmp_path / f"new {count}") == before
            archive.unlink()
        if not killed:
            break
    assert steps > 5
    write_backup(state, archive, WALL)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("lost", [True, False])
def test_restoration_killed_at_any_step_leaves_no_store_or_a_whole_one(
    state: Path, tmp_path: Path, lost: bool
) -> None:
    archive, before, steps = tmp_path / "backup.tar", facts(state), 0
    write_backup(state, archive, WALL)
    for count in range(1, 500, 2):
        place = tmp_path / f"new {count}"
        if lost:
            # Another process made the folder.
            place.mkdir()
        killed = killed_at(count, lambda place=place: restored(archive, place))  # type: ignore[misc]
        steps += killed
        if (place / FILE_NAME).exists():
            assert facts(place) == before
        else:
            assert lost or not place.exists()
            restored(archive, place)
            assert facts(place) == before
        if not killed:
            break
    assert steps > 5
