"""A finished run from a folder or an archive: what is in it, in what order, and what is wrong with it."""

import bz2
import io
import os
import pickle
import stat
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from replay.archive import Entry, Run, RunError, open_run
from replay.recording import RecordingError, RecordingFormat

NAMES = ["2004.02.12.10.32.39", "2004.02.12.10.42.39", "2004.02.12.10.52.39"]


def content(seed: int) -> bytes:
    """Six rows of three numbers, others for each seed."""
    values = np.random.default_rng(seed).normal(size=(6, 3))
    return "".join("\t".join(f"{value:.3f}" for value in row) + "\n" for row in values).encode()


FILES = {name: content(seed) for seed, name in enumerate(NAMES)}


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def tar_of(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return path


def names_of(run: Run) -> list[str]:
    return [entry.name for entry in run.entries]


def sentence(path: Path, form: RecordingFormat, cache: Path) -> str:
    """The one sentence an unusable run is refused with, less its path."""
    with pytest.raises(RunError) as caught:
        open_run(path, form, cache)
    text = str(caught.value)
    assert text.startswith(f"{path} ")
    assert "\n" not in text
    return text.removeprefix(f"{path} ")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_folder_is_read_in_order_of_time(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    assert names_of(run) == NAMES
    assert len(run) == 3
    assert run.rejected == ()
    assert run.entries[1] == Entry(NAMES[1], run.read(1).time)
    np.testing.assert_array_equal(
        run.read(2).signal, np.loadtxt(io.BytesIO(FILES[NAMES[2]]), dtype=np.float32)
    )
    assert run.location(0).read_bytes() == FILES[NAMES[0]]


def test_order_is_that_of_the_times_where_the_names_sort_otherwise(tmp_path: Path) -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=6, time_pattern="%d.%m.%Y_%H%M%S")
    by_time = ["31.12.2003_235959", "01.01.2004_000000", "15.01.2004_000000", "02.02.2004_000000"]
    run = open_run(folder_of(tmp_path / "run", dict.fromkeys(by_time, content(0))), form)
    assert names_of(run) == by_time
    assert names_of(run) != sorted(by_time)


def test_file_whose_name_is_no_time_is_rejected_and_the_run_goes_on(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {"README.md": b"", "a\x1b[2J": b""}), form)
    assert len(run) == 3
    assert [rejection.name for rejection in run.rejected] == ["README.md", "a[2J"]
    assert run.rejected[0].reason.startswith("its name is not a time like 2004.02.12.10.32.39")


def test_second_file_of_the_same_time_is_rejected_naming_the_first(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {"2004.2.12.10.32.39": content(9)}), form)
    assert names_of(run) == NAMES
    assert [(one.name, one.reason) for one in run.rejected] == [
        ("2004.2.12.10.32.39", f"it has the same time as {NAMES[0]}")
    ]


def test_hidden_files_folders_and_pipes_in_a_folder_are_left_alone(
    tmp_path: Path, form: RecordingFormat
) -> None:
    folder = folder_of(tmp_path / "run", FILES)
    (folder / ".hidden").write_bytes(b"")
    (folder / "2004.02.12.11.02.39").mkdir()
    os.mkfifo(folder / "2004.02.12.11.12.39")
    (folder / ".link").symlink_to("elsewhere")
    run = open_run(folder, form)
    assert names_of(run) == NAMES
    assert run.rejected == ()


def test_links_in_a_folder_are_rejected_and_not_followed(tmp_path: Path, form: RecordingFormat) -> None:
    folder = folder_of(tmp_path / "run", FILES | {"README.md": b""})
    (tmp_path / "outside").write_bytes(content(5))
    (folder / "2004.02.12.11.22.39").symlink_to(tmp_path / "outside")
    (folder / "around").symlink_to(folder)
    run = open_run(folder, form)
    assert names_of(run) == NAMES
    assert [one.name for one in run.rejected] == ["2004.02.12.11.22.39", "README.md", "around"]
    assert run.rejected[0].reason == run.rejected[2].reason == "it is a symbolic link, which is not followed"


