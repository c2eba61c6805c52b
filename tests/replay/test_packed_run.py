"""A finished run from a folder or an archive: contents, order, faults."""

import bz2
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from replay.recording import RecordingFormat
from replay.run import open_run
from tests.replay.packed_runs import FILES, NAMES, content, folder_of, names_of, sentence, tar_of, zip_of


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda path, files: tar_of(path, files), "run.tar"),
        (lambda path, files: tar_of(path, files, "w:gz"), "run.tar.gz"),
        (lambda path, files: tar_of(path, files, "w:bz2"), "run.tar.bz2"),
        (lambda path, files: tar_of(path, files, "w:xz"), "run.tar.xz"),
        (zip_of, "run.zip"),
        (zip_of, "named like nothing at all"),
    ],
)
@pytest.mark.parametrize("within", ["", "./", "a/b c/"])
def test_archive_gives_back_what_was_packed(
    build: Callable[[Path, dict[str, bytes]], Path],
    name: str,
    within: str,
    tmp_path: Path,
    form: RecordingFormat,
    cache: Path,
) -> None:
    members = {within + file: data for file, data in FILES.items()} | {"a/README.txt": b"", "a/.hidden": b""}
    archive = build(tmp_path / name, members)
    run = open_run(archive, form, cache)
    assert run.path == archive
    assert {entry.name: run.location(index).read_bytes() for index, entry in enumerate(run.entries)} == FILES
    assert cache in run.location(0).parents
    assert run.read(0).name == NAMES[0]


def test_archive_is_unpacked_once(tmp_path: Path, form: RecordingFormat, cache: Path) -> None:
    archive = tar_of(tmp_path / "run.tar.gz", FILES, "w:gz")
    place = open_run(archive, form, cache).location(0)
    first = place.stat()
    again = open_run(archive, form, cache).location(0)
    assert (again, again.stat().st_ino, again.stat().st_mtime_ns) == (place, first.st_ino, first.st_mtime_ns)


