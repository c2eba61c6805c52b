"""A real OPC UA client sees machines and alarms, and can change nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from engine.clock import wall_clock
from engine.errors import FailedError, UnusableError
from engine.opcua import service
from engine.opcua.service import address_of
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.records.progress import Heartbeat, Phase
from engine.store.location import FILE_NAME
from engine.store.store import Store
from tests.engine.store_items import acknowledge, at, begin, item, raised

pytest.importorskip("asyncua", reason="needs the extra raceway[opcua]")

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.uaerrors import UaError, UaStatusCodeError

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 20.0


class Plant:
    """A store with one machine, as an engine writes it."""

    def __init__(self, state: Path, name: str) -> None:
        self.state, self.name = state, name
        self.store = Store.open(state, create=True)
        self.record = begin(self.store, "live", name, expected=0)
        self.count = 0

    def snapshot(self, *events: NewEvent) -> None:
        number, self.count = self.count, self.count + 1
        digest = sha256(str(number).encode()).hexdigest()
        name = f"snapshot {number}"
        came = Intake(name.encode(), name, 1, 1, number, Outcome.TAKEN, at(number), digest, "")
        self.store.append(self.record, [replace(item(number), events=events)], wall_clock(), [came])

    def beat(self, phase: Phase = Phase.WATCHING, age: float = 0.0) -> None:
        moment = wall_clock() - timedelta(seconds=age)
        self.store.beat(self.record, Heartbeat(moment, 1, phase, self.count, self.count, ""))


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "LOOK_SECONDS", 0.05)
        yield


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the store that one server shows: its start takes seconds."""
    folder = tmp_path_factory.mktemp("plant") / "state"
    Store.open(folder, create=True).close()
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(state: Path) -> AsyncIterator[str]:
    """Run the server; return its address."""
    async with served(state) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def client(url: str) -> AsyncIterator[Client]:
    async with Client(url) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def plant(state: Path, client: Client, request: pytest.FixtureRequest) -> AsyncIterator[Plant]:
    """Return a machine of its own for each test, with a name that needs care; clients see it."""
    made = Plant(state, f"press/1 α % {request.node.name}")
    made.snapshot()
    await state_is(made, client, "normal")
    yield made
    made.store.close()


class Seen:
    """The events of one machine that a subscription gave."""

    def __init__(self, machine: str) -> None:
        self.machine = machine
        self.events: list[Any] = []

    def event_notification(self, event: Any) -> None:
        if event.SourceName.startswith(self.machine):
            self.events.append(event)

    def of(self, name: str) -> list[tuple[bool, bool]]:
        """Return the states (active, acknowledged) of a condition, without repetitions."""
        found = [
            (getattr(one, "ActiveState/Id"), getattr(one, "AckedState/Id"))
            for one in self.events
            if getattr(one, "ConditionName", None) == name
        ]
        return [one for n, one in enumerate(found) if n == 0 or one != found[n - 1]]


@asynccontextmanager
async def served(state: Path) -> AsyncIterator[str]:
    """Run a server on a free port; yield its address."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stopping = asyncio.Event()
    with_port = address_of(f"opc.tcp://127.0.0.1:{free_port()}/raceway")
    task = asyncio.create_task(service.serve(state, with_port, stopping, ready.set_result))
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield ready.result()
    finally:
        stopping.set()
        await task


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


async def values(client: Client, machine: str, *path: str) -> Any:
    space = await client.get_namespace_index("urn:raceway")
    steps = ["Raceway", "Machines", machine, *path]
    node = await client.nodes.objects.get_child([ua.QualifiedName(one, space) for one in steps])
    return await node.read_data_value(raise_on_bad_status=False)


async def until(is_so: Callable[[], Any]) -> None:
    """Wait for a fact that takes a few looks."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = is_so()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)


