"""A bundle is a folder of plain data that scores bit for bit as when learned, or is refused."""

import json
import os
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from engine.bundles.bundle import (
    ARRAYS,
    MANIFEST,
    NETWORK,
    SCORING,
    WEIGHTS,
    BundleError,
    UsualLines,
    load_bundle,
)
from tests.engine.rigs import SMALL_FAULT, SmallRig, scorer_of


@pytest.fixture
def place(small_rig: SmallRig, tmp_path: Path) -> Path:
    """Return a private copy of a bundle."""
    return Path(shutil.copytree(small_rig.bundle_folder, tmp_path / "bundle"))


def complaint(place: Path) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(place)
    return str(caught.value)


def test_saved_bundle_scores_bit_identically(small_rig: SmallRig, tmp_path: Path) -> None:
    again = load_bundle(small_rig.bundle.save(tmp_path))
    snapshot = small_rig.run.read(SMALL_FAULT)
    one = scorer_of(small_rig.bundle, small_rig.settings).examine(snapshot)
    two = scorer_of(again, small_rig.settings).examine(snapshot)
    for name in ("quality", "residual", "running", "figures"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    for name in ("features", "window_errors", "spectrum", "reconstruction"):
        np.testing.assert_array_equal(getattr(one.insight, name), getattr(two.insight, name))


def test_bundle_keeps_provenance_history_and_settings(small_rig: SmallRig, tmp_path: Path) -> None:
    again = load_bundle(small_rig.bundle.save(tmp_path))
    original = small_rig.bundle
    for name in (
        "model",
        "machine",
        "sample_rate",
        "rows",
        "channels",
        "seed",
        "baseline",
        "history",
        "doubts",
    ):
        assert getattr(again, name) == getattr(original, name)
    assert again.settings == small_rig.settings.plain()
    assert {"python", "numpy", "tensorflow", "ai-edge-litert"} <= set(again.versions)
    assert again.layers == original.layers
    assert [layer["parameters"] for layer in again.layers if layer["kind"] == "EinsumDense"]
    assert again.history[0].keys() == {"epoch", "loss", "validation_loss"}


def test_bundle_that_does_not_tell_its_layers_is_as_good_as_any(place: Path) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    del manifest["layers"]
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert load_bundle(place).layers == ()


def test_saving_again_finds_the_same_folder(small_rig: SmallRig, tmp_path: Path) -> None:
    place = small_rig.bundle.save(tmp_path)
    assert replace(small_rig.bundle, learning_seconds=99.0).save(tmp_path) == place
    assert list(tmp_path.iterdir()) == [place]
    assert sorted(path.name for path in place.iterdir()) == sorted([MANIFEST, ARRAYS, NETWORK, WEIGHTS])


def test_digest_is_of_what_influences_a_score_and_not_of_how_long_it_took(small_rig: SmallRig) -> None:
    bundle = small_rig.bundle
    calibration = bundle.calibration
    nudged = np.nextafter(calibration.limit, np.float32(np.inf))
    lines = UsualLines(np.zeros((1, 1, 1, 3), np.float32), np.ones((1, 1, 1, 3), np.float32))

    assert replace(bundle, learning_seconds=99.0).digest() == bundle.digest()
    others = [
        replace(bundle, calibration=replace(calibration, limit=nudged)),
        replace(bundle, scaling={**bundle.scaling, "centre": bundle.scaling["centre"] + np.float32(1.0)}),
        replace(bundle, lines={0: lines}),
        replace(bundle, seed=bundle.seed + 1),
        replace(bundle, network=bundle.network + b"\0"),
        replace(bundle, baseline=replace(bundle.baseline, count=bundle.baseline.count + 1)),
    ]
    assert len({bundle.digest(), *(other.digest() for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("name", [NETWORK, ARRAYS])
@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
def test_altered_byte_is_refused_by_the_name_of_its_file(place: Path, name: str, where: float) -> None:
    data = bytearray((place / name).read_bytes())
    data[int(where * (len(data) - 1))] ^= 1
    (place / name).write_bytes(data)
    assert complaint(place) == f"{place / name}: differs from what was learned; restore it or learn again"


def test_altered_manifest_is_refused(place: Path) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps({**manifest, "seed": manifest["seed"] + 1}))
    assert complaint(place) == f"{place / MANIFEST}: differs from what was learned; restore it or learn again"


@pytest.mark.parametrize("missing", ["files", "baseline", "model", "digest"])
def test_manifest_that_lacks_something_is_damaged(place: Path, missing: str) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    del manifest[missing]
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert complaint(place).startswith(f"{place / MANIFEST}: is damaged")


def test_arrays_that_would_need_pickle_are_not_loaded(place: Path) -> None:
    with np.load(place / ARRAYS) as arrays:
        content = dict(arrays)
    content["calibration.limit"] = np.array([{"code": "runs"}], dtype=object)
    np.savez(place / ARRAYS, **content)
    manifest = json.loads((place / MANIFEST).read_text())
    manifest["files"][ARRAYS] = sha256((place / ARRAYS).read_bytes()).hexdigest()
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert "is damaged" in complaint(place)


def test_file_outside_the_bundle_is_not_touched(place: Path) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    manifest["files"]["../secret"] = "0" * 64
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert "differs from what was learned" in complaint(place)


@pytest.mark.parametrize("name", [NETWORK, ARRAYS, MANIFEST])
def test_missing_file_is_one_sentence(place: Path, name: str) -> None:
    (place / name).unlink()
    assert complaint(place).startswith(f"{place}: ")


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"version": 99}', "\x00"])
def test_folder_that_is_no_bundle_of_this_version_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    assert complaint(tmp_path).startswith(f"{tmp_path}: is no")


def test_path_that_leads_nowhere_is_no_bundle(tmp_path: Path) -> None:
    assert complaint(tmp_path / "nowhere").endswith("is not a bundle (it does not exist)")
    assert complaint(tmp_path).endswith("is not a bundle (it holds no bundle.json)")


def test_folder_of_bundles_names_one_of_them(place: Path) -> None:
    told = complaint(place.parent)
    assert told.endswith(f"is not a bundle (it holds 1 of them; name one, such as {place})")


@pytest.mark.parametrize("name", [MANIFEST, NETWORK, ARRAYS])
@pytest.mark.parametrize("kind", ["pipe", "device", "endless", "folder"])
def test_what_is_no_file_of_a_bundle_is_refused_and_not_waited_for(place: Path, name: str, kind: str) -> None:
    (place / name).unlink()
    match kind:
        case "pipe":
            os.mkfifo(place / name)
        case "device":
            (place / name).symlink_to("/dev/zero")
        case "endless":
            with (place / name).open("wb") as file:
                file.truncate(2**40)
        case _:
            (place / name).mkdir()
    assert "cannot be read" in complaint(place)


@pytest.mark.parametrize("manifest", ["[" * 200_000, '{"version": 1, "files": ' + "[" * 200_000])
def test_endless_manifest_is_refused(place: Path, manifest: str) -> None:
    (place / MANIFEST).write_text(manifest)
    assert "cannot be read" in complaint(place)


@pytest.mark.parametrize("content", [b"PK", b"PK\x03\x04" + bytes(40), b"", b"\x93NUMPY" + bytes(20)])
def test_arrays_that_are_none_are_damage(place: Path, content: bytes) -> None:
    (place / ARRAYS).write_bytes(content)
    manifest = json.loads((place / MANIFEST).read_text())
    manifest["files"][ARRAYS] = sha256(content).hexdigest()
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert "is damaged" in complaint(place)


def test_bundle_of_the_first_scoring_goes_on_as_it_was_learned(small_rig: SmallRig, tmp_path: Path) -> None:
    calibration = replace(small_rig.bundle.calibration, reach=np.zeros(0, np.float32))
    old = replace(small_rig.bundle, scoring=1, calibration=calibration)
    again = load_bundle(old.save(tmp_path))
    assert (again.scoring, again.calibration.reach.size) == (1, 0)
    assert again.digest() == old.digest()
    scorer = scorer_of(again, small_rig.settings)
    insight = scorer.examine(small_rig.run.read(0)).insight
    plain = (insight.features - calibration.centre) / calibration.scatter
    np.testing.assert_array_equal(scorer.residual(insight), plain)


@pytest.mark.parametrize("scoring", [SCORING + 1, 0, "1", None, [1]])
def test_bundle_of_another_scoring_is_to_be_learned_again(place: Path, scoring: object) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    (place / MANIFEST).write_text(json.dumps({**manifest, "scoring": scoring}))
    assert "learn again" in complaint(place)


def test_bundle_without_a_scoring_is_of_the_first(place: Path) -> None:
    manifest = json.loads((place / MANIFEST).read_text())
    del manifest["scoring"]
    (place / MANIFEST).write_text(json.dumps(manifest))
    assert load_bundle(place).scoring == 1
