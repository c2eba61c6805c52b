"""Backup of a store into one archive, and its restoration: database and bundles, with their digests.

The archive is a tar file. Its first member is a manifest that names every other member with its size and
SHA-256. Both directions work in a temporary folder and end with one rename, so that a killed process leaves
the archive, or the store, whole or not there at all.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from engine.config.state_place import shown
from engine.errors import FailedError, UnusableError
from engine.store.location import BUNDLES, FILE_NAME, JOURNAL_SUFFIX, address_of, look_for
from engine.store.sqlite import copy_database
from engine.system.disk_space import free_bytes
from engine.system.permissions import Access, make_file, make_folder
from engine.system.scratch import scratch

VERSION = 1
MANIFEST = "raceway-backup.json"
LARGEST_MANIFEST = 16_000_000
"""Bytes of a manifest; a store with a thousand bundles needs some 500,000."""

READ_AT_ONCE = 1 << 20

_BUNDLE_FILE = re.compile(r"bundles/(?!\.)[^/\x00]+(/(?!\.)[^/\x00]+)?")
"""A file of a bundle's folder, or the file that names the bundle of a record; no hidden one."""


class BackupError(UnusableError):
    """The archive or the folder cannot be used; one sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a backup: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup or restoration: how many bundles and bytes, and when the backup was made."""

    bundles: int
    size: int
    made_at: datetime


def write_backup(state: Path, archive: Path, now: datetime) -> Backup:
    """Write the store of a state folder into a new archive, also while an engine works.

    Commits of the engine wait while the database is copied, some seconds for a gigabyte.

    Args:
        state: the folder of the store.
        archive: the file to make.
        now: wall clock, for the manifest.

    Raises:
        BackupError: the archive exists.
        StoreError: there is no store, or it cannot be read.
        OSError: the disk failed.
    """
    _check_file(
        state, "back it up by pg_dump, or copy it into a folder (raceway store copy) and back that up"
    )
    if archive.exists():
        raise BackupError(f"{archive}: exists already; name another file, or remove it first")
    look_for(state)
    if not archive.absolute().parent.is_dir():
        raise BackupError(f"{archive}: its folder does not exist; make it first")
    with scratch(".raceway-backup-", archive.absolute().parent) as draft:
        copy_database(state / FILE_NAME, draft / FILE_NAME)
        # After the database: every bundle that it refers to exists by then.
        files = {FILE_NAME: draft / FILE_NAME, **_bundle_files(state)}
        entries = {name: _entry(path) for name, path in files.items()}
        whole = draft / "archive.tar"
        with whole.open("wb") as file:
            _write_archive(file, files, entries, now)
            file.flush()
            os.fsync(file.fileno())
        # The check reads the file back, because the disk may return other bytes than were written.
        with whole.open("rb") as file:
            for _ in _members(file, archive):
                pass
        _name(whole, archive)
        _flush(archive.absolute().parent)
    return Backup(_bundle_count(entries), sum(entry.size for entry in entries.values()), now)


def _name(whole: Path, archive: Path) -> None:
    """Give a finished archive its name; never in place of another."""
    try:
        # A rename would replace an archive that another process has made meanwhile.
        os.link(whole, archive)
    except FileExistsError:
        raise BackupError(f"{archive}: exists already; name another file, or remove it first") from None
    except OSError:
        # A disk without hard links, such as a USB stick.
        if archive.exists():
            raise
        whole.rename(archive)


def restore_backup(archive: Path, state: Path, access: Access, is_busy: Callable[[Path], bool]) -> Backup:
    """Make the store of an archive in a state folder that has none.

    Args:
        archive: a file of `write_backup`.
        state: the folder; made if missing. Bundles that it holds are kept if they are the same.
        access: rights of the new files.
        is_busy: whether an engine works in a state folder.

    Raises:
        BackupError: the archive is damaged, or the folder holds a store, an engine or other bundles.
        OSError: the disk failed.
    """
    _check_file(state, "restore into a folder, and copy that into the database (raceway store copy)")
    _check_free(state, is_busy)
    parent = _existing(state.absolute())
    with archive.open("rb") as file, scratch(".raceway-restore-", parent) as draft:
        made_at, entries = _read_manifest(file, archive)
        size = sum(entry.size for entry in entries.values())
        if free_bytes(parent) < size:
            raise FailedError(f"{state}: needs {size / 1e6:.0f} MB, and its disk has less room; make room")
        new = draft / "state"
        make_folder(new, access)
        file.seek(0)
        for name, content in _members(file, archive):
            _extract(new / name, content, access, new)
        _put_in_place(new, state, access, is_busy)
    return Backup(_bundle_count(entries), size, made_at)


def _check_file(state: Path, advice: str) -> None:
    """See that a store is one in a folder: an archive holds a database file.

    Raises:
        BackupError: it is in PostgreSQL.
    """
    address = address_of(state)
    if address is not None:
        raise BackupError(f"{shown(address)}: is a store in PostgreSQL; {advice}")


def _check_free(state: Path, is_busy: Callable[[Path], bool]) -> None:
    database = state / FILE_NAME
    if os.path.lexists(database) and (database.is_symlink() or database.stat().st_size):
        raise BackupError(f"{database}: there is a store already, which is kept; name another --state")
    if is_busy(state):
        raise BackupError(f"{state}: an engine works here; end it first")


def _existing(place: Path) -> Path:
    """Return the folder itself or its nearest parent that exists: on the disk where the store will be."""
    while not place.is_dir():
        place = place.parent
    return place