async def state_is(plant: Plant, client: Client, word: str, beats: bool = True) -> None:
    """Wait until clients see a state; the engine beats meanwhile."""

    async def is_so() -> bool:
        if beats:
            plant.beat()
        try:
            return bool((await values(client, plant.name, "State")).Value.Value == word)
        except UaStatusCodeError:
            return False

    await until(is_so)


async def listen(client: Client, machine: str, node: Any = None) -> tuple[Seen, Any]:
    seen = Seen(machine)
    subscription = await client.create_subscription(20, seen)
    await subscription.subscribe_events(
        node if node is not None else client.nodes.server, ObjectIds.AlarmConditionType
    )
    return seen, subscription


async def refresh(client: Client, subscription: Any) -> None:
    kind = client.get_node(ua.NodeId(ObjectIds.ConditionType))
    method = ua.NodeId(ObjectIds.ConditionType_ConditionRefresh)
    number = ua.Variant(subscription.subscription_id, ua.VariantType.UInt32)
    await kind.call_method(method, number)


async def test_client_reads_state_severity_and_quality_by_machine_and_component(
    plant: Plant, client: Client
) -> None:
    severity = await values(client, plant.name, "Components", "Bearing 2", "Severity")
    assert severity.Value.Value == pytest.approx(0.1 / 7, abs=1e-4)
    assert severity.SourceTimestamp == at(0).replace(tzinfo=severity.SourceTimestamp.tzinfo)
    assert (await values(client, plant.name, "Components", "Bearing 2", "Quality")).Value.Value == "running"
    plant.snapshot()
    plant.beat()

    async def newer() -> bool:
        found = await values(client, plant.name, "Components", "Bearing 2", "Severity")
        return bool(found.Value.Value == pytest.approx(1.1 / 7, abs=1e-4))

    await until(newer)


async def test_alarm_is_an_event_when_it_rings_is_acknowledged_and_ends(plant: Plant, client: Client) -> None:
    seen, _ = await listen(client, plant.name)
    plant.snapshot(raised(1))
    await until(lambda: seen.of("limit") == [(True, False)])
    (ring,) = [one for one in plant.store.events(plant.record) if one.kind is EventKind.RAISED]
    acknowledge(plant.store, plant.record, ring, "ada")
    await until(lambda: seen.of("limit") == [(True, False), (True, True)])
    plant.snapshot(NewEvent(EventKind.CLEARED, at(2), "component", "Bearing 1", "A"))
    await until(lambda: seen.of("limit") == [(True, False), (True, True), (False, True)])
    first, *_, last = [one for one in seen.events if one.ConditionName == "limit"]
    assert first.Severity == 600
    assert "Bearing 1" in first.SourceName
    assert (first.Retain, last.Retain) == (True, False)
    assert last.ClientUserId == "ada"


async def test_alarm_from_before_the_subscription_comes_by_a_refresh_alone(
    plant: Plant, client: Client
) -> None:
    plant.snapshot(raised(1))
    space = await client.get_namespace_index("urn:raceway")
    machine = await client.nodes.objects.get_child(
        [ua.QualifiedName(one, space) for one in ("Raceway", "Machines", plant.name)]
    )
    for node in (client.nodes.server, machine):
        seen, subscription = await listen(client, plant.name, node)
        await refresh(client, subscription)
        await until(lambda seen=seen: seen.of("limit") == [(True, False)])
        assert len([one for one in seen.events if one.ConditionName == "limit"]) == 1


