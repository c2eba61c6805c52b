"""The network's input vectors of a run's recordings, to compare an exported network with a bundle's."""

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from engine.baseline.from_run import AssessmentError
from engine.bundles.bundle import Bundle
from engine.bundles.library import check_fit
from engine.config.channels import layout_of
from engine.config.motors import motors_in
from engine.config.settings import Settings
from engine.config.slow_sensors import conditions_of
from engine.models import model_named
from engine.models.waveform import evenly_spaced
from replay.recording import RecordingError
from replay.run import Run

MOST = 100
"""Most recordings taken, evenly spaced from the first to the last."""


def network_inputs(bundle: Bundle, settings: Settings, run: Run) -> NDArray[np.float32]:
    """Return the input vectors (n, ...) of up to `MOST` recordings of a run.

    Raises:
        BundleError: the bundle does not fit the settings.
        AssessmentError: no recording can be read.
    """
    check_fit(bundle, settings)
    model, layout = (
        model_named(
            bundle.model,
            bundle.sample_rate,
            bundle.rows,
            bundle.channels,
            motors_in(bundle.settings),
            conditions_of(bundle.settings),
        ),
        layout_of(settings),
    )
    vectors = []
    for index in evenly_spaced(len(run), MOST).tolist():
        with suppress(RecordingError):
            observed = model.observe(layout.values(run.read(index).signal))
            vectors.append(model.vectors(observed, bundle.scaling))
    if not vectors:
        raise AssessmentError(f"{run.path}: none of its recordings can be read")
    return np.concatenate(vectors)
