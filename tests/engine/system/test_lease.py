"""One engine at a time, with its process id."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StoreError
from engine.system import lease as lease_module
from engine.system.lease import Holder, LeaseTakenError, holder, is_taken, lease
from engine.system.permissions import Access
from engine.system.plain_file import PlantedError
from engine.system.processes.child_process import environment
from engine.system.processes.process_identity import own_identity

HOLD = """
import sys
from pathlib import Path
from engine.system.lease import lease
with lease(Path(sys.argv[1]), "press"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lease_is_free_until_it_is_held_and_free_again_after(tmp_path: Path) -> None:
    assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (False, None)
    with lease(tmp_path, "press"):
        assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (True, Holder(own_identity()))
        assert not is_taken(tmp_path, "lathe")
    assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (False, None)


def test_lease_of_a_process_that_is_killed_is_free_and_names_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    child = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"held\n"
        held = holder(tmp_path, "press")
        assert held is not None
        assert held.process is not None
        assert held.process.pid == child.pid
        assert held.process.space == own_identity().space
        with (
            pytest.raises(LeaseTakenError, match="another engine is already watching the press in"),
            lease(tmp_path, "press", what="watching the press"),
        ):
            pass
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    # The number is still in the file, but must not be reported.
    assert json.loads((tmp_path / "press.lock").read_text())["pid"] == child.pid
    assert holder(tmp_path, "press") is None
    with lease(tmp_path, "press"):
        assert holder(tmp_path, "press") == Holder(own_identity())


def leases(state: Path) -> Path:
    """Return the folder of a store's leases."""
    (state / "leases").mkdir(parents=True)
    return state / "leases"


SHARED = Access(0o2770, 0o660, os.getgid())


@pytest.mark.parametrize("access", [SHARED, Access(0o700, 0o600, None)], ids=["shared", "private"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
def test_what_was_planted_in_the_place_of_a_lease_is_refused_and_left_alone(
    kind: str, access: Access, tmp_path: Path
) -> None:
    folder, victim = leases(tmp_path / "state"), tmp_path / "victim"
    victim.write_text("kept")
    victim.chmod(0o600)
    place = folder / "press.lock"
    match kind:
        case "link":
            place.symlink_to(victim)
        case "dangling link":
            place.symlink_to(tmp_path / "made")
        case "hard link":
            place.hardlink_to(victim)
        case "pipe":
            os.mkfifo(place)
        case _:
            place.mkdir()
    before = victim.stat()
    with (
        pytest.raises(PlantedError, match=r"press\.lock: .*; find out who put it there"),
        lease(folder, "press", access),
    ):
        pass
    assert (is_taken(folder, "press"), holder(folder, "press")) == (False, None)
    after = victim.stat()
    assert victim.read_text() == "kept"
    assert (after.st_mode, after.st_gid, after.st_mtime_ns) == (
        before.st_mode,
        before.st_gid,
        before.st_mtime_ns,
    )
    assert not (tmp_path / "made").exists()


def as_other(path: Path) -> None:
    """Give a file to another user."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, 12345, follow_symlinks=False)


def test_link_of_another_user_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "leases").symlink_to(victim)
    as_other(tmp_path / "state" / "leases")
    with (
        pytest.raises(PlantedError, match=r"leases: is a link of another user \(12345\)"),
        lease(tmp_path / "state" / "leases", "press", SHARED),
    ):
        pass
    assert list(victim.iterdir()) == []
    assert victim.stat().st_mode & 0o777 == 0o700


def test_leftover_of_another_user_makes_room_for_a_lease(tmp_path: Path) -> None:
    folder = leases(tmp_path)
    (folder / "press.lock").write_text(json.dumps({"pid": 1, "space": "", "started": 0}))
    as_other(folder / "press.lock")
    with lease(folder, "press", SHARED):
        assert (folder / "press.lock").stat().st_uid == os.geteuid()
        assert holder(folder, "press") == Holder(own_identity())


def test_process_that_another_user_names_is_not_believed(tmp_path: Path) -> None:
    with lease(leases(tmp_path), "press"):
        as_other(tmp_path / "leases" / "press.lock")
        assert holder(tmp_path / "leases", "press") == Holder(None)


@pytest.mark.parametrize(
    "text",
    ["", "123456", "x" * 5000, "[]", "null", "{}", '{"pid": "a", "space": "", "started": 0}'],
)
def test_lease_that_names_no_process_is_held_all_the_same(text: str, tmp_path: Path) -> None:
    with lease(tmp_path, "press"):
        (tmp_path / "press.lock").write_text(text)
        assert holder(tmp_path, "press") == Holder(None)


def test_lease_says_whether_its_process_holds_others_too(tmp_path: Path) -> None:
    with lease(tmp_path, "press", shared=True), lease(tmp_path, "lathe"):
        assert holder(tmp_path, "press") == Holder(own_identity(), shared=True)
        assert holder(tmp_path, "lathe") == Holder(own_identity())


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
@pytest.mark.parametrize("step", ["make_folder", "make_file"])
def test_store_that_may_not_be_written_is_told_in_a_sentence(
    code: int, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_words: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(lease_module, step, refuse)
    with pytest.raises(StoreError, match="you may not write to it"), lease(tmp_path / "leases", "press"):
        raise AssertionError
