"""A store, a bundle, a settings file and a standing alarm of an earlier Raceway survive the upgrade.

Each archive holds what the Raceway of a schema version made of the first 62 recordings of the small rig: an
engine that watched them with a bundle, and ended while the alarm of the right component stood.
"""

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.alarms.alarm import fold_alarms
from engine.bundles.bundle import Bundle, load_bundle
from engine.bundles.library import check_fit
from engine.clock import LAST
from engine.config.settings import Settings, load_settings
from engine.records.events import RINGS, EventKind
from engine.records.picker import pick
from engine.store.store import Store
from engine.store.upkeep.backup import restore_backup, write_backup
from engine.store.upkeep.integrity import check
from engine.system.permissions import PRIVATE
from tests.engine.rigs import (
    SMALL_COUNT,
    WALL,
    SmallRig,
    assessed,
    bundle_folder,
    first_recordings,
    only_assessment,
)
from tests.engine.watched_plant import QUICK, Plant, Story

ARCHIVES = [Path(__file__).with_name(f"small-rig-schema-{version}.tar.xz") for version in (4, 5)]
SEEN = 62
"""Recordings that the earlier engine scored."""


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.stem[-5:-4])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return the folder of an earlier Raceway: `rig.toml`, and the state folder `state`."""
    with tarfile.open(request.param) as tar:
        tar.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


@pytest.fixture
def settings(old: Path) -> Settings:
    return load_settings(old / "rig.toml", None, QUICK)


@pytest.fixture
def bundle(old: Path) -> Bundle:
    return load_bundle(bundle_folder(old / "state"))


def test_store_holds_all_that_it_held_and_its_alarm_stands(old: Path) -> None:
    with Store.open(old / "state") as store:
        assert all(finding.sound for finding in check(store))
        assessment = only_assessment(store)
        series = store.series(assessment)
        (alarm,) = fold_alarms(store.events(assessment), LAST)
        assert not store.damage.found
    assert len(series) == SEEN
    assert alarm.stands
    assert alarm.needs_acknowledgement
    assert (alarm.component, alarm.cause) == ("Right", "limit")


def test_bundle_names_its_scoring_and_fits_the_settings(bundle: Bundle, settings: Settings) -> None:
    assert bundle.scoring == 1
    check_fit(bundle, settings)


def test_bundle_gives_the_scores_that_it_gave(
    old: Path, bundle: Bundle, settings: Settings, small_rig: SmallRig, tmp_path: Path
) -> None:
    assessed(first_recordings(small_rig.run, SEEN), settings, tmp_path / "new", bundle)
    both = []
    for state in (old / "state", tmp_path / "new"):
        with Store.open(state) as store:
            both.append(store.series(only_assessment(store)))
    before, now = both
    assert now.names == before.names
    # The last digits depend on the processor.
    np.testing.assert_allclose(now.severity, before.severity, rtol=1e-4)
    np.testing.assert_allclose(now.limit, before.limit, rtol=1e-6)


def test_engine_goes_on_with_the_record_and_its_alarm(
    old: Path, settings: Settings, small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    plant = Plant(small_rig, folder, old / "state", settings)
    with Store.open(old / "state") as store:
        before = store.events(only_assessment(store))
    (ring,) = [event for event in before if event.kind in RINGS]

    def story() -> Story:
        plant.put(*range(SEEN, SMALL_COUNT))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story())
    with Store.open(old / "state") as store:
        after = store.events(only_assessment(store))[len(before) :]
        assert len(store.series(only_assessment(store))) == SMALL_COUNT
        (alarm,) = fold_alarms(store.events(only_assessment(store)), LAST)
    assert alarm.key == ring.alarm
    assert alarm.stands
    told = {event.kind for event in after}
    assert not told & {EventKind.RAISED, EventKind.CLEARED, EventKind.BUNDLE, EventKind.LEARNED}


def test_finished_run_of_the_same_times_is_assessed_beside_the_record(
    old: Path, settings: Settings, bundle: Bundle, small_rig: SmallRig
) -> None:
    with Store.open(old / "state") as store:
        live = only_assessment(store)
        before = list(store.score_rows(live))
        outcome = assessed(small_rig.run, settings, old / "state", bundle)
        assert outcome.scored_now == len(store.series(outcome.assessment)) == SMALL_COUNT
        assert list(store.score_rows(live)) == before
        assert all(finding.sound for finding in check(store))
        assert pick(store.assessments(), None, old / "state") == live


def test_backup_can_be_taken_before_the_upgrade(old: Path, tmp_path: Path) -> None:
    write_backup(old / "state", tmp_path / "backup.tar", WALL)
    restore_backup(tmp_path / "backup.tar", tmp_path / "restored", PRIVATE, lambda _place: False)
    content = []
    for place in (old / "state", tmp_path / "restored"):
        with closing(sqlite3.connect(place / "raceway.db")) as database:
            content.append(list(database.iterdump()))
    assert content[0] == content[1]
    assert bundle_folder(tmp_path / "restored").name == bundle_folder(old / "state").name
