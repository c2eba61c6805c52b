"""Integrated gradients: they sum to the rise of the error, and fall where the fault is."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles.bundle import Bundle
from engine.models import model_named
from engine.reports.gradients import (
    GradientsError,
    agreement,
    attribution_of,
    occlusion_bands,
)
from engine.system.processes.child_process import environment
from tests.engine.rigs import SMALL_FAULT, SmallRig

UNTRAINED = """
import sys, importlib, numpy as np
model, path, *shape = sys.argv[1:]
network = importlib.import_module(f"engine.models.networks.{model}").build(*map(int, shape)).scoring
np.savez(path, *network.get_weights())
"""


def untrained(rig: SmallRig, name: str, folder: Path) -> Bundle:
    """Return a bundle of another model with random weights."""
    bundle = rig.bundle
    model = model_named(name, bundle.sample_rate, bundle.rows, bundle.channels)
    path = folder / "weights.npz"
    words = [sys.executable, "-c", UNTRAINED, name.replace("-", "_"), str(path), *map(str, model.shape)]
    subprocess.run(words, check=True, env={**environment(), "TF_CPP_MIN_LOG_LEVEL": "3"})
    signals = [rig.run.read(index).signal for index in range(3)]
    scaling = model.learn_scaling([model.observe(one) for one in signals])
    return replace(bundle, model=name, scaling=scaling, weights=path.read_bytes())


def test_attributions_of_a_spectrum_sum_to_the_rise_and_stand_in_the_bands_of_the_fault(
    small_rig: SmallRig,
) -> None:
    signal = small_rig.run.read(SMALL_FAULT + 8).signal
    found = attribution_of(small_rig.bundle, signal, [1])
    assert found.gap < 0.02
    assert found.shares.sum() + found.rest == pytest.approx(1.0, abs=0.02)
    wide = found.widened([(0.0, float(found.edges[-1]))])
    assert wide[0] == pytest.approx(found.shares[:, :-1].sum() + found.shares[:, -1].sum())


@pytest.mark.long
@pytest.mark.parametrize("name", ["dense", "vae"])
def test_attributions_of_a_waveform_sum_to_the_rise_by_frequency(
    name: str, small_rig: SmallRig, tmp_path: Path
) -> None:
    bundle = untrained(small_rig, name, tmp_path)
    signal = small_rig.run.read(SMALL_FAULT + 8).signal
    found = attribution_of(bundle, signal, [1, 2], steps=24)
    assert found.shares.shape == (2, len(found.edges) - 1)
    assert found.gap < 0.05
    assert (len(found.moved) > 0) == (name == "vae")
    assert len(found.moved) == len(found.steep)


def test_a_bundle_without_weights_and_a_calm_snapshot_are_one_sentence(small_rig: SmallRig) -> None:
    signal = small_rig.run.read(0).signal
    with pytest.raises(GradientsError, match="keeps no weights"):
        attribution_of(replace(small_rig.bundle, weights=b""), signal, [1])


def test_agreement_is_a_rank_correlation_or_not_known() -> None:
    assert agreement([1.0, 2.0, 3.0], [10.0, 20.0, 400.0]) == pytest.approx(1.0)
    assert agreement([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
    assert agreement([1.0, 2.0], [1.0, 2.0]) is None
    assert agreement([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None


def test_damaged_occlusion_is_left_out() -> None:
    stored = [{"band": [100, 200], "fall": 0.5}, {"channel": 1, "fall": 0.2}, {"band": "x", "fall": 1}, {}]
    assert occlusion_bands(stored) == [((100.0, 200.0), 0.5)]
