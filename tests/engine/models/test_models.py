"""Properties of every autoencoder."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from engine.models import MODELS, model_named
from engine.models.base import Insight, Model, Scaling
from engine.models.forecast import AHEAD, LENGTH, SEEN, Forecast
from engine.models.runner import Network, insight_of
from engine.models.waveform import MASKED, Waveform, divergences, evenly_spaced, masked
from engine.system.processes.child_process import command, environment
from tests.engine import training_server

RATE, ROWS, CHANNELS = 25600.0, 2560, 2
UNTRAINED = ("lstm", "transformer")
"""Models too slow to train here; these properties also hold for random weights."""

PREPARED = "conv-vae"
"""The model that is pretrained and annealed."""

Signal = NDArray[np.float32]

pytestmark = pytest.mark.xdist_group("models")


def recording(seed: int, rows: int = ROWS, channels: int = CHANNELS) -> Signal:
    """Return noise about an offset, with a tone."""
    noise = np.random.default_rng(seed).standard_normal((rows, channels))
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(rows) / RATE)[:, None]
    return (0.1 * (noise + tone) - 0.05).astype(np.float32)


def with_impulses(signal: Signal) -> Signal:
    """Add a ringing impact every 80 rows on channel 1."""
    struck = signal.copy()
    time = np.arange(40)
    ring = np.sin(2 * np.pi * 0.2 * time) * np.exp(-time / 8)
    for start in range(10, len(signal) - 40, 80):
        struck[start : start + 40, 0] += ring.astype(np.float32)
    return struck


@dataclass(frozen=True)
class Ready:
    """A model with its scaling and network."""

    model: Model
    scaling: Scaling
    content: bytes
    folder: Path

    def insight(self, signal: Signal) -> Insight:
        network = Network(self.content)
        return insight_of(self.model, network, self.model.observe(signal), self.scaling)


@pytest.fixture(scope="module")
def ready(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ready]:
    """Return every model, most of them trained for two epochs on four recordings."""
    folder = tmp_path_factory.mktemp("models")
    models, scalings, wanted = {}, {}, []
    for name in MODELS:
        model = models[name] = model_named(name, RATE, ROWS, CHANNELS)
        observed = [model.observe(recording(seed)) for seed in range(4)]
        scaling = scalings[name] = model.learn_scaling(observed)
        vectors = model.training_vectors(observed, scaling, np.random.default_rng(0))
        request = {"model": name, "seed": 0, "epochs": 2, "patience": 2, "batch": model.batch}
        if name == PREPARED:
            request |= {"pretrain": 2, "anneal": 1, "beta": 0.5}
        place = folder / name
        place.mkdir()
        (place / "request.json").write_text(json.dumps(request))
        np.savez(
            place / "vectors.npz",
            allow_pickle=False,
            train=np.concatenate(vectors[:3]),
            validation=np.concatenate(vectors[3:]),
        )
        wanted.append([name, model.shape, model.batch, name not in UNTRAINED])
    (folder / "models.json").write_text(json.dumps(wanted))
    (folder / "hopeless").mkdir()
    request = {"model": "dense", "seed": 0, "epochs": 2, "patience": 2, "batch": 1}
    (folder / "hopeless" / "request.json").write_text(json.dumps(request))
    loud = np.full((4, 100), 1e30, np.float32)
    np.savez(folder / "hopeless" / "vectors.npz", allow_pickle=False, train=loud, validation=loud)
    served = training_server.served(shared_folder, command)
    done = subprocess.run(
        served("tests.engine.models.convert_models", str(folder)),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {
        name: Ready(models[name], scalings[name], (folder / name / "network.tflite").read_bytes(), folder)
        for name in MODELS
    }


each_model = pytest.mark.parametrize("name", MODELS)


@each_model
def test_network_needs_builtin_operators_only(ready: Mapping[str, Ready], name: str) -> None:
    operators = {one["op_name"] for one in Interpreter(model_content=ready[name].content)._get_ops_details()}
    assert operators
    assert [one for one in operators if one.startswith("Flex") or one == "CUSTOM"] == []


@each_model
def test_insight_has_the_shapes_of_the_contract_and_is_finite(ready: Mapping[str, Ready], name: str) -> None:
    model, insight = ready[name].model, ready[name].insight(recording(20))
    bands = len(model.edges) - 1
    assert insight.features.shape == (CHANNELS, bands + 1)
    assert insight.spectrum.shape == insight.reconstruction.shape == (CHANNELS, bands)
    assert insight.window_errors.shape == insight.windows.shape[:2] == (len(insight.windows), CHANNELS)
    for plane in (insight.features, insight.window_errors, insight.spectrum, insight.windows):
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
    assert np.isfinite(insight.reconstruction).all()
    assert (insight.window_errors >= 0).all()
    assert np.isfinite(insight.latent)
    assert insight.latent >= 0


@each_model
def test_features_and_window_errors_of_a_struck_channel_grow(ready: Mapping[str, Ready], name: str) -> None:
    healthy = ready[name].insight(recording(20))
    struck = ready[name].insight(with_impulses(recording(20)))
    assert struck.features[0].max() > healthy.features[0].max()
    assert struck.features[0, -1] > healthy.features[0, -1]
    assert struck.window_errors[:, 0].mean() > healthy.window_errors[:, 0].mean()


@each_model
def test_channel_at_rest_hardly_moves_what_is_said_of_its_neighbour(
    ready: Mapping[str, Ready], name: str
) -> None:
    whole = recording(20)
    half = whole.copy()
    half[:, 1] = 0.0
    seen, left = ready[name].insight(whole), ready[name].insight(half)
    for plane in (left.features, left.window_errors, left.spectrum, left.reconstruction):
        assert np.isfinite(plane).all()
    assert np.isfinite(left.latent)
    if name in ("spectral", "dense"):
        assert left.features[0].tobytes() == seen.features[0].tobytes()
    struck = ready[name].insight(with_impulses(whole))
    moved = np.abs(left.features[0] - seen.features[0]).max()
    assert moved < 0.1 * np.abs(struck.features[0] - seen.features[0]).max()


@each_model
def test_same_snapshot_always_gets_the_same_insight(ready: Mapping[str, Ready], name: str) -> None:
    first, again = ready[name].insight(recording(20)), ready[name].insight(recording(20))
    assert first.features.tobytes() == again.features.tobytes()
    assert first.window_errors.tobytes() == again.window_errors.tobytes()
    assert first.latent == again.latent


@each_model
def test_padding_of_a_call_does_not_change_what_the_others_get(ready: Mapping[str, Ready], name: str) -> None:
    model, scaling = ready[name].model, ready[name].scaling
    network = Network(ready[name].content)
    vectors = model.vectors(model.observe(recording(20)), scaling)
    whole = network.run(vectors)
    for count in (1, len(vectors) - 1):
        for output, part in zip(whole, network.run(vectors[:count]), strict=True):
            assert output[:count].tobytes() == part.tobytes()


def test_training_that_comes_apart_says_so_and_leaves_no_network(ready: Mapping[str, Ready]) -> None:
    place = ready["dense"].folder / "hopeless"
    assert (place / "error.txt").read_text() == "the loss is not a finite number any more after epoch 1"
    assert not (place / "network.tflite").exists()


def test_pretraining_and_annealing_count_on_and_leave_a_network(ready: Mapping[str, Ready]) -> None:
    place = ready[PREPARED].folder / PREPARED
    lines = [json.loads(line) for line in (place / "progress.txt").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4]
    assert all(np.isfinite(line["validation_loss"]) for line in lines)
    assert (place / "network.tflite").exists()


def test_error_of_the_predicted_samples_is_the_share_of_the_forecast() -> None:
    model = Forecast(RATE, ROWS, CHANNELS)
    observed = model.observe(recording(0))
    scaling = model.learn_scaling([observed])
    vectors = model.vectors(observed, scaling)
    late, early = vectors.copy(), vectors.copy()
    late[:, SEEN:] += 1.0
    early[:, :SEEN] += 1.0
    both = vectors + np.float32(1.0)
    assert model.forecast_share(vectors, [late]) == pytest.approx([1.0, 1.0])
    assert model.forecast_share(vectors, [early]) == pytest.approx([0.0, 0.0], abs=1e-6)
    evenly = model.forecast_share(vectors, [both])
    assert evenly == pytest.approx([AHEAD / LENGTH] * 2, rel=1e-4)
    assert model.forecast_share(vectors, [vectors]) == pytest.approx([0.0, 0.0])


def test_the_forecast_sees_nothing_of_the_samples_that_it_predicts(ready: Mapping[str, Ready]) -> None:
    model, scaling = ready["forecast"].model, ready["forecast"].scaling
    vectors = model.vectors(model.observe(recording(20)), scaling)
    other = vectors.copy()
    other[:, SEEN:] = 0.0
    network = Network(ready["forecast"].content)
    assert network.run(vectors)[0].tobytes() == network.run(other)[0].tobytes()


@pytest.mark.parametrize("shape", [(4, 66), (2048, 2), (100,)])
def test_masking_hides_one_stretch_of_the_longest_axis(shape: tuple[int, ...]) -> None:
    vectors = np.random.default_rng(0).standard_normal((50, *shape)).astype(np.float32)
    hidden = masked(vectors, np.random.default_rng(1))
    assert hidden.shape == vectors.shape
    changed = hidden != vectors
    assert changed.mean() == pytest.approx(MASKED, abs=0.02)
    axis = int(np.argmax(shape))
    lines = changed.any(axis=tuple(1 + one for one in range(len(shape)) if one != axis))
    for line in lines:
        where = np.flatnonzero(line)
        assert len(where) == where[-1] - where[0] + 1 == round(MASKED * max(shape))


@pytest.mark.parametrize(
    ("name", "dimensions"), [("spectral", 0), ("dense", 0), ("vae", 16), ("conv-vae", 16)]
)
def test_variational_models_alone_have_a_latent_position(
    ready: Mapping[str, Ready], name: str, dimensions: int
) -> None:
    position = ready[name].insight(recording(20)).position
    assert position.shape == (dimensions,)
    assert np.isfinite(position).all()


@pytest.mark.parametrize("name", ["vae", "conv-vae"])
def test_latent_is_the_divergence_of_variational_models(ready: Mapping[str, Ready], name: str) -> None:
    assert ready[name].insight(recording(20)).latent > 0


@pytest.mark.parametrize("name", ["spectral", "dense", "lstm", "transformer", "forecast"])
def test_others_have_no_latent(ready: Mapping[str, Ready], name: str) -> None:
    assert ready[name].insight(recording(20)).latent == 0.0


@each_model
@pytest.mark.parametrize(("rows", "channels"), [(20480, 4), (2560, 1), (1000, 8), (100, 2)])
def test_recordings_of_any_length_and_width_can_be_seen(name: str, rows: int, channels: int) -> None:
    model = model_named(name, RATE, rows, channels)
    observed = [model.observe(recording(seed, rows, channels)) for seed in range(3)]
    scaling = model.learn_scaling(observed)
    vectors = model.training_vectors(observed, scaling, np.random.default_rng(0))
    assert [one.shape[1:] for one in vectors] == [model.shape] * 3
    sent = model.vectors(observed[0], scaling)
    assert sent.shape[1:] == model.shape
    silent = np.zeros_like(sent)
    code = np.zeros((len(sent), 16), np.float32)
    outputs = [silent, code, code] if name.endswith("vae") else [silent]
    insight = model.insight(observed[0], sent, outputs, scaling)
    assert insight.features.shape == (channels, len(model.edges))
    assert model.edges[0] > 0
    assert (np.diff(model.edges) > 0).all()
    assert np.isfinite(insight.features).all()


@each_model
def test_a_channel_without_signal_leaves_numbers_finite(name: str) -> None:
    model = model_named(name, RATE, ROWS, CHANNELS)
    dead = recording(0)
    dead[:, 1] = 0.25
    observed = [model.observe(dead)] * 3
    scaling = model.learn_scaling(observed)
    assert np.isfinite(model.vectors(observed[0], scaling)).all()


@each_model
def test_recordings_shorter_than_a_window_are_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=rf"the {name} model needs \d+ rows or more, not 50"):
        model_named(name, RATE, 50, CHANNELS)


def test_dense_model_sees_its_training_scaled_to_between_0_and_1() -> None:
    model = model_named("dense", RATE, ROWS, CHANNELS)
    observed = [model.observe(recording(seed)) for seed in range(3)]
    scaling = model.learn_scaling(observed)
    vectors = np.concatenate([model.vectors(one, scaling) for one in observed])
    assert vectors.min() == pytest.approx(0.0, abs=1e-6)
    assert vectors.max() == pytest.approx(1.0, abs=1e-6)


def test_dense_model_scores_every_row_once_but_for_the_last_window() -> None:
    model = model_named("dense", RATE, ROWS, CHANNELS)
    signal = recording(0)
    observed = model.observe(signal)
    scaling = model.learn_scaling([observed])
    windows = model.vectors(observed, scaling).reshape(-1, CHANNELS, 100)
    assert len(windows) == 26
    back = windows * scaling["scale"][:, None] + scaling["offset"][:, None]
    assert back[:25, 1].ravel() == pytest.approx(observed[:2500, 1], abs=1e-6)
    assert back[25, 0] == pytest.approx(observed[-100:, 0], abs=1e-6)


@pytest.mark.parametrize("name", ["dense", "lstm", "vae", "conv-vae"])
def test_training_takes_an_evenly_spaced_sample_of_a_long_baseline(name: str) -> None:
    model = model_named(name, RATE, ROWS, CHANNELS)
    observed = [model.observe(recording(0))] * 1500
    scaling = model.learn_scaling(observed[:1])
    vectors = model.training_vectors(observed, scaling, np.random.default_rng(0))
    most = {"dense": 32768, "lstm": 512, "vae": 1200, "conv-vae": 1200}[name]
    assert len({len(one) for one in vectors}) == 1
    assert most / 2 < sum(len(one) for one in vectors) <= most


def test_divergence_of_the_standard_gaussian_is_nothing_and_of_a_shifted_one_half_its_square() -> None:
    zero = np.zeros((5, 3), np.float32)
    assert not divergences(zero, zero).any()
    assert divergences(zero + np.float32(2.0), zero) == pytest.approx(2.0)
    narrow = np.full((5, 3), np.log(0.25), np.float32)
    assert divergences(zero, narrow) == pytest.approx(0.5 * (0.25 - 1 - np.log(0.25)), rel=1e-6)


def test_evenly_spaced_sample_holds_both_ends() -> None:
    assert evenly_spaced(10, 4).tolist() == [0, 3, 6, 9]
    assert evenly_spaced(3, 10).tolist() == [0, 1, 2]
    assert evenly_spaced(1, 5).tolist() == [0]


@pytest.mark.parametrize("name", ["dense", "lstm", "forecast"])
def test_window_errors_alone_are_those_of_the_insight_and_nearly_so_with_fast_instructions(
    ready: Mapping[str, Ready], name: str
) -> None:
    made = ready[name]
    model = made.model
    assert isinstance(model, Waveform)
    signal = with_impulses(recording(70))
    vectors = model.vectors(model.observe(signal), made.scaling)
    expected = made.insight(signal).window_errors
    assert np.array_equal(model.window_errors(vectors, Network(made.content).run(vectors)), expected)
    fast = model.window_errors(vectors, Network(made.content, fast=True).run(vectors))
    np.testing.assert_allclose(fast, expected, rtol=1e-4)
