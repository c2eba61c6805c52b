"""The use of latent dimensions and of the prediction, in numbers and in words."""

import numpy as np

from engine.evaluation.network_use import ForecastUse, LatentUse, latent_use
from tui.output.evaluation_tables import use_lines


def test_a_dimension_is_active_if_its_mean_moves_with_the_window() -> None:
    mean = np.zeros((100, 3), np.float32)
    mean[:, 1] = np.linspace(-1, 1, 100)
    use = latent_use(mean, np.zeros_like(mean))
    assert use.active == 1
    assert "1 of 3 dimensions are active" in use_lines(use)[0]
    assert len(use_lines(use)) == 1


def test_a_collapsed_posterior_is_said_with_its_remedy() -> None:
    use = latent_use(np.zeros((10, 4), np.float32), np.zeros((10, 4), np.float32))
    assert use.active == 0
    assert "posterior collapsed" in use_lines(use)[1]
    assert "model.beta" in use_lines(use)[1]


def test_dimensions_are_listed_from_the_largest() -> None:
    use = LatentUse(np.array([0.1, 2.0, 0.5]), np.ones(3))
    assert "2.000, 0.500, 0.100" in use_lines(use)[0]


def test_the_share_of_the_forecast_is_said_before_and_from_the_onset() -> None:
    assert use_lines(ForecastUse(0.4, 0.52)) == [
        "forecast: 40% of the squared error is of the prediction before the onset, 52% from it on"
        " (33% if it were spread evenly)"
    ]