def test_archive_that_was_replaced_is_unpacked_anew(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    open_run(archive, form, cache)
    tar_of(archive, {NAMES[0]: content(7)})
    os.utime(archive, ns=(0, 0))
    run = open_run(archive, form, cache)
    assert names_of(run) == NAMES[:1]
    assert run.location(0).read_bytes() == content(7)


@pytest.mark.parametrize("harm", ["remove", "truncate", "manifest"])
def test_folder_a_cache_cleaner_went_through_is_unpacked_anew(
    harm: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    run = open_run(archive, form, cache)
    if harm == "remove":
        run.location(1).unlink()
    elif harm == "truncate":
        run.location(1).write_bytes(b"")
    else:
        next(cache.rglob("manifest.json")).write_text("[1")
    again = open_run(archive, form, cache)
    assert [again.location(index).read_bytes() for index in range(3)] == list(FILES.values())


def test_part_left_behind_by_a_killed_process_is_cleared_away(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    whole = open_run(archive, form, cache).folder.parent
    part = whole.with_suffix(".part")
    whole.rename(part)
    (part / "manifest.json").unlink()
    (part / "files" / NAMES[0]).write_bytes(b"half")
    run = open_run(archive, form, cache)
    assert run.location(0).read_bytes() == FILES[NAMES[0]]
    assert not part.exists()


def test_failed_unpacking_leaves_nothing_that_could_be_taken_for_a_run(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    archive.write_bytes(archive.read_bytes()[:1800])
    sentence(archive, form, cache)
    assert [path.name for path in cache.rglob("*") if path.is_dir()] == ["runs"]


def opened_elsewhere(archive: Path, form: RecordingFormat, cache: Path) -> list[bytes]:
    run = open_run(archive, form, cache)
    return [run.location(index).read_bytes() for index in range(len(run))]


def test_processes_that_unpack_at_once_all_get_the_whole_run(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar.bz2", FILES, "w:bz2")
    with get_context("spawn").Pool(3) as pool:
        results = pool.starmap(opened_elsewhere, [(archive, form, cache)] * 6, chunksize=1)
    assert results == [list(FILES.values())] * 6


def test_cache_directory_can_be_set_in_the_environment(
    tmp_path: Path, form: RecordingFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RACEWAY_CACHE", str(tmp_path / "other"))
    run = open_run(tar_of(tmp_path / "run.tar", FILES), form)
    assert tmp_path / "other" in run.location(0).parents


def test_cache_that_cannot_be_written_is_named_with_the_way_out(
    tmp_path: Path, form: RecordingFormat
) -> None:
    (tmp_path / "file").write_bytes(b"")
    said = sentence(tar_of(tmp_path / "run.tar", FILES), form, tmp_path / "file" / "cache")
    assert said == (
        f"cannot be unpacked into {tmp_path}/file/cache (RACEWAY_CACHE names another place): not a directory"
    )


def test_members_that_lead_out_of_a_tar_are_not_written(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tmp_path / "run.tar"
    with tarfile.open(archive, "w") as tar:
        for name in (
            "../2004.02.12.11.02.39",
            f"{tmp_path}/2004.02.12.11.12.39",
            "a/../../2004.02.12.11.22.39",
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content(0))
            tar.addfile(member, io.BytesIO(content(0)))
        for kind, name in (
            (tarfile.SYMTYPE, "2004.02.12.11.32.39"),
            (tarfile.LNKTYPE, "2004.02.12.11.42.39"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        pipe = tarfile.TarInfo("2004.02.12.11.52.39")
        pipe.type = tarfile.FIFOTYPE
        tar.addfile(pipe)
        through = tarfile.TarInfo("way")
        through.type, through.linkname = tarfile.SYMTYPE, str(tmp_path)
        tar.addfile(through)
        for name, data in FILES.items():
            member = tarfile.TarInfo(f"way/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    run = open_run(archive, form, cache)
    assert names_of(run) == NAMES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "run.tar"]
    assert all(stat.S_ISREG(path.lstat().st_mode) or path.is_dir() for path in cache.rglob("*"))
    assert len(list(run.folder.iterdir())) == 3


def test_members_that_lead_out_of_a_zip_are_not_written(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = zip_of(
        tmp_path / "run.zip", {"../2004.02.12.11.02.39": b"x", "/tmp/2004.02.12.11.12.39": b"x"} | FILES
    )
    with zipfile.ZipFile(archive, "a") as bundle:
        link = zipfile.ZipInfo("2004.02.12.11.22.39")
        link.external_attr = 0o120777 << 16
        bundle.writestr(link, "/etc/passwd")
    run = open_run(archive, form, cache)
    assert names_of(run) == NAMES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "run.zip"]


def cut(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size * 2 // 3])


def flip(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    for at in range(len(data) // 3, len(data) // 3 + 20):
        data[at] ^= 0xFF
    archive.write_bytes(data)


@pytest.mark.parametrize("harm", [cut, flip])
@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zip"])
def test_damaged_archive_is_refused_in_one_sentence(
    kind: str, harm: Callable[[Path], None], tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    files = {f"2004.02.12.10.{minute:02}.00": content(minute) for minute in range(60)}
    archive = tmp_path / f"run.{kind}"
    if kind == "zip":
        zip_of(archive, files)
    else:
        tar_of(archive, files, f"w:{kind}")
    harm(archive)
    assert "damaged" in sentence(archive, form, cache)


@pytest.mark.parametrize("length", [512 * 3 + 100, 512 * 2, 512 * 3, 512 * 2 + 100])
def test_plain_tar_that_ends_early_is_refused(
    length: int, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    archive.write_bytes(archive.read_bytes()[:length])
    assert sentence(archive, form, cache).startswith("is damaged")


def test_plain_tar_with_a_damaged_header_within_is_refused(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    data = bytearray(archive.read_bytes())
    data[1024 + 150] ^= 0xFF
    archive.write_bytes(data)
    assert sentence(archive, form, cache) == "is damaged: it ends early"


def test_zip_with_a_password_is_refused(tmp_path: Path, form: RecordingFormat, cache: Path) -> None:
    archive = zip_of(tmp_path / "run.zip", FILES)
    data = bytearray(archive.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(signature, at + 1)
    archive.write_bytes(data)
    assert sentence(archive, form, cache) == (
        "is locked with a password: unpack it first (7z x run.zip) and name the folder"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read as a recording: the file is empty"),
        (
            b"just text\n" * 200,
            "cannot be read as a recording: line 1 ('just text') and those after it hold no rows of numbers",
        ),
        (
            bz2.compress(b"no tar within"),
            "cannot be read as a recording:"
            " line 1 ('no tar within') and those after it hold no rows of numbers",
        ),
    ],
    ids=["empty", "words", "packed words"],
)
def test_file_that_is_no_archive_is_refused(
    data: bytes, said: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    (tmp_path / "run").write_bytes(data)
    assert sentence(tmp_path / "run", form, cache) == said


def test_run_that_is_not_there_or_empty_is_refused(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    assert sentence(tmp_path / "none", form, cache) == "does not exist"
    folder_of(tmp_path / "empty", {})
    assert sentence(tmp_path / "empty", form, cache) == "holds no recordings"
    folder_of(tmp_path / "outer", {})
    folder_of(tmp_path / "outer" / "2nd_test", FILES)
    assert sentence(tmp_path / "outer", form, cache) == "holds no recordings; it holds folders: 2nd_test"
    folder_of(tmp_path / "other", {"notes.txt": b""})
    assert sentence(tmp_path / "other", form, cache).startswith(
        "holds no recordings: notes.txt: its name is not a time like"
    )
    os.mkfifo(tmp_path / "pipe")
    assert sentence(tmp_path / "pipe", form, cache) == "is neither a folder nor an archive"


def test_archive_without_recordings_or_with_several_folders_of_them_is_refused(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    assert sentence(zip_of(tmp_path / "empty.zip", {}), form, cache) == "holds no recordings"
    assert sentence(tar_of(tmp_path / "notes.tar", {"a/notes.txt": b""}), form, cache).startswith(
        "holds no recordings: notes.txt: its name"
    )
    several = {f"{folder}/{NAMES[0]}": content(0) for folder in ("1st_test", "2nd_test")}
    assert sentence(tar_of(tmp_path / "several.tar", several), form, cache) == (
        "holds recordings in more than one folder (1st_test, 2nd_test): unpack it and name one"
    )