def _put_in_place(new: Path, state: Path, access: Access, is_busy: Callable[[Path], bool]) -> None:
    """Move a whole store to its folder; the database comes last, and without it nothing is a store."""
    if not state.exists():
        state.absolute().parent.mkdir(parents=True, exist_ok=True)
        new.rename(state)
        _flush(state.absolute().parent)
        return
    moves = list(_bundle_moves(new, state))
    _check_free(state, is_busy)
    make_folder(state, access)
    if (new / BUNDLES).is_dir():
        make_folder(state / BUNDLES, access)
    for source, target in moves:
        source.replace(target)
    for suffix in (JOURNAL_SUFFIX, "-wal", "-shm"):
        # SQLite would apply a journal of the lost database to this one.
        (state / f"{FILE_NAME}{suffix}").unlink(missing_ok=True)
    for place in (state / BUNDLES, state):
        if place.is_dir():
            _flush(place)
    (new / FILE_NAME).replace(state / FILE_NAME)
    _flush(state)


def _bundle_moves(new: Path, state: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the moves of bundles, without those that are there already.

    Raises:
        BackupError: another bundle of that name is there.
    """
    if not (new / BUNDLES).is_dir():
        return
    for source in sorted((new / BUNDLES).iterdir()):
        target = state / BUNDLES / source.name
        if source.is_dir() and target.is_dir():
            for file in source.iterdir():
                if not (target / file.name).is_file() or _entry(target / file.name) != _entry(file):
                    raise BackupError(
                        f"{target}: differs from the bundle of the same name in the backup; move it away"
                    )
        else:
            yield source, target


def _bundle_files(state: Path) -> dict[str, Path]:
    """Return the files of bundles, and which one each record uses, by their names in the archive."""
    found: dict[str, Path] = {}
    folder = state / BUNDLES
    if not folder.is_dir():
        return found
    for path in sorted(folder.glob("*")) + sorted(folder.glob("*/*")):
        name = path.relative_to(state).as_posix()
        if _BUNDLE_FILE.fullmatch(name) and path.suffix != ".draft" and path.is_file():
            found[name] = path
    return found


def _write_archive(
    file: IO[bytes], files: Mapping[str, Path], entries: Mapping[str, Entry], now: datetime
) -> None:
    manifest = {
        "version": VERSION,
        "made_at": now.isoformat(),
        "files": {name: asdict(entry) for name, entry in entries.items()},
    }
    text = json.dumps(manifest, indent=1).encode()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_header(MANIFEST, len(text), now), io.BytesIO(text))
        for name, path in files.items():
            with path.open("rb") as content:
                tar.addfile(_header(name, entries[name].size, now), content)


def _header(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = size, 0o600, int(now.timestamp())
    return header


def _read_manifest(file: IO[bytes], archive: Path) -> tuple[datetime, dict[str, Entry]]:
    """Read the first member of an archive.

    Raises:
        BackupError: it is not a manifest, or of another version.
    """
    try:
        with tarfile.open(fileobj=file, mode="r|") as tar:
            first = tar.next()
            content = None if first is None or first.name != MANIFEST else tar.extractfile(first)
            if content is None:
                raise BackupError(f"{archive}: is not a backup of a Raceway store")
            told: Any = json.loads(content.read(LARGEST_MANIFEST))
        if told["version"] != VERSION:
            raise BackupError(f"{archive}: is a backup of version {told['version']}; use a newer Raceway")
        made_at = datetime.fromisoformat(told["made_at"])
        entries = {
            str(name): Entry(int(one["size"]), str(one["sha256"])) for name, one in told["files"].items()
        }
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{archive}: is not a backup of a Raceway store, or damaged ({error})") from error
    wrong = [name for name in entries if name != FILE_NAME and not _BUNDLE_FILE.fullmatch(name)]
    if wrong or FILE_NAME not in entries or any(entry.size < 0 for entry in entries.values()):
        raise BackupError(f"{archive}: names files that are not of a store")
    return made_at, entries


def _members(file: IO[bytes], archive: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and content of each file of an archive; the content is checked while it is read.

    Raises:
        BackupError: a file is missing, of another size or content, or not in the manifest.
    """
    file.seek(0)
    _, entries = _read_manifest(file, archive)
    file.seek(0)
    missing = dict(entries)
    try:
        with tarfile.open(fileobj=file, mode="r|") as tar:
            tar.next()
            while (member := tar.next()) is not None:
                entry = missing.pop(member.name, None)
                if entry is None or not member.isreg() or member.size != entry.size:
                    raise BackupError(f"{archive}: is damaged at {member.name!r}; use another backup")
                content = _checked(tar.extractfile(member), entry, f"{archive}: {member.name}")
                yield member.name, content
                for _ in content:
                    pass
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{archive}: is damaged ({error}); use another backup") from error
    if missing:
        raise BackupError(f"{archive}: lacks {next(iter(missing))}; use another backup")


def _checked(content: IO[bytes] | None, entry: Entry, where: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        while content is not None and (portion := content.read(READ_AT_ONCE)):
            digest.update(portion)
            yield portion
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{where} is damaged ({error}); use another backup") from error
    if digest.hexdigest() != entry.sha256:
        raise BackupError(f"{where} is damaged (its digest does not agree); use another backup")


def _extract(place: Path, content: Iterator[bytes], access: Access, top: Path) -> None:
    for folder in reversed([one for one in place.parents if top in one.parents]):
        make_folder(folder, access)
    make_file(place, access)
    with place.open("wb") as file:
        for portion in content:
            file.write(portion)
        file.flush()
        os.fsync(file.fileno())


def _entry(path: Path) -> Entry:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while portion := file.read(READ_AT_ONCE):
            digest.update(portion)
        return Entry(file.tell(), digest.hexdigest())


def _bundle_count(entries: Mapping[str, Entry]) -> int:
    return len({name.split("/")[1] for name in entries if name.count("/") == 2})


def _flush(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
