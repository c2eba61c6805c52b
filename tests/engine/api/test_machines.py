"""Facts of the store by HTTP, and acts of operators."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from bench.support import made_up_stores
from engine.api import facts, metrics
from engine.api.app import ServeOptions, create_app
from engine.api.facts import Facts
from engine.api.scoring import BundleScorer
from engine.api.tokens import load_tokens
from engine.clock import wall_clock
from engine.config.settings import load_settings
from engine.records.plants.report import Named, PlantReport
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.engine.store_items import begin

LOCAL = "http://localhost"


def worst(client: TestClient, machine: str) -> dict[str, object]:
    found: dict[str, object] = client.get(f"{machine}/alarms").json()["alarms"][0]
    return found


def test_severities_keep_the_highest_of_each_group(client: TestClient, machine: str, state: Path) -> None:
    with Store.open(state, read_only=True) as store:
        series = store.series(store.assessments()[-1])
    whole = client.get(f"{machine}/severities", params={"most": 10_000}).json()
    few = client.get(f"{machine}/severities", params={"most": 7}).json()
    assert whole["step"] == 1
    assert whole["snapshots"] == len(series) == len(whole["at"])
    assert len(few["at"]) <= 7
    for index, values in enumerate(few["severity"].values()):
        assert max(one for one in values if one is not None) == np.nanmax(series.severity[:, index])


def test_a_span_is_cut_at_its_ends(client: TestClient, machine: str) -> None:
    at = client.get(f"{machine}/severities", params={"most": 10_000}).json()["at"]
    part = client.get(f"{machine}/severities", params={"from": at[3], "to": at[9], "most": 100}).json()
    assert part["at"] == at[3:10]
    none = client.get(f"{machine}/severities", params={"from": "2100-01-01T00:00:00Z"}).json()
    assert none["at"] == []


def test_components_alarms_and_spectrum_are_those_of_the_store(client: TestClient, machine: str) -> None:
    first = client.get(f"{machine}/components").json()[0]
    alarm = worst(client, machine)
    assert first["name"] == alarm["component"] == "Bearing 1"
    assert alarm["surface"] == "outer race"
    story = client.get(f"{machine}/alarms/{alarm['ring']}").json()
    assert story["events"][0]["kind"] == "raised"
    assert story["events"][0]["detail"]
    drawn = client.get(f"{machine}/spectrum").json()
    assert len(drawn["edges_hz"]) == len(drawn["spectrum_db"][0]) + 1
    assert client.get(f"{machine}/kpis").json()["rings"] > 0


def test_events_follow_by_number(client: TestClient, machine: str) -> None:
    whole = client.get(f"{machine}/events").json()["events"]
    middle = whole[len(whole) // 2]["seq"]
    rest = client.get(f"{machine}/events", params={"after": middle, "most": 2}).json()["events"]
    assert rest == [one for one in whole if one["seq"] > middle][:2]


@pytest.mark.parametrize("path", ["/v1/machines/nobody/alarms", "/v1/machines/x/components", "/v1/nothing"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["success"] is False


def test_an_acknowledgement_names_the_ring_that_was_seen(client: TestClient, machine: str) -> None:
    alarm = worst(client, machine)
    path = f"{machine}/alarms/{alarm['ring']}/acknowledge"
    assert client.post(path, json={"ring": 1}).status_code == 409
    first = client.post(path, json={"ring": alarm["ring"], "comment": "seen"}).json()
    again = client.post(path, json={"ring": alarm["ring"]}).json()
    assert (first["stored"], again["stored"]) == (True, False)
    assert again["by"] == first["by"]
    assert client.get(f"{machine}/alarms/{alarm['ring']}").json()["acknowledged_by"] == first["by"]


def test_notes_and_shelves_are_stored(client: TestClient, machine: str) -> None:
    alarm = worst(client, machine)
    path = f"{machine}/alarms/{alarm['ring']}"
    assert client.post(f"{path}/note", json={"text": "warm [b]"}).json()["stored"] is True
    assert client.post(f"{path}/note", json={"text": "  "}).status_code == 422
    far = {"ring": alarm["ring"], "hours": 9000, "reason": "later"}
    assert client.post(f"{path}/shelve", json=far).status_code == 422
    assert client.post(f"{path}/shelve", json={**far, "hours": 1, "reason": ""}).status_code == 422
    assert client.post(f"{path}/shelve", json={**far, "hours": 1}).json()["stored"] is True
    told = client.get(path).json()
    assert told["notes"][0]["text"] == "warm [b]"
    assert told["state"] == "shelved"


def test_machine_of_a_plant_that_has_no_record_is_listed_and_not_watched(
    client: TestClient, state: Path
) -> None:
    now = wall_clock()
    machines = {"mill": Named("/in/mill", now, "no bundle")}
    with Store.open(state) as store:
        store.put_plant(PlantReport("/etc/plant.toml", "north", 1, now, machines=machines))
    mill = next(one for one in client.get("/v1/machines").json() if one["name"] == "mill")
    assert (mill["live"], mill["components"], mill["newest"]) == (True, [], None)
    assert (mill["engine"]["phase"], mill["engine"]["message"]) == ("failed", "no bundle")
    told = client.get("/metrics").text.splitlines()
    assert 'raceway_machine_watched{machine="mill"} 0.0' in told


@pytest.mark.parametrize(
    ("phase", "values"), [(Phase.WATCHING, ["1.0"]), (Phase.FAILED, ["0.0"]), (Phase.REMOVED, [])]
)
def test_removed_machine_leaves_the_metrics_and_one_that_fails_does_not(
    client: TestClient, state: Path, phase: Phase, values: list[str]
) -> None:
    with Store.open(state) as store:
        record = begin(store, machine="mill", expected=0)
        store.beat(record, Heartbeat(wall_clock(), 1, phase, 0, 0, ""))
    told = [line.split("} ") for line in client.get("/metrics").text.splitlines() if 'machine="mill"' in line]
    assert [value for name, value in told if name.startswith("raceway_machine_watched")] == values
    ages = [name for name, _ in told if "heartbeat_age" in name]
    assert bool(ages) is (phase is not Phase.REMOVED)


def test_roles_are_kept(state: Path, scorer: BundleScorer, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    roles = ("read", "score", "operate")
    tokens.write_text(
        "".join(
            f'[[token]]\nname = "{one}r"\nrole = "{one}"\ntoken = "a-long-secret-{one}"\n' for one in roles
        )
    )
    tokens.chmod(0o600)
    with TestClient(create_app(ServeOptions(state, scorer, load_tokens(tokens)))) as client:
        bearer = {one: {"authorization": f"Bearer a-long-secret-{one}"} for one in roles}
        assert client.get("/ping").status_code == 200
        assert client.get("/health").status_code == 401
        assert client.get("/metrics").status_code == 401
        assert client.get("/openapi.json").status_code == 401
        assert client.get("/health", headers=bearer["read"]).status_code == 200
        assert client.post("/predict", json={}, headers=bearer["read"]).status_code == 403
        assert client.post("/predict", json={}, headers=bearer["score"]).status_code == 422
        (one,) = client.get("/v1/machines", headers=bearer["read"]).json()
        machine = f"/v1/machines/{one['name']}"
        alarm = client.get(f"{machine}/alarms", headers=bearer["read"]).json()["alarms"][0]
        path, body = f"{machine}/alarms/{alarm['ring']}/acknowledge", {"ring": alarm["ring"]}
        assert client.post(path, json=body, headers=bearer["score"]).status_code == 403
        done = client.post(path, json=body, headers=bearer["operate"]).json()
        assert done["by"] == "operater (http)"


def test_bodies_and_rates_are_bounded(state: Path, scorer: BundleScorer) -> None:
    options = ServeOptions(state, scorer, None, largest_body=1000, per_second=2)
    with TestClient(create_app(options), base_url=LOCAL) as client:
        assert client.post("/predict", content=b"1" * 2000).status_code == 413
        assert client.post("/predict", content=iter([b"1" * 600] * 3)).status_code == 413
        codes = [client.get("/ping").status_code for _ in range(10)]
        assert 429 in codes


def test_metrics_are_well_formed_and_stale_values_absent(client: TestClient, state: Path) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    told = client.get("/metrics")
    families = {one.name: one for one in text_string_to_metric_families(told.text)}
    labels = {label for family in families.values() for sample in family.samples for label in sample.labels}
    assert labels <= {"machine", "component"}
    assert all(name.startswith("raceway_") for name in families)
    assert families["raceway_alarms_standing_high"].samples[0].value >= 1
    running = families["raceway_component_running"].samples
    assert {sample.labels["component"] for sample in running} == {
        part.name for part in load_settings().components
    }
    assert {sample.value for sample in running} == {0.0}
    assert families["raceway_severity_ratio"].samples == []  # the sample ends with a stopped machine


def test_values_of_a_component_end_when_its_engine_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up_stores.make(tmp_path / "state", 300, components=3)
    known = ("severity_ratio", "error_limit", "component_running", "component_signal_faulty")

    def families() -> set[str]:
        with Store.open(tmp_path / "state", read_only=True) as store:
            lines = metrics.exposition(store).decode().splitlines()
        return {line.partition("{")[0].removeprefix("raceway_") for line in lines if "component=" in line}

    assert families() == set(known)
    hour_later = wall_clock() + timedelta(hours=1)
    monkeypatch.setattr(metrics, "wall_clock", lambda: hour_later)
    assert families() == set()


def test_a_shelved_alarm_moves_to_its_metric(client: TestClient, machine: str) -> None:
    def counts() -> dict[str, float]:
        lines = [line for line in client.get("/metrics").text.splitlines() if "_high{" in line]
        return {
            line.partition("{")[0].removeprefix("raceway_alarms_"): float(line.split()[-1]) for line in lines
        }

    before = counts()
    (alarm, *_) = client.get(f"{machine}/alarms?priority=high").json()["alarms"]
    body = {"ring": alarm["ring"], "hours": 4, "reason": "spare part ordered"}
    assert client.post(f"{machine}/alarms/{alarm['ring']}/shelve", json=body).status_code == 200
    after = counts()
    assert (before["shelved_high"], after["shelved_high"]) == (0, 1)
    assert after["standing_high"] == before["standing_high"] - 1


def test_evidence_is_that_of_the_events(client: TestClient, machine: str) -> None:
    events = client.get(f"{machine}/events").json()["events"]
    expected = [one for one in events if one["kind"] in ("raised", "escalated", "diagnosed")]
    found = client.get(f"{machine}/evidence").json()
    assert found["evidence"] == expected
    (diagnosed, *_) = [one for one in expected if one["kind"] == "diagnosed"]
    assert diagnosed["detail"]["lines"]
    of_one = client.get(
        f"{machine}/evidence",
        params={"component": diagnosed["component"], "after": diagnosed["seq"] - 1, "most": 1},
    )
    assert of_one.json()["evidence"] == [diagnosed]
    assert client.get(f"{machine}/evidence?component=none").json()["evidence"] == []


def test_a_store_that_comes_later_is_served(tmp_path: Path, assessed_sample: Path) -> None:
    with TestClient(create_app(ServeOptions(tmp_path / "state", None, None)), base_url=LOCAL) as client:
        missing = client.get("/v1/machines")
        assert missing.status_code == 503
        assert client.post("/predict", json={}).status_code == 503
        import shutil

        shutil.copytree(assessed_sample, tmp_path / "state")
        assert client.get("/v1/machines").status_code == 200


async def test_a_stream_gives_each_event_once_in_order(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.api.routes import machines as routes

    monkeypatch.setattr(routes, "POLL", 0.01)
    store = Facts(state)
    (one,) = await store.ask(facts.machines)
    known = (await store.at(one["name"], lambda desk: facts.events(desk, 0, 1000)))["events"]

    class Asked:
        class app:  # noqa: N801  as Starlette names it
            class state:  # noqa: N801
                streams = 0

        async def is_disconnected(self) -> bool:
            return False

    got: list[int] = []
    stream = routes._events(Asked(), store, one["name"], known[2]["seq"])  # type: ignore[arg-type]
    async for text in stream:
        got.append(json.loads(text.split("data: ")[1])["seq"])
        if len(got) == len(known) - 3:
            break
    await stream.aclose()
    store.close()
    assert got == [event["seq"] for event in known[3:]]
    assert Asked.app.state.streams == 0