def test_folder_of_links_alone_says_why_it_holds_no_recordings(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    run = folder_of(tmp_path / "run", {})
    (run / NAMES[0]).symlink_to("elsewhere")
    assert sentence(run, form, cache) == (
        f"holds no recordings: of {NAMES[0]}, it is a symbolic link, which is not followed"
    )


def test_bytes_of_a_recording_are_had_as_they_are(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {NAMES[1]: b"no numbers"}), form)
    assert [run.content(index) for index in range(3)] == [FILES[NAMES[0]], b"no numbers", FILES[NAMES[2]]]


def test_bad_file_is_found_when_it_is_read_and_does_not_stop_the_others(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {NAMES[1]: b""}), form)
    with pytest.raises(RecordingError, match="the file is empty"):
        run.read(1)
    assert run.read(2).name == NAMES[2]


def swap_for_nothing(path: Path) -> None:
    path.unlink()


def swap_for_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def swap_for_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_for_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def swap_for_a_giant(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


@pytest.mark.parametrize(
    ("swap", "reason"),
    [
        (swap_for_nothing, "it cannot be read: no such file or directory"),
        (swap_for_a_folder, "it cannot be read: is a directory"),
        (swap_for_a_pipe, "it is not a regular file"),
        (swap_for_a_link, "it cannot be read: it is a link"),
        (swap_for_a_giant, "it is far too large for a recording (1099511627776 bytes)"),
    ],
)
def test_what_took_the_place_of_a_file_since_is_a_recording_error(
    swap: Callable[[Path], None], reason: str, tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    swap(run.location(1))
    with pytest.raises(RecordingError) as caught:
        run.read(1)
    assert (caught.value.name, caught.value.reason) == (NAMES[1], reason)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_file_without_permission_to_read_is_a_recording_error(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    run.location(1).chmod(0)
    with pytest.raises(RecordingError, match="it cannot be read: permission denied"):
        run.read(1)


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
    assert sentence(archive, form, cache) == "is locked with a password"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is neither a folder nor a .zip or .tar archive, or it is damaged"),
        (b"just text\n" * 200, "is neither a folder nor a .zip or .tar archive, or it is damaged"),
        (bz2.compress(b"no tar within"), "is neither a folder nor a .zip or .tar archive, or it is damaged"),
    ],
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
        "holds no recordings: of notes.txt, its name is not a time like"
    )
    os.mkfifo(tmp_path / "pipe")
    assert sentence(tmp_path / "pipe", form, cache) == "is neither a folder nor an archive"


def test_archive_without_recordings_or_with_several_folders_of_them_is_refused(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    assert sentence(zip_of(tmp_path / "empty.zip", {}), form, cache) == "holds no recordings"
    assert sentence(tar_of(tmp_path / "notes.tar", {"a/notes.txt": b""}), form, cache).startswith(
        "holds no recordings: of notes.txt, its name"
    )
    several = {f"{folder}/{NAMES[0]}": content(0) for folder in ("1st_test", "2nd_test")}
    assert sentence(tar_of(tmp_path / "several.tar", several), form, cache) == (
        "holds recordings in more than one folder (1st_test, 2nd_test): unpack it and name one"
    )


def test_run_is_the_same_in_another_process_and_in_threads(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    assert pickle.loads(pickle.dumps(run)) == run
    expected = [run.read(index).signal for index in range(3)] * 8
    with ThreadPoolExecutor(4) as pool:
        for signal, one in zip(
            pool.map(lambda index: run.read(index % 3).signal, range(24)), expected, strict=True
        ):
            np.testing.assert_array_equal(signal, one)


def test_real_set_2_is_complete_and_in_order(recordings: Callable[[str], Path]) -> None:
    run = open_run(recordings("ims-set2"), RecordingFormat("IMS rig", 20480.0, 4, 20480))
    assert (len(run), run.rejected) == (984, ())
    assert (run.entries[532].name, run.entries[983].name) == ("2004.02.16.03.12.39", "2004.02.19.06.22.39")
    gaps = {
        (later.time - earlier.time).total_seconds()
        for earlier, later in zip(run.entries, run.entries[1:], strict=False)
    }
    assert gaps == {600.0}


def test_real_set_1_excerpt_is_read_whole_with_its_eight_channels(recordings: Callable[[str], Path]) -> None:
    run = open_run(recordings("ims-set1-excerpt"), RecordingFormat("IMS rig", 20480.0, 8, 20480))
    assert (len(run), run.rejected) == (61, ())
    assert {run.read(index).signal.shape for index in range(len(run))} == {(20480, 8)}
