"""A bundle in memory is shared while it is in use, and read again once a file of it has changed."""

import gc
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.bundles.bundle import Bundle, BundleError, load_bundle
from engine.bundles.library import Bundles
from engine.bundles.packed import load_any, pack_bundle
from engine.bundles.shared import load_shared
from tests.engine.rigs import SmallRig


@pytest.fixture
def place(small_rig: SmallRig, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_rig.bundle_folder, tmp_path / "bundle"))


def test_machines_of_one_bundle_share_it(place: Path) -> None:
    reads = []

    def load(one: Path) -> Bundle:
        reads.append(one)
        return load_bundle(one)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: load_shared(place, load), range(8)))
    assert len(reads) == 1
    assert len({id(one) for one in found}) == 1


def test_packed_bundle_is_shared_too(place: Path, tmp_path: Path) -> None:
    pack_bundle(place, tmp_path / "bundle.zip")
    first = load_shared(tmp_path / "bundle.zip", load_any)
    assert load_shared(tmp_path / "bundle.zip", load_any) is first


@pytest.mark.parametrize("file", ["network.tflite", "arrays.npz", "bundle.json", "weights.npz"])
def test_bundle_that_is_damaged_while_it_is_in_use_is_refused_to_the_next(place: Path, file: str) -> None:
    first = load_shared(place, load_bundle)
    content = bytearray((place / file).read_bytes())
    content[len(content) // 2] ^= 255
    (place / file).write_bytes(content)
    with pytest.raises(BundleError):
        load_shared(place, load_bundle)
    assert first.network


def test_bundle_that_is_gone_is_refused_although_it_is_in_use(place: Path) -> None:
    first = load_shared(place, load_bundle)
    shutil.rmtree(place)
    with pytest.raises(BundleError, match="is not a bundle"):
        load_shared(place, load_bundle)
    assert first.network


def test_bundle_of_nobody_is_not_kept_in_memory(place: Path) -> None:
    assert load_shared(place, load_bundle).network
    gc.collect()
    with pytest.raises(ZeroDivisionError):
        load_shared(place, lambda _: 1 // 0)  # type: ignore[return-value]


def test_place_that_hangs_holds_up_no_other(place: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(place, tmp_path / "other"))
    hangs, goes_on = threading.Event(), threading.Event()

    def load(one: Path) -> Bundle:
        hangs.set()
        goes_on.wait(30)
        return load_bundle(one)

    thread = threading.Thread(target=load_shared, args=(other, load))
    thread.start()
    try:
        assert hangs.wait(30)
        assert load_shared(place, load_bundle).network
    finally:
        goes_on.set()
        thread.join(30)


def test_bundle_that_was_just_kept_is_not_read_again(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle(place)
    bundles = Bundles(tmp_path / "state", "key")
    name = bundles.keep(bundle)
    assert bundles.load(name) is bundle
    # One that stood there before is read, and so checked.
    (bundles.folder / name / "network.tflite").write_bytes(b"no network")
    bundles.keep(bundle)
    with pytest.raises(BundleError, match=r"network\.tflite"):
        bundles.load(name)
