"""Each machine of a plant shows in the store with its trouble, while the engine runs and after it."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import wall_clock
from engine.config.plant_file import read_plant
from engine.errors import StoreFullError
from engine.plant.roster import Roster, note_removal
from engine.records.plants.report import Unrecorded
from engine.records.progress import SILENCE, Phase
from engine.store.shared import SharedStore
from engine.store.store import Store
from engine.system.lease import lease, lease_name
from tests.engine.plant.site import QUICK, Site, eventually

LATER = 2 * SILENCE


def missing(store: Store, later: timedelta = timedelta(0)) -> dict[str, Unrecorded]:
    return {one.assessment.machine: one for one in store.unrecorded(wall_clock() + later)}


def fails(store: Store, name: str) -> bool:
    found = missing(store).get(name)
    return found is not None and found.heartbeat.phase is Phase.FAILED


def all_watched(store: Store) -> bool:
    return bool(store.plants()) and not missing(store)


def told(store: Store, name: str, later: timedelta = timedelta(0)) -> tuple[Phase, str]:
    beat = missing(store, later)[name].heartbeat
    return beat.phase, beat.message


def break_settings(site: Site) -> None:
    (site.place / "rig.toml").write_text("[machine]\nsample_rate = true\n")


def mend_settings(site: Site) -> None:
    (site.place / "rig.toml").write_text(site.rig.config.read_text() + QUICK)


def test_machine_with_faulty_settings_shows_its_trouble_while_the_engine_runs_and_after_it(
    site: Site,
) -> None:
    site.describe("north")
    break_settings(site)
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: fails(store, "north"))
        assert "machine.sample_rate" in told(store, "north")[1]
        # As if the engine had been killed: its heartbeat grows old.
        phase, words = told(store, "north", LATER)
        assert (phase, "machine.sample_rate" in words) == (Phase.STARTING, True)
        assert missing(store)["north"].heartbeat.is_silent(wall_clock() + LATER)
    with Store.open(site.state) as store:
        assert told(store, "north")[0] is Phase.ENDED
        assert "machine.sample_rate" in told(store, "north")[1]
        assert "machine.sample_rate" in told(store, "north", LATER)[1]


@pytest.mark.parametrize("broken", ["bundle", "settings file", "bundle of nothing"])
def test_machine_whose_part_is_missing_shows_it_until_it_is_watched(site: Site, broken: str) -> None:
    bundle = site.place / "elsewhere" if broken == "bundle" else site.rig.bundle_folder
    if broken == "bundle of nothing":
        bundle = site.place / "empty"
        bundle.mkdir()
    site.describe("south", "north", bundles={"north": bundle})
    if broken == "settings file":
        site.file.write_text(site.file.read_text().replace('"rig.toml"', '"none.toml"'))
    with site.engine() as plant, Store.open(site.state) as store:
        eventually(lambda: fails(store, "north"))
        assert told(store, "north")[1]
        site.describe("south", "north")
        plant.reload()
        eventually(lambda: all_watched(store))
        assert site.record(store, "north") is not None


def test_machine_shows_before_its_thread_has_begun(site: Site) -> None:
    site.describe("north")
    with SharedStore.open(site.state, create=True) as store:
        roster = Roster(site.file, store)
        roster.name(read_plant(site.file))
        roster.flush()
        assert told(store, "north") == (Phase.STARTING, "")
        assert missing(store)["north"].assessment.run == str(site.place / "north")


def test_machine_that_an_edit_adds_shows_its_trouble_and_one_that_is_taken_out_again_shows_no_more(
    site: Site,
) -> None:
    site.describe("north")
    with site.engine() as plant, Store.open(site.state) as store:
        eventually(lambda: all_watched(store))
        site.describe("north", "south", bundles={"south": site.place / "elsewhere"})
        plant.reload()
        eventually(lambda: fails(store, "south"))
        site.describe("north")
        plant.reload()
        eventually(lambda: all_watched(store))


@pytest.mark.parametrize("edit", ["no toml", "twice", "gone"])
def test_faulty_edit_is_reported_until_the_next_sound_one(site: Site, edit: str) -> None:
    site.describe("north")
    sound = site.file.read_text()
    with site.engine() as plant, Store.open(site.state) as store:
        eventually(lambda: [one.fault for one in store.plants()] == [""])
        if edit == "gone":
            site.file.unlink()
        else:
            site.file.write_text("no toml" if edit == "no toml" else sound * 2)
        plant.reload()
        eventually(lambda: bool(store.plants()[0].fault))
        (report,) = store.plants()
        assert report.fault.endswith("The plant goes on as before the edit.")
        assert list(report.machines) == ["north"]
        site.file.write_text(sound)
        plant.reload()
        eventually(lambda: not store.plants()[0].fault)


def removed(site: Site, store: Store, name: str) -> bool:
    record = site.record(store, name)
    beat = store.heartbeat(record) if record is not None else None
    return beat is not None and beat.phase is Phase.REMOVED and str(site.file) in beat.message


def test_machine_that_an_edit_removes_is_said_to_be_removed(site: Site) -> None:
    site.describe("stays", "goes")
    with site.engine() as plant, Store.open(site.state) as store:
        eventually(lambda: all_watched(store))
        site.describe("stays")
        plant.reload()
        eventually(lambda: removed(site, store, "goes"))
        site.describe("stays", "goes")
        plant.reload()
        eventually(lambda: not removed(site, store, "goes"))


@pytest.mark.parametrize("way", ["ended", "killed"])
def test_machine_that_was_removed_while_no_engine_ran_is_said_to_be_removed(site: Site, way: str) -> None:
    site.describe("stays", "goes")
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: all_watched(store))
        (report,) = store.plants()
    with Store.open(site.state) as store:
        if way == "killed":
            store.put_plant(report)
        before = site.record(store, "goes")
        assert before is not None
        last = store.heartbeat(before)
    site.describe("stays")
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: removed(site, store, "goes"))
        beat = store.heartbeat(before)
        assert last is not None
        assert beat is not None
        # Since its last engine, not since this one.
        assert beat.beat_at == last.beat_at


def test_machine_that_another_engine_watches_is_not_said_to_be_removed(site: Site) -> None:
    site.describe("north")
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: all_watched(store))
    with lease(site.state / "leases", lease_name("north")), Store.open(site.state) as store:
        note_removal(store, "north", str(site.file))
        assert not removed(site, store, "north")
        note_removal(store, "unknown", str(site.file))


def test_report_of_an_engine_that_is_gone_ends_where_another_plant_names_its_machines(
    site: Site, tmp_path: Path
) -> None:
    site.describe("north", "south")
    machines = read_plant(site.file)
    with SharedStore.open(site.state, create=True) as store:
        former = Roster(tmp_path / "former.toml", store)
        former.name(machines[:1])
        former.flush()
        present = Roster(site.file, store)
        present.name(machines)
        # It is at work: two engines share the machines.
        assert present.take_over() == frozenset()
        assert len(store.plants()) == 1
        former.flush(ended=True)
        assert present.take_over() == frozenset()
        present.flush()
        assert [one.file for one in store.plants()] == [str(site.file)]


def test_report_that_could_not_be_stored_is_stored_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.describe("north")
    with SharedStore.open(site.state, create=True) as store:
        roster = Roster(site.file, store)
        roster.name(read_plant(site.file))

        def fail(*_given: object) -> None:
            raise StoreFullError("no room")

        with monkeypatch.context() as patched:
            patched.setattr(store, "put_plant", fail)
            roster.flush()
        assert store.plants() == ()
        roster.trouble("north", "no bundle")
        roster.flush()
        assert told(store, "north") == (Phase.FAILED, "no bundle")
