"""Slow sensors scored twice in one store: each assessment keeps the expectations of its own bundle."""

from pathlib import Path

import numpy as np

from engine.assessment.batch import assess
from engine.explanation.process.sensors import ALLOWED, EXPECTED, MEASURED
from engine.store.store import Store
from replay.run import open_run
from tests.engine.rigs import wall
from tests.engine.slow_sensors import HEADER, row_texts, settings_of


def test_another_baseline_of_the_same_rows_has_expectations_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "pump.csv"
    path.write_text(HEADER + "".join(row_texts()))
    found = []
    with Store.open(tmp_path / "state", create=True) as store:
        for healthy in (20, 50, 20):
            settings = settings_of(tmp_path, overrides={"model.healthy": str(healthy)})
            run = open_run(path, settings.recording_format())
            outcome = assess(run, settings, store, now=wall)
            found.append(store.series(outcome.assessment).figures)
        assert len(store.assessments()) == 2
    first, second, again = found
    np.testing.assert_array_equal(first[..., MEASURED], second[..., MEASURED])
    np.testing.assert_array_equal(first, again)
    for figure in (EXPECTED, ALLOWED):
        assert (first[..., figure] != second[..., figure]).any()
