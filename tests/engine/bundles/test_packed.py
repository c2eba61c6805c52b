"""A packed bundle scores as its folder does; a damaged or foreign file is refused in one sentence."""

import io
import random
import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.bundles.bundle import ARRAYS, MANIFEST, NETWORK, BundleError, load_bundle
from engine.bundles.packed import load_any, load_packed, pack_bundle, unpack_bundle
from tests.engine.rigs import SmallRig
from tui.cli import app


@pytest.fixture
def packed(small_rig: SmallRig, tmp_path: Path) -> Path:
    file = tmp_path / "model.zip"
    pack_bundle(small_rig.bundle_folder, file)
    return file


def rewritten(packed: Path, members: dict[str, bytes | None]) -> Path:
    """Return a copy whose members are replaced, added or (None) left out."""
    with zipfile.ZipFile(packed) as archive:
        content: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    content |= members
    out = packed.with_name("other.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)
    return out


def test_a_round_trip_gives_the_same_bundle(small_rig: SmallRig, packed: Path, tmp_path: Path) -> None:
    assert load_packed(packed).digest() == small_rig.bundle.digest()
    place = unpack_bundle(packed, tmp_path / "bundles")
    assert place.name == small_rig.bundle_folder.name
    assert load_bundle(place).digest() == small_rig.bundle.digest()
    for name in (MANIFEST, ARRAYS, NETWORK):
        assert (place / name).read_bytes() == (small_rig.bundle_folder / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "bundles").iterdir()) == [place.name]


def test_the_same_bundle_gives_the_same_bytes(small_rig: SmallRig, packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    pack_bundle(small_rig.bundle_folder, again)
    assert again.read_bytes() == packed.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"model.zip", "again.zip"}


def test_unpacking_again_finds_the_same_folder(packed: Path, tmp_path: Path) -> None:
    first = unpack_bundle(packed, tmp_path / "bundles")
    assert unpack_bundle(packed, tmp_path / "bundles") == first
    (first / NETWORK).write_bytes(b"altered")
    with pytest.raises(BundleError, match="differs from what was learned"):
        unpack_bundle(packed, tmp_path / "bundles")


def test_a_file_is_never_overwritten(small_rig: SmallRig, packed: Path) -> None:
    before = packed.read_bytes()
    with pytest.raises(BundleError, match="exists already"):
        pack_bundle(small_rig.bundle_folder, packed)
    assert packed.read_bytes() == before


def test_a_damaged_folder_is_not_packed(small_rig: SmallRig, tmp_path: Path) -> None:
    place = Path(shutil.copytree(small_rig.bundle_folder, tmp_path / "bundle"))
    (place / NETWORK).write_bytes(b"")
    with pytest.raises(BundleError, match="differs from what was learned"):
        pack_bundle(place, tmp_path / "model.zip")
    assert not (tmp_path / "model.zip").exists()


@pytest.mark.parametrize("seed", range(40))
def test_a_changed_byte_is_refused_or_changes_nothing(packed: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = bytearray(packed.read_bytes())
    digest = load_packed(packed).digest()
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    packed.write_bytes(whole)
    refusal, found = "", ""
    try:
        found = load_packed(packed).digest()
    except BundleError as error:
        refusal = str(error)
    # A zip holds bytes without a meaning: attributes, times.
    assert found == digest or str(packed) in refusal


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(packed: Path, share: float) -> None:
    whole = packed.read_bytes()
    packed.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(BundleError, match=str(packed)):
        load_packed(packed)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x1f\x8b" + bytes(100)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.zip"
    file.write_bytes(content)
    with pytest.raises(BundleError, match="not a packed bundle"):
        load_any(file)


@pytest.mark.parametrize(
    "members",
    [{MANIFEST: None}, {NETWORK: None}, {"readme.txt": b"hello"}, {"../outside": b"x"}, {"/etc/x": b"x"}],
)
def test_a_zip_of_other_members_is_refused_and_writes_nothing(
    packed: Path, tmp_path: Path, members: dict[str, bytes | None]
) -> None:
    with pytest.raises(BundleError, match="not a packed bundle"):
        unpack_bundle(rewritten(packed, members), tmp_path / "bundles")
    assert not (tmp_path / "bundles").exists()
    assert not (tmp_path.parent / "outside").exists()


def test_a_member_of_another_bundle_is_refused_by_its_digest(packed: Path) -> None:
    file = rewritten(packed, {NETWORK: b"another network"})
    with pytest.raises(BundleError, match=f"{NETWORK}: differs from what was learned"):
        load_packed(file)


def test_a_zip_with_a_member_twice_is_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MANIFEST, b"{}")
    with pytest.raises(BundleError, match="not a packed bundle"):
        load_packed(packed)


def test_a_model_of_another_program_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"\x89HDF")
    (tmp_path / "model.keras").write_bytes(content.getvalue())
    with pytest.raises(BundleError, match="not a packed bundle"):
        load_any(tmp_path / "model.keras")


def test_the_commands_pack_and_unpack(small_rig: SmallRig, tmp_path: Path) -> None:
    file, out = tmp_path / "model.zip", tmp_path / "bundles"
    done = CliRunner().invoke(app, ["bundle", "pack", str(small_rig.bundle_folder), str(file)])
    assert done.exit_code == 0, done.output
    assert small_rig.bundle.digest()[:16] in done.output
    assert CliRunner().invoke(app, ["bundle", "unpack", str(file), str(out)]).exit_code == 0
    assert load_any(file).digest() == load_any(out / small_rig.bundle_folder.name).digest()
    refused = CliRunner().invoke(app, ["bundle", "pack", str(tmp_path / "none"), str(file)])
    assert refused.exit_code == 2
