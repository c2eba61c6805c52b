"""The picture of a snapshot is small and complete, and its shares sum to one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.picture import Picture
from engine.store.store import Store
from tests.engine.rigs import only_assessment


@given(st.integers(1, 9), st.integers(1, 80), st.integers(0, 1000))
def test_picture_comes_back_as_it_was_packed(channels: int, bands: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Values that float16 holds exactly: packing adds no further rounding.
    planes = rng.integers(-120, 120, size=(3, channels, bands)).astype(np.float32) / 4
    parts = rng.integers(0, 65, size=(channels, seed % 20)).astype(np.float32) / 64
    edges = np.linspace(10.5, 12_800.0, bands + 1).astype(np.float32)
    back = Picture.unpack(Picture(edges, *planes, parts).pack())
    assert back.parts.shape == parts.shape
    assert back.parts.tolist() == parts.tolist()
    assert back.edges.tolist() == edges.tolist()
    assert np.stack([back.spectrum, back.reconstruction, back.contribution]).tolist() == planes.tolist()


def test_picture_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="picture version 3 is not known"):
        Picture.unpack(b'{"v": 3, "channels": 1, "bands": 1}\n')


@given(st.lists(st.floats(0, 3.75, width=32), min_size=2, max_size=80))
def test_envelope_is_kept_to_within_a_few_percent(amplitudes: list[float]) -> None:
    planes = np.zeros((3, 1, 2), np.float32)
    kept = Picture(
        np.array([0.0, 100.0, 200.0], np.float32),
        *planes,
        envelope=np.array([amplitudes], np.float32),
        envelope_step=1.5,
        carriers=np.array([[1280.0, 2560.0]], np.float32),
    )
    back = Picture.unpack(kept.pack())
    assert back.envelope == pytest.approx(kept.envelope, rel=0.03, abs=2**-13)
    assert (back.envelope_step, back.carriers.tolist()) == (1.5, [[1280.0, 2560.0]])


def test_picture_of_the_first_version_unpacks_and_knows_no_envelope() -> None:
    planes = np.arange(6, dtype="<f2")
    edges = np.array([10.0, 20.0, 30.0], "<f4")
    parts = np.array([0.5, 0.5], "<f2")
    head = b'{"v": 1, "channels": 1, "bands": 2, "parts": [1, 2]}\n'
    old = Picture.unpack(head + edges.tobytes() + planes.tobytes() + parts.tobytes())
    assert old.contribution.tolist() == [[4.0, 5.0]]
    assert old.parts.tolist() == [[0.5, 0.5]]
    assert old.envelope.size == 0
    assert old.carriers.shape == (0, 2)


def test_pictures_of_the_sample_are_small_and_their_shares_sum_to_one(assessed_sample: Path) -> None:
    with Store.open(assessed_sample) as store:
        assessment = only_assessment(store)
        packed = [store.picture(assessment, position) for position in (0, 70, 139)]
    for data in packed:
        assert data is not None
        assert len(data) < 8_000
        picture = Picture.unpack(data)
        assert picture.spectrum.shape == picture.reconstruction.shape == picture.contribution.shape
        assert len(picture.spectrum) == 4
        assert len(picture.edges) == picture.spectrum.shape[1] + 1
        assert picture.edges[-1] == pytest.approx(10_240, rel=0.01)
        assert picture.contribution.sum() == pytest.approx(1.0, abs=0.01)
        assert picture.parts.shape == (4, 19)
        assert len(data) < 8_192
        assert picture.envelope.shape == (4, 1038)
        assert picture.envelope_step == 1.0
        assert picture.parts.sum() == pytest.approx(1.0, abs=0.01)
        assert np.isfinite(picture.spectrum).all()
        assert np.isfinite(picture.reconstruction).all()


def test_picture_of_the_stopped_machine_has_no_shares(assessed_sample: Path) -> None:
    with Store.open(assessed_sample) as store:
        data = store.picture(only_assessment(store), 140)
    assert data is not None
    assert Picture.unpack(data).contribution.max() == 0.0
