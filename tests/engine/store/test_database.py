"""Writes are complete or absent: busy store, full disk, permissions."""

import grp
import multiprocessing
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.store.location import FILE_NAME
from engine.store.store import Patience, Store, StoreBusyError, StoreError, StoreFaultError, StoreFullError
from engine.system.lease import lease
from engine.system.permissions import AccessError
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, begin, item, raised


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def other(state: Path) -> Iterator[sqlite3.Connection]:
    """Return another program's connection to the store."""
    Store.open(state, create=True).close()
    connection = sqlite3.connect(state / FILE_NAME, isolation_level=None)
    yield connection
    connection.close()


class Sleeps:
    """Records the pauses of a write, and runs an action during them."""

    def __init__(self, meanwhile: dict[int, object]) -> None:
        self.pauses: list[float] = []
        self.meanwhile = meanwhile

    def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)
        happens = self.meanwhile.get(len(self.pauses))
        if callable(happens):
            happens()


def impatient(sleep: Sleeps) -> Patience:
    return Patience(lock_seconds=0.0, pauses=(0.1, 0.2, 0.5), sleep=sleep)


# Busy


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_write_waits_for_another_program_and_is_then_made_once(
    state: Path, other: sqlite3.Connection, lock: str
) -> None:
    sleeps = Sleeps({2: lambda: other.execute("COMMIT")})
    with Store.open(state, patience=impatient(sleeps)) as store:
        assessment = begin(store)
        other.execute(f"BEGIN {lock}")
        store.append(assessment, [item(0, (raised(0),))], WALL)
        assert sleeps.pauses == [0.1, 0.2]
        assert len(store.series(assessment)) == 1
        assert len(store.events(assessment)) == 1


def test_commit_that_a_reader_holds_up_is_made_again_whole(state: Path, other: sqlite3.Connection) -> None:
    def read_to_the_end() -> None:
        other.execute("COMMIT")

    sleeps = Sleeps({1: read_to_the_end})
    with Store.open(state, patience=impatient(sleeps)) as store:
        assessment = begin(store)
        other.execute("BEGIN")
        other.execute("SELECT * FROM event").fetchall()
        store.append(assessment, [item(0), item(1)], WALL)
        assert sleeps.pauses == [0.1]
        assert store.series(assessment).positions.tolist() == [0, 1]


def test_write_that_never_gets_through_says_so_and_stores_nothing(
    state: Path, other: sqlite3.Connection
) -> None:
    sleeps = Sleeps({})
    with Store.open(state, patience=impatient(sleeps)) as store:
        assessment = begin(store)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match=r"raceway\.db: the store is held by another program"):
            store.append(assessment, [item(0)], WALL)
        assert sleeps.pauses == [0.1, 0.2, 0.5]
        other.execute("COMMIT")
        assert len(store.series(assessment)) == 0
        store.append(assessment, [item(0)], WALL)
        assert len(store.series(assessment)) == 1


def test_failing_disk_is_tried_again_and_then_told(state: Path, other: sqlite3.Connection) -> None:
    def vanish() -> None:
        shutil.move(state / FILE_NAME, state / "elsewhere")

    def come_back() -> None:
        shutil.move(state / "elsewhere", state / FILE_NAME)

    sleeps = Sleeps({2: come_back})
    with Store.open(state, patience=impatient(sleeps)) as store:
        assessment = begin(store)
        store.close()
        vanish()
        store.append(assessment, [item(0)], WALL)
        assert sleeps.pauses == [0.1, 0.2]
        assert len(store.series(assessment)) == 1
        store.close()
        vanish()
        with pytest.raises(StoreFaultError, match=r"its disk fails \(.*\); look at the disk"):
            store.append(assessment, [item(1)], WALL)


def test_what_is_read_within_a_read_is_of_the_same_instant(state: Path) -> None:
    with Store.open(state, create=True) as store:
        assessment = begin(store)
        with store.reading() as outer:
            with store.reading() as inner:
                assert inner is outer
            assert outer.in_transaction()
        store.append(assessment, [item(0)], WALL)
        assert len(store.series(assessment)) == 1


# Full


