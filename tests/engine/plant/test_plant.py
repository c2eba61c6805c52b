"""Many machines in one process: each gives the rows it gives alone, and a failure stays its machine's."""

import re
import shutil
from pathlib import Path

from engine.clock import wall_clock
from engine.records.events import Action, EventKind
from engine.records.progress import Phase
from engine.store.store import Store
from engine.system.lease import lease, lease_name
from tests.engine.plant.site import Site, eventually
from tests.engine.rigs import SMALL_COUNT
from tui.output.status import status_of


def test_each_machine_of_a_plant_gives_what_scoring_the_run_gives(site: Site) -> None:
    site.describe("north", "south")
    site.put("north", range(SMALL_COUNT))
    with site.engine(), Store.open(site.state) as store:
        for position in range(0, SMALL_COUNT, 22):
            site.put("south", range(position, position + 22))
            eventually(lambda: site.taken(store, "south") >= position + 22)  # noqa: B023
        eventually(lambda: site.taken(store, "north") == SMALL_COUNT)
    with Store.open(site.state) as store, Store.open(site.rig.state) as alone:
        batch = alone.series(alone.assessments()[0])
        for name in ("north", "south"):
            record = site.record(store, name)
            assert record is not None
            series = store.series(record)
            for values in ("error", "limit", "severity", "share", "figures", "velocity"):
                assert getattr(series, values).tobytes() == getattr(batch, values).tobytes(), values
            beat = store.heartbeat(record)
            assert beat is not None
            assert (beat.phase, beat.done) == (Phase.ENDED, SMALL_COUNT)
    assert site.said == []


def test_machine_that_fails_is_told_and_tried_again_and_holds_up_no_other(site: Site, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(site.rig.bundle_folder, broken)
    (broken / "network.tflite").write_bytes(b"no network")
    site.describe("sound", "broken one", bundles={"broken one": broken})
    site.put("sound", range(3))
    site.put("broken one", range(3))
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: site.taken(store, "sound") == 3)
        eventually(lambda: bool(site.said))
        assert site.said[0].startswith("broken one: ")
        assert "network.tflite" in site.said[0]
        shutil.copyfile(site.rig.bundle_folder / "network.tflite", broken / "network.tflite")
        eventually(lambda: site.taken(store, "broken one") == 3)
    assert site.said[1:] == ["broken one: is watched again"]


def test_failure_of_a_known_machine_rings_until_it_is_watched_again(site: Site) -> None:
    site.describe("north")
    site.put("north", range(2))
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: site.taken(store, "north") == 2)
    settings = (site.place / "rig.toml").read_text()
    (site.place / "rig.toml").write_text("[machine]\nsample_rate = true\n")
    with site.engine(), Store.open(site.state) as store:
        record = site.record(store, "north")
        assert record is not None
        eventually(lambda: store.events(record)[-1].kind is EventKind.RAISED)
        raised = store.events(record)[-1]
        assert (raised.detail["cause"], "machine.sample_rate" in str(raised.detail)) == (
            "engine failed",
            True,
        )
        eventually(lambda: bool(store.plants()[0].machines["north"].trouble))
        _, lines = status_of(store, site.state, None, wall_clock())
        engine, advice = lines[1:3]
        assert re.search(r"FAILED .* after 2 of 2 snapshots: .*machine.sample_rate must be", engine), engine
        assert advice == (
            f"do        mend that; the engine of {site.file} tries this machine again by itself"
        )
        (site.place / "rig.toml").write_text(settings)
        eventually(lambda: store.events(record)[-1].kind is EventKind.CLEARED)
    (told,) = site.said[:1]
    assert told.endswith("not true; it is tried again, at least every minute")


def test_edit_ends_one_machine_starts_another_and_leaves_the_third_alone(site: Site) -> None:
    site.describe("stays", "goes")
    with site.engine() as plant, Store.open(site.state) as store:
        for name in ("stays", "goes"):
            site.put(name, [0])
            eventually(lambda: site.taken(store, name) == 1)  # noqa: B023
        site.file.write_text("no toml")
        plant.reload()
        eventually(lambda: bool(site.said))
        assert "not valid TOML" in site.said[0]
        site.describe("stays", "comes")
        site.put("comes", [0])
        plant.reload()
        eventually(lambda: site.taken(store, "comes") == 1)
        gone = site.record(store, "goes")
        assert gone is not None
        eventually(lambda: store.events(gone)[-1].kind is EventKind.FINISHED)
        stayed = site.record(store, "stays")
        assert stayed is not None
        starts = [one for one in store.events(stayed) if one.kind is EventKind.STARTED]
        assert len(starts) == 1


def test_request_to_stop_ends_one_machine_of_the_plant(site: Site) -> None:
    site.describe("north", "south")
    with site.engine(), Store.open(site.state) as store:
        site.put("south", [0])
        site.put("north", [0])
        eventually(lambda: site.taken(store, "north") == site.taken(store, "south") == 1)
        record = site.record(store, "north")
        assert record is not None
        now = record.created_at
        store.request(record, Action.STOP, by="ada", now=now, at=now)
        eventually(lambda: store.events(record)[-1].kind is EventKind.FINISHED)
        site.put("south", [1])
        eventually(lambda: site.taken(store, "south") == 2)


def test_machine_of_another_engine_is_taken_over_when_its_lease_is_free(site: Site) -> None:
    site.describe("north")
    site.put("north", [0])
    name = lease_name("north")
    with site.engine(), Store.open(site.state) as store:
        pass
    with lease(site.state / "leases", name), site.engine(), Store.open(site.state) as store:
        eventually(lambda: any("another engine is already watching north" in one for one in site.said))
        record = site.record(store, "north")
        # The other engine's record is not to say that its engine failed.
        assert record is None or all(one.kind is not EventKind.RAISED for one in store.events(record))
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: site.taken(store, "north") == 1)


def test_folder_that_goes_and_comes_back_is_told_once_each_and_the_others_go_on(site: Site) -> None:
    site.describe("north", "south")
    site.put("north", [0])
    with site.engine(), Store.open(site.state) as store:
        eventually(lambda: site.taken(store, "north") == 1)
        (site.place / "north").rename(site.place / "away")
        eventually(lambda: bool(site.said))
        site.put("south", [0])
        eventually(lambda: site.taken(store, "south") == 1)
        (site.place / "away").rename(site.place / "north")
        site.put("north", [1])
        eventually(lambda: site.taken(store, "north") == 2)
        eventually(lambda: len(site.said) == 2)
    gone, back = site.said
    assert gone.startswith(f"north: {site.place / 'north'} does not exist")
    assert back == "north: folder missing no more"
