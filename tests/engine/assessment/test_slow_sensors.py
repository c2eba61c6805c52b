"""Slow sensors scored twice in one store: each assessment keeps the expectations of its own bundle."""

from pathlib import Path

import numpy as np

from engine.alarms.alarm import fold_alarms
from engine.assessment.batch import assess
from engine.explanation.process.sensors import ALLOWED, EXPECTED, MEASURED
from engine.explanation.wording import cause_words
from engine.records.stored_settings import FoldRules
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


def test_alarm_of_a_slow_sensor_without_values_names_it(tmp_path: Path) -> None:
    path = tmp_path / "pump.csv"
    rows = row_texts()
    lost = [";".join([row.split(";")[0], "", *row.split(";")[2:]]) for row in rows[300:]]
    path.write_text(HEADER + "".join([*rows[:300], *lost]))
    with Store.open(tmp_path / "state", create=True) as store:
        settings = settings_of(tmp_path)
        outcome = assess(open_run(path, settings.recording_format()), settings, store, now=wall)
        alarms = fold_alarms(store.events(outcome.assessment), wall(), FoldRules())
    assert [cause_words(one) for one in alarms if one.source == "channel"] == ["sensor dead, Flow"]