def test_full_disk_stores_nothing_of_a_batch_and_the_next_try_all_of_it(state: Path) -> None:
    sleeps = Sleeps({})
    with Store.open(state, create=True, patience=impatient(sleeps)) as store:
        assessment = begin(store)
        batch = [item(position, (raised(position),)) for position in range(500)]
        with store.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StoreFullError, match=r"no room to store anything \(database or disk is full\)"):
            store.append(assessment, batch, WALL)
        assert sleeps.pauses == [], "only room helps, and that is for the engine to wait for"
        assert len(store.series(assessment)) == 0
        assert store.events(assessment) == ()
        with store.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        store.append(assessment, batch, WALL)
        assert len(store.series(assessment)) == len(store.events(assessment)) == 500


def test_acknowledgement_still_fits_where_a_batch_does_not(state: Path) -> None:
    with Store.open(state, create=True) as store:
        assessment = begin(store)
        store.append(assessment, [item(0, (raised(0),))], WALL)
        with store.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreFullError):
            store.append(assessment, [item(position) for position in range(1, 500)], WALL)
        ring = store.events(assessment)[0]
        assert acknowledge(store, assessment, ring, "ada").stored


# Reading only


def test_read_only_store_tells_all_and_stores_nothing(state: Path) -> None:
    with Store.open(state, create=True) as store:
        store.append(begin(store), [item(0)], WALL)
        assessment = begin(store)
    before = (state / FILE_NAME).read_bytes()
    with Store.open(state, read_only=True) as store:
        assert len(store.series(assessment)) == 1
        with pytest.raises(StoreError, match="is open for reading only, nothing can be stored"):
            store.append(assessment, [item(1)], WALL)
    assert (state / FILE_NAME).read_bytes() == before


def test_read_only_store_sees_what_an_engine_goes_on_to_store(state: Path) -> None:
    with Store.open(state, create=True) as engine, Store.open(state, read_only=True) as console:
        assessment = begin(engine)
        before = console.data_version()
        engine.append(assessment, [item(0)], WALL)
        assert console.data_version() != before
        assert len(console.series(assessment)) == 1


def test_write_that_a_kill_cut_short_is_undone_by_who_may_write(state: Path) -> None:
    with Store.open(state, create=True) as store:
        store.append(begin(store), [item(0)], WALL)
        assessment = begin(store)
    child = multiprocessing.get_context("fork").Process(target=_die_in_a_write, args=(state,))
    child.start()
    child.join()
    assert child.exitcode == 9
    with pytest.raises(StoreError, match=r"left in the middle of a write.* raceway store check as its owner"):
        Store.open(state, read_only=True)
    with Store.open(state) as store:
        assert store.series(assessment).positions.tolist() == [0]
    with Store.open(state, read_only=True) as store:
        assert store.series(assessment).positions.tolist() == [0]


def _die_in_a_write(state: Path) -> None:
    store = Store.open(state)
    with store.writing() as connection:
        # With a small page cache the rest is written before the commit.
        connection.exec_driver_sql("PRAGMA cache_size = 1")
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(100000)")
        connection.exec_driver_sql("DELETE FROM score")
        connection.exec_driver_sql("DELETE FROM assessed")
        os._exit(9)


def test_looking_for_a_store_makes_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here yet"):
        Store.open(tmp_path / "nowhere", read_only=True, create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_user_without_permission_is_told_what_to_ask_for() -> None:
    # The folder of tests is closed to other users.
    with TemporaryDirectory() as folder:
        state = Path(folder)
        Store.open(state, create=True).close()
        state.chmod(0o755)
        assert "you may not read it (Permission denied); ask its owner to share it" in as_nobody(state)
        (state / FILE_NAME).chmod(0o644)
        assert as_nobody(state, read_only=True) == "opened"
        assert "you may not write to it" in as_nobody(state)


def as_nobody(state: Path, *, read_only: bool = False) -> str:
    """Return the error for a user without rights who opens the store to read or write."""
    context = multiprocessing.get_context("fork")
    hears, says = context.Pipe(duplex=False)

    def use() -> None:
        nobody = 65534
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)
        try:
            with Store.open(state, read_only=read_only) as store:
                if read_only:
                    store.assessments()
                else:
                    begin(store)
                says.send("opened")
        except StoreError as error:
            says.send(str(error))

    child = context.Process(target=use)
    child.start()
    child.join()
    assert child.exitcode == 0
    return str(hears.recv())