async def test_client_can_write_and_acknowledge_nothing_whatever_its_name(
    plant: Plant, client: Client
) -> None:
    plant.snapshot(raised(1))
    before = plant.store.events(plant.record)
    seen, subscription = await listen(client, plant.name)
    await refresh(client, subscription)
    await until(lambda: seen.events)
    event = next(one for one in seen.events if one.ConditionName == "limit")
    kind = client.get_node(ua.NodeId(ObjectIds.AcknowledgeableConditionType))
    acknowledgement = ua.NodeId(ObjectIds.AcknowledgeableConditionType_Acknowledge)
    with pytest.raises(UaStatusCodeError):
        await kind.call_method(acknowledgement, event.EventId, ua.LocalizedText("by nobody"))
    space = await client.get_namespace_index("urn:raceway")
    node = client.get_node(f"ns={space};s=Raceway/Trouble")
    with pytest.raises(UaStatusCodeError):
        await node.write_value("all is well")
    with pytest.raises(UaStatusCodeError):
        await client.nodes.objects.add_folder(space, "mine")
    admin = Client(client.server_url.geturl())
    admin.set_user("admin")
    with pytest.raises((UaError, ConnectionError, asyncio.TimeoutError)):
        async with admin:
            await admin.get_node(node.nodeid).write_value("all is well")
    assert plant.store.events(plant.record) == before


@pytest.mark.parametrize(
    ("phase", "age", "word"),
    [
        (Phase.WATCHING, 60.0, "engine silent"),
        (Phase.FAILED, 0.0, "engine failed"),
        (Phase.ENDED, 0.0, "engine ended"),
    ],
)
async def test_engine_that_does_not_judge_shows_no_severity_and_is_a_condition(
    plant: Plant, client: Client, phase: Phase, age: float, word: str
) -> None:
    seen, _ = await listen(client, plant.name)
    plant.beat(phase, age)
    await state_is(plant, client, word, beats=False)
    severity = await values(client, plant.name, "Components", "Bearing 1", "Severity")
    assert severity.StatusCode.is_bad()
    last = await values(client, plant.name, "Components", "Bearing 1", "LastSeverity")
    assert last.StatusCode.is_uncertain()
    assert last.Value.Value == pytest.approx(0.1 / 7, abs=1e-4)
    # A look reads the clock before it reads the heartbeat.
    assert (await values(client, plant.name, "HeartbeatAgeSeconds")).Value.Value >= age - 1.0
    await until(lambda: seen.of("engine")[-1:] == [(True, True)])
    await state_is(plant, client, "normal")
    await until(lambda: seen.of("engine")[-1:] == [(False, True)])


async def test_machine_that_is_added_sends_the_alarms_that_stand(plant: Plant, client: Client) -> None:
    seen, _ = await listen(client, "lathe")
    other = begin(plant.store, "live", "lathe", expected=0)
    plant.store.append(other, [item(0), item(1, (raised(1),))], wall_clock())
    await until(lambda: seen.of("limit") == [(True, False)])
    assert (await values(client, "lathe", "State")).Value.Value == "engine silent"


async def test_store_that_cannot_be_read_makes_every_value_bad_and_says_why(
    plant: Plant, client: Client
) -> None:
    plant.store.close()
    file = plant.state / FILE_NAME
    kept = file.read_bytes()
    file.write_bytes(b"no database" * 500)

    async def blind() -> bool:
        return (await values(client, plant.name, "State")).StatusCode.is_bad()

    await until(blind)
    space = await client.get_namespace_index("urn:raceway")
    assert await client.get_node(f"ns={space};s=Raceway/Trouble").read_value()
    file.write_bytes(kept)

    await state_is(Plant(plant.state, plant.name), client, "normal")
    assert not await client.get_node(f"ns={space};s=Raceway/Trouble").read_value()


async def test_store_that_is_missing_and_a_port_in_use_are_one_sentence(
    tmp_path: Path, plant: Plant, url: str
) -> None:
    stopping = asyncio.Event()
    address = address_of(f"opc.tcp://127.0.0.1:{free_port()}/raceway")
    with pytest.raises((FailedError, UnusableError), match=r"no store|no such|missing|holds no"):
        await service.serve(tmp_path / "nowhere", address, stopping, lambda _: None)
    taken = address_of(url)
    with pytest.raises(FailedError, match="cannot listen on"):
        await service.serve(plant.state, taken, stopping, lambda _: None)
