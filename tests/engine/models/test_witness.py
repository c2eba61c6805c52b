"""The second witness: forests of scikit-learn, scored by numpy alone."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models.witness.forest import Forest, limited


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((90, 2, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def trained(vectors: np.ndarray) -> tuple[Forest, list[object]]:
    from sklearn.ensemble import IsolationForest

    from engine.models.witness.training import nodes_of

    forests = [
        IsolationForest(n_estimators=20, max_samples=60, random_state=3).fit(vectors[:60, one])
        for one in (0, 1)
    ]
    nodes = [nodes_of(one, 60) for one in forests]
    most = max(one["feature"].shape[1] for one in nodes)
    trees = {
        name: np.stack([np.pad(one[name], ((0, 0), (0, most - one[name].shape[1]))) for one in nodes])
        for name in nodes[0]
    }
    return limited(trees, vectors[60:], np.array([True, True])), forests


@given(st.integers(0, 10_000), st.floats(0.1, 8.0))
def test_numpy_scores_as_scikit_learn_does(
    trained: tuple[Forest, list[object]], seed: int, size: float
) -> None:
    forest, theirs = trained
    values = (size * np.random.default_rng(seed).standard_normal((2, 6))).astype(np.float32)
    expected = [-one.score_samples(values[place][None])[0] for place, one in enumerate(theirs)]  # type: ignore[attr-defined]
    assert forest.scores(values) == pytest.approx(expected, abs=1e-5)


def test_odd_snapshot_is_above_the_limit_and_a_usual_one_below(
    trained: tuple[Forest, list[object]], vectors: np.ndarray
) -> None:
    forest, _ = trained
    running = np.array([True, True])
    odd = forest.severity(np.full((2, 6), 9.0, np.float32), running, [1])
    usual = forest.severity(vectors[70], running, [1])
    assert odd is not None
    assert usual is not None
    assert odd > 1.0 > usual >= 0.0


def test_nothing_is_said_of_a_channel_that_stands_or_is_not_known(
    trained: tuple[Forest, list[object]], vectors: np.ndarray
) -> None:
    forest, _ = trained
    assert forest.severity(vectors[0], np.array([False, True]), [1]) is None
    assert forest.without([0]).severity(vectors[0], np.array([True, True]), [1]) is None
    assert forest.without([0]).severity(vectors[0], np.array([True, True]), [1, 2]) is not None


def test_engine_scores_without_scikit_learn() -> None:
    code = (
        "import sys, engine.assessment.assessor, engine.baseline.learner, engine.models.witness.forest;"
        "sys.exit(any(name.split('.')[0] == 'sklearn' for name in sys.modules))"
    )
    where = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=where, check=False).returncode == 0