@pytest.mark.parametrize("name", ["a?b#c", "50%20", "with space", "\N{GREEK SMALL LETTER ALPHA}"])
def test_folder_of_any_name_holds_a_store(tmp_path: Path, name: str) -> None:
    with Store.open(tmp_path / name, create=True) as store:
        begin(store)
    with Store.open(tmp_path / name, read_only=True) as store:
        assert len(store.assessments()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {name}


# Sharing


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def own_group() -> str:
    """Return a group that may own the files of these tests."""
    number = os.getegid() if os.geteuid() else next(one.gr_gid for one in grp.getgrall() if one.gr_gid)
    return grp.getgrgid(number).gr_name


@pytest.mark.usefixtures("umask")
def test_store_and_all_beside_it_are_private_whatever_the_umask(state: Path) -> None:
    with Store.open(state, create=True) as store:
        begin(store)
        with lease(state / "leases", "rig", store.access):
            modes = {path.name: mode(path) for path in [state, *state.rglob("*")]}
    assert modes == {
        "state": 0o700,
        FILE_NAME: 0o600,
        FILE_NAME + "-journal": 0o600,
        "leases": 0o700,
        "rig.lock": 0o600,
    }


@pytest.mark.usefixtures("umask")
def test_group_shares_the_store_and_all_beside_it_whatever_the_umask(state: Path) -> None:
    group = own_group()
    with Store.open(state, create=True, group=group) as store:
        begin(store)
        with lease(state / "leases", "rig", store.access):
            paths = [state, *state.rglob("*")]
            modes = {path.name: mode(path) for path in paths}
            assert {grp.getgrgid(path.stat().st_gid).gr_name for path in paths} == {group}
    assert modes == {
        "state": 0o2770,
        FILE_NAME: 0o660,
        FILE_NAME + "-journal": 0o660,
        "leases": 0o2770,
        "rig.lock": 0o660,
    }


def test_private_store_is_shared_when_its_owner_opens_it_with_a_group(state: Path) -> None:
    with Store.open(state, create=True) as store:
        begin(store)
    Store.open(state, create=True, group=own_group()).close()
    assert {mode(path) for path in state.iterdir()} == {0o660}
    Store.open(state, create=True).close()
    assert mode(state) == 0o2770, "who names no group does not lock the others out"


def test_unknown_group_is_one_sentence_and_nothing_is_made(state: Path) -> None:
    with pytest.raises(AccessError, match=r"^store.group: this machine has no group 'no-such'; make it"):
        Store.open(state, create=True, group="no-such")
    assert not state.exists()


@pytest.mark.parametrize("name", [FILE_NAME, f"{FILE_NAME}-journal"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "pipe", "folder"])
def test_what_was_planted_in_the_place_of_the_database_is_refused_and_left_alone(
    kind: str, name: str, state: Path, tmp_path: Path
) -> None:
    Store.open(state, create=True).close()
    victim = tmp_path / "victim"
    victim.write_bytes((state / FILE_NAME).read_bytes())
    victim.chmod(0o640)
    (state / name).unlink(missing_ok=True)
    match kind:
        case "link":
            (state / name).symlink_to(victim)
        case "dangling link":
            (state / name).symlink_to(tmp_path / "made")
        case "hard link":
            (state / name).hardlink_to(victim)
        case "pipe":
            os.mkfifo(state / name)
        case _:
            (state / name).mkdir()
    before = (victim.read_bytes(), mode(victim))
    for create in (True, False):
        with pytest.raises(StoreError, match=rf"{name}: (is|has)"):
            Store.open(state, create=create, group=own_group())
    assert (victim.read_bytes(), mode(victim)) == before
    assert not (tmp_path / "made").exists()


def test_database_of_another_user_in_a_folder_open_to_everybody_is_refused(state: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    Store.open(state, create=True).close()
    os.chown(state / FILE_NAME, 12345, 12345)
    # In a folder that its owner alone may write to, the owner put it there.
    Store.open(state).close()
    state.chmod(0o1777)
    with pytest.raises(StoreError, match=r"belongs to another user \(12345\), in a folder that everybody"):
        Store.open(state)
    Store.open(state, read_only=True).close()


def test_opening_a_store_again_lets_go_of_no_lock_of_this_process(state: Path) -> None:
    """Closing any descriptor of a database frees the locks that SQLite holds on it in the same process."""
    with Store.open(state, create=True) as store, store.writing():
        Store.open(state, read_only=True).close()
        program = (
            "import sqlite3, sys; base = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None);"
            " base.execute('BEGIN IMMEDIATE')"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, str(state / FILE_NAME)], capture_output=True, check=False
        )
        assert b"database is locked" in done.stderr
