"""Archives that are deep, endless, foreign, nested or written on Windows."""

import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import archives, extract
from replay.archives import DEEPEST, place_of
from replay.recording import RecordingFormat
from replay.run import open_run
from tests.replay.packed_runs import FILES, NAMES, content, folder_of, names_of, sentence, tar_of, zip_of

Build = Callable[[Path, dict[str, bytes]], Path]

FOREIGN = {
    "run.7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive", "7z x"),
    "run.rar": (b"Rar!\x1a\x07\x01\x00", "a RAR archive", "7z x"),
    "old.rar": (b"Rar!\x1a\x07\x00", "a RAR archive", "7z x"),
    "run.tar.zst": (b"\x28\xb5\x2f\xfd\x04", "packed by zstd", "tar --zstd -xf"),
    "run.tar.lz4": (b"\x04\x22\x4d\x18", "packed by lz4", "lz4 -d"),
    "run.tar.lz": (b"LZIP\x01", "packed by lzip", "tar --lzip -xf"),
    "run.tar.Z": (b"\x1f\x9d\x90", "packed by compress", "7z x"),
    "run.cab": (b"MSCF\0\0\0\0", "a cabinet archive", "7z x"),
}
ANY = b"\x00\x11\x22" * 700


@pytest.mark.parametrize("name", FOREIGN)
def test_archive_that_is_not_opened_is_named_with_the_command_that_unpacks_it(
    name: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    magic, kind, command = FOREIGN[name]
    (tmp_path / name).write_bytes(magic + ANY)
    assert sentence(tmp_path / name, form, cache) == (
        f"is {kind}, which Raceway does not open: unpack it first ({command} {name})"
        " and name the folder of the recordings"
    )


def packed(name: str, tmp_path: Path) -> bytes:
    """Return the bytes of an archive of this name."""
    if name in FOREIGN:
        return FOREIGN[name][0] + ANY
    place = tmp_path / "inner"
    if name.endswith(".zip"):
        return zip_of(place, FILES).read_bytes()
    return tar_of(place, FILES, "w:gz" if name.endswith(".gz") else "w").read_bytes()


@pytest.mark.parametrize("name", [*FOREIGN, "2nd_test.zip", "2nd_test.tar", "2nd_test.tar.gz"])
@pytest.mark.parametrize("outer", ["zip", "tar", "folder"])
def test_archive_within_an_archive_or_folder_is_to_be_unpacked_first(
    name: str, outer: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    data = packed(name, tmp_path)
    if outer == "folder":
        run = folder_of(tmp_path / "run", {name: data, "Readme.pdf": b"%PDF"})
        inner = name
    else:
        inner = f"4. Bearings/{name}"
        build = zip_of if outer == "zip" else tar_of
        run = build(tmp_path / f"run.{outer}", {inner: data, "4. Bearings/Readme.pdf": b"%PDF"})
    said = sentence(run, form, cache)
    assert said.startswith(f"holds {inner}, which is ")
    assert "unpack it first" in said
    assert "and name the folder of the recordings" in said


def windows_zip(path: Path, names: list[str], system: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for number, name in enumerate(names):
            member = zipfile.ZipInfo("x")
            member.filename, member.create_system = name, system
            bundle.writestr(member, content(number))
    return path


@pytest.mark.parametrize("system", [0, 3, 10, 11])
@pytest.mark.parametrize("before", ["run\\", "a\\b c\\", ".\\run\\", ""])
def test_backslashes_of_windows_are_read_as_folders(
    before: str, system: int, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    names = [before + NAMES[0], before.replace("\\", "/") + NAMES[1], before + NAMES[2]]
    run = open_run(windows_zip(tmp_path / "run.zip", names, system), form, cache)
    assert names_of(run) == NAMES
    assert run.rejected == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../2004.02.12.11.02.39", "leads out of the archive"),
        ("..\\..\\2004.02.12.11.02.39", "leads out of the archive"),
        ("run\\..\\..\\2004.02.12.11.02.39", "leads out of the archive"),
        ("/tmp/2004.02.12.11.02.39", "leads out of the archive"),
        ("\\\\server\\share\\2004.02.12.11.02.39", "leads out of the archive"),
        ("C:\\run\\2004.02.12.11.02.39", "leads out of the archive"),
        ("d/" * 2000 + "2004.02.12.11.02.39", "2000 folders deep"),
        ("d" * 300 + "/2004.02.12.11.02.39", "too long"),
        (("d" * 200 + "/") * 20 + "2004.02.12.11.02.39", "too long"),
    ],
    ids=range(9),
)
def test_member_that_is_left_out_is_among_the_rejected(
    name: str, reason: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    zipped = windows_zip(tmp_path / "run.zip", [*NAMES, name])
    for archive in (zipped, tar_of(tmp_path / "run.tar", FILES | {name: b"x"})):
        run = open_run(archive, form, cache)
        assert names_of(run) == NAMES
        (rejected,) = run.rejected
        assert reason in rejected.reason
        assert len(rejected.name) <= 120
        assert open_run(archive, form, cache).rejected == run.rejected


def test_links_and_pipes_in_an_archive_are_among_the_rejected(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", FILES)
    with tarfile.open(archive, "a") as tar:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)):
            member = tarfile.TarInfo(f"2004.02.12.11.{number:02}.39")
            member.type, member.linkname = kind, NAMES[0]
            tar.addfile(member)
    reasons = [one.reason for one in open_run(archive, form, cache).rejected]
    assert reasons == ["it is a link"] * 2 + ["it is a device or a pipe"] * 2


def test_archive_of_nothing_but_deep_members_is_refused_in_one_sentence(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = tar_of(tmp_path / "run.tar", {"d/" * 2000 + NAMES[0]: content(0)})
    said = sentence(archive, form, cache)
    assert said.startswith("holds no recordings: ...")
    assert said.endswith(f"it lies 2000 folders deep, at most {DEEPEST} are read")


def patched(archive: Path, offset: int, value: int) -> None:
    """Change a byte of the central directory's entries, counted from their signatures."""
    data = bytearray(archive.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + offset] = value
        at = data.find(b"PK\x01\x02", at + 1)
    archive.write_bytes(data)


@pytest.mark.parametrize(
    ("offset", "value", "said"),
    [
        (6, 99, "is packed in a way that is not supported (zip file version 9.9)"),
        (10, 9, "is packed in a way that is not supported (Deflate64)"),
        (10, 93, "is packed in a way that is not supported (Zstandard)"),
        (10, 77, "is packed in a way that is not supported (method 77)"),
        (10, 99, "is locked with a password"),
        (8, 1, "is locked with a password"),
    ],
)
def test_zip_that_cannot_be_read_here_says_why_and_how_to_unpack_it(
    offset: int, value: int, said: str, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = zip_of(tmp_path / "my run.zip", FILES)
    patched(archive, offset, value)
    assert (
        sentence(archive, form, cache) == f"{said}: unpack it first (7z x 'my run.zip') and name the folder"
    )


@pytest.mark.parametrize("build", [zip_of, lambda path, files: tar_of(path, files, "w:xz")])
def test_member_far_larger_than_a_recording_is_cut_and_rejected(
    build: Build, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = build(tmp_path / "run", FILES | {"2004.02.12.11.02.39": bytes(3 * form.largest_file)})
    run = open_run(archive, form, cache)
    assert sum(path.stat().st_size for path in cache.rglob("*") if path.is_file()) < 2 * form.largest_file
    with pytest.raises(ValueError, match="far too large"):
        run.read(3)
    # The same archive for longer recordings is unpacked further.
    longer = RecordingFormat("rig", 1000.0, 3, rows=100_000)
    again = open_run(archive, longer, cache)
    assert again.location(3).stat().st_size == 3 * form.largest_file


@pytest.mark.parametrize("build", [zip_of, tar_of])
def test_archive_that_does_not_fit_on_the_disk_is_refused_and_leaves_nothing(
    build: Build, tmp_path: Path, form: RecordingFormat, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(content(0))
    monkeypatch.setattr(extract, "_room", lambda _folder: 2 * size)
    said = sentence(build(tmp_path / "run", FILES), form, cache)
    assert said.startswith("unpacks to more than the 0 MB that the disk has to spare")
    assert [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    monkeypatch.setattr(extract, "_room", lambda _folder: 3 * size)
    assert names_of(open_run(tmp_path / "run", form, cache)) == NAMES


class Zeros(io.RawIOBase):
    """So many zeros, none of them in memory."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def test_archive_that_unpacks_for_ever_is_given_up(
    tmp_path: Path, form: RecordingFormat, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_PASSED_OVER", 2**24)
    bomb = tmp_path / "bomb.tar.gz"
    with tarfile.open(bomb, "w:gz", compresslevel=1) as tar:
        member = tarfile.TarInfo(NAMES[0])
        member.size = 2**26
        tar.addfile(member, Zeros(member.size))
    assert "of files that are not recordings" in sentence(bomb, form, cache)


def test_archive_that_goes_on_behind_its_end_is_given_up(
    tmp_path: Path, form: RecordingFormat, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_PASSED_OVER", 2**22)
    plain = tar_of(tmp_path / "run.tar", FILES).read_bytes()
    (tmp_path / "run.tar.xz").write_bytes(lzma.compress(plain + bytes(2**24), preset=0))
    assert "behind its last file" in sentence(tmp_path / "run.tar.xz", form, cache)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE])
def test_header_that_would_fill_the_memory_is_damage(
    kind: bytes, first: bool, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    bomb = tar_of(tmp_path / "bomb.tar", {} if first else FILES)
    with tarfile.open(bomb, "a") as tar:
        member = tarfile.TarInfo("././@LongLink")
        member.type, member.size = kind, 2**21
        tar.addfile(member, Zeros(member.size))
    assert "is damaged" in sentence(bomb, form, cache)


def test_archive_of_too_many_files_is_given_up(
    tmp_path: Path, form: RecordingFormat, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extract, "MOST_MEMBERS", 2)
    assert sentence(zip_of(tmp_path / "run.zip", FILES), form, cache).startswith("holds more than 2 files")


def test_link_in_the_place_of_a_lock_is_not_followed(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = zip_of(tmp_path / "run.zip", FILES)
    open_run(archive, form, cache)
    (lock,) = cache.rglob("*.lock")
    lock.unlink()
    (tmp_path / "victim").write_bytes(b"kept")
    lock.symlink_to(tmp_path / "victim")
    (cache / "runs" / lock.stem / "manifest.json").unlink()
    assert "cannot be unpacked" in sentence(archive, form, cache)
    assert (tmp_path / "victim").read_bytes() == b"kept"


@given(st.text(alphabet="ab./\\:C\0 \u202e", max_size=40))
def test_every_member_lands_within_the_archive_or_is_left_out(name: str) -> None:
    place = place_of(name)
    if isinstance(place, PurePosixPath):
        assert not place.is_absolute()
        assert "\\" not in str(place)
        assert all(part not in ("", ".", "..") and not part.startswith(".") for part in place.parts)
        assert os.path.normpath(place) == str(place)


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("spelling", ["{}", "./{}", ".\\{}"])
@pytest.mark.parametrize("same", [True, False])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_occurs_twice_is_read_once_and_the_copy_before_is_among_the_rejected(
    kind: str, spelling: str, same: bool, tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    archive = (zip_of if kind == "zip" else tar_of)(tmp_path / f"run.{kind}", FILES)
    later = content(0) if same else content(7)
    for _ in range(2):
        if kind == "zip":
            with zipfile.ZipFile(archive, "a") as bundle:
                bundle.writestr(spelling.format(NAMES[0]), later)
        else:
            with tarfile.open(archive, "a") as tar:
                member = tarfile.TarInfo(spelling.format(NAMES[0]))
                member.size = len(later)
                tar.addfile(member, io.BytesIO(later))
    run = open_run(archive, form, cache)
    assert names_of(run) == NAMES
    assert (run.folder / NAMES[0]).read_bytes() == later
    reason = "the same content" if same else "other content"
    assert [one.name for one in run.rejected] == [f"{NAMES[0]} (copy {number})" for number in (1, 2)]
    assert reason in run.rejected[0].reason
    assert "the same content" in run.rejected[1].reason
