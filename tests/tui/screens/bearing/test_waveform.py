"""A recording is read again for its waveform; a failure gives a sentence."""

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from engine.clock import microseconds
from engine.records.assessment import Assessment
from engine.records.stored_settings import StoredSettings
from engine.store.store import Store
from tests.engine.rigs import noise, text_of
from tests.tui import synthetic
from tui.screens.bearing.recording import read_waveform

NAME = "2004.02.16.07.52.39"


@pytest.fixture
def assessment(tmp_path: Path) -> Assessment:
    run = tmp_path / "run"
    run.mkdir()
    signal = noise(np.random.default_rng(1), 20_480, 4)
    (run / NAME).write_bytes(text_of(signal, "\t"))
    with Store.open(tmp_path / "state", create=True) as store:
        made = synthetic.begin(store)
    return replace(made, run=str(run), units=("g", "V", "V", "V"))


AT = microseconds(synthetic.at(80))


def test_the_recording_under_the_playhead_is_read_in_units(assessment: Assessment) -> None:
    found = read_waveform(assessment, NAME, AT)
    assert found.why_not == ""
    assert found.signal.shape == (20_480, 4)
    assert found.sample_rate == 20_480.0


def test_sensitivity_is_taken_into_account(assessment: Assessment) -> None:
    settings = assessment.settings
    doubled = replace(settings.parts[0], sensitivity=(2.0,))
    other = replace(settings, parts=(doubled, *settings.parts[1:]))
    plain = read_waveform(assessment, NAME, AT).signal
    halved = read_waveform(replace(assessment, settings=other), NAME, AT).signal
    np.testing.assert_allclose(halved[:, 0], plain[:, 0] / 2)
    np.testing.assert_array_equal(halved[:, 1], plain[:, 1])


def test_what_stands_in_the_way_is_told_in_a_sentence(assessment: Assessment, tmp_path: Path) -> None:
    assert "not reachable" in read_waveform(replace(assessment, run="/no/such"), NAME, AT).why_not
    assert "cannot be read" in read_waveform(assessment, "2004.02.16.08.02.39", AT).why_not
    (Path(assessment.run) / "2004.02.16.08.12.39").write_text("no numbers\n")
    assert "cannot be read" in read_waveform(assessment, "2004.02.16.08.12.39", AT).why_not
    assert "do not tell" in read_waveform(replace(assessment, settings=StoredSettings()), NAME, AT).why_not
    archive = tmp_path / "run.zip"
    with ZipFile(archive, "w") as packed:
        packed.write(Path(assessment.run) / NAME, NAME)
    assert "unpack it" in read_waveform(replace(assessment, run=str(archive)), NAME, AT).why_not


def test_an_archive_that_was_unpacked_for_scoring_is_read_from_there(
    assessment: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from replay.run import open_run
    from tui.screens.bearing.recording import form_of

    monkeypatch.setenv("RACEWAY_CACHE", str(tmp_path / "cache"))
    archive = tmp_path / "run.zip"
    with ZipFile(archive, "w") as packed:
        packed.write(Path(assessment.run) / NAME, NAME)
    own = replace(assessment, run=str(archive))
    open_run(archive, form_of(own)[0])
    assert read_waveform(own, NAME, AT).signal.shape == (20_480, 4)
    assert "holds no recording called" in read_waveform(own, "2004.02.16.08.02.39", AT).why_not
