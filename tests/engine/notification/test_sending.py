"""Messages by the real child process to real servers; no secret in any output, nor in the store."""

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from engine.live.messages.channels import CHILD, Channel
from engine.records.events import EventKind
from engine.system.addresses import AddressError, address_of
from engine.system.processes.bounded_run import Ran, run_command
from engine.system.processes.child_process import command
from tests.engine.handmade_events import RAISED
from tests.engine.live.messages.test_channels import Plant
from tests.engine.notification.servers import Web, web

pytest.importorskip("apprise", reason="needs the extra raceway[notify]")

ROOT = Path(__file__).parents[3]

SECRETS = ("hunter2", "t0ken")
EVENT = {
    "kind": "raised",
    "alarm": "Bearing 1/limit/a",
    "component": "Bearing 1",
    "cause": "limit",
    "priority": "medium",
}


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as found:
        yield found


def addressed(port: int) -> str:
    return f"json://user:hunter2@127.0.0.1:{port}/t0ken"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def post(request: dict[str, object], timeout: float = 20.0) -> Ran:
    payload = json.dumps({"machine": "press 4", "minutes": 0, **request}).encode()
    ran = run_command(command(CHILD), payload, timeout)
    assert not any(secret in ran.error for secret in SECRETS)
    return ran


def test_a_message_arrives_whole(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFT", addressed(server.port))
    event = {**EVENT, "priority": "high", "severity": 4.2, "advice": "Inspect today."}
    assert post({"address": "env:SHIFT", "events": [event]}) == Ran(0)
    ((path, body),) = server.got
    assert path == "/t0ken"
    assert json.loads(body)["title"] == "HIGH alarm: Bearing 1, limit (press 4)"
    assert "Severity: 4.20" in json.loads(body)["message"]
    assert "Do: Inspect today." in json.loads(body)["message"]


def test_a_server_that_answers_500_is_named_without_the_address(
    server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFT", addressed(server.port))
    server.status = 500
    assert post({"address": "env:SHIFT", "events": [EVENT]}) == Ran(1, "env:SHIFT: the service answered 500")


def test_a_slow_server_is_left_after_the_timeout(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFT", addressed(server.port))
    server.may_answer.clear()
    assert post({"address": "env:SHIFT", "events": [EVENT]}, 1.5) == Ran(None, "killed after 1.5 s")


def test_a_closed_port_and_a_wrong_address_are_told_without_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHIFT", addressed(1))
    assert "cannot be reached" in post({"address": "env:SHIFT", "events": [EVENT]}).error
    monkeypatch.setenv("SHIFT", "hunter2 t0ken")
    assert "no address that Apprise knows" in post({"address": "env:SHIFT", "events": [EVENT]}).error


def test_mail_arrives_at_a_real_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = pytest.importorskip("aiosmtpd.controller")
    letters: list[Any] = []

    class Box:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
            letters.append(message_from_bytes(envelope.content))
            return "250 taken"

    post_office = controller.Controller(Box(), hostname="127.0.0.1", port=free_port())
    post_office.start()
    try:
        port = post_office.port
        address = f"mailto://127.0.0.1:{port}?from=raceway@plant.example&to=shift@plant.example"
        monkeypatch.setenv("SHIFT", address)
        assert post({"address": "env:SHIFT", "events": [EVENT, EVENT]}) == Ran(0)
    finally:
        post_office.stop()
    (letter,) = letters
    assert str(letter["Subject"]) == "2 alarms rang: 2 medium (press 4)"


def test_the_dead_mans_address_is_called(server: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PING", f"http://127.0.0.1:{server.port}/t0ken")
    assert post({"ping": "env:PING", "timeout": 5}) == Ran(0)
    assert server.got == [("/t0ken", "")]
    server.status = 404
    assert post({"ping": "env:PING", "timeout": 5}) == Ran(1, "env:PING: it answered 404")


def test_a_channel_delivers_after_its_server_came_back_and_the_store_holds_no_secret(
    tmp_path: Path, server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(tmp_path / "state")
    plant.add(RAISED)
    secret = tmp_path / "secret"
    secret.write_text(f"# the shift\n{addressed(1)}\n")
    secret.chmod(0o600)
    monkeypatch.setattr(plant, "run", run_command)
    channel = plant.channel(Channel(f"file:{secret}", timeout=20.0))
    plant.seconds += channel.turn()
    secret.write_text(addressed(server.port))
    channel.turn()
    ((_, body),) = server.got
    assert "Bearing 1 is above its limit" in json.loads(body)["message"]
    stored = b"".join(file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
    assert not any(one.encode() in stored for one in SECRETS)


NOTIFY = """
import sys
from datetime import timedelta
from pathlib import Path
from engine.live.messages.channels import Channel, ChannelNotifier
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.tui import synthetic
state = Path(sys.argv[1])
with Store.open(state) as store:
    record = store.assessments()[-1]
ChannelNotifier(lambda: Store.open(state), record, Channel("env:SHIFT", timeout=30.0), state=state,
    now=lambda: WALL, live_now=lambda: synthetic.at(30)).turn()
"""
"""An engine's turn at messages, as a process that can be killed."""


def test_a_message_is_sent_again_by_the_engine_after_one_that_was_killed_while_it_sent(
    tmp_path: Path, server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(tmp_path / "state")
    plant.add(RAISED)
    monkeypatch.setenv("SHIFT", addressed(server.port))
    server.may_answer.clear()
    engine = subprocess.Popen([sys.executable, "-c", NOTIFY, str(plant.state)], cwd=ROOT)
    assert server.asked.wait(30)
    engine.kill()
    engine.wait()
    server.may_answer.set()
    assert EventKind.NOTIFIED not in {event.kind for event in plant.events()}
    monkeypatch.setattr(plant, "run", run_command)
    for _ in range(2):
        plant.channel(Channel("env:SHIFT", timeout=30.0)).turn()
    told = [event for event in plant.events() if event.kind is EventKind.NOTIFIED]
    assert len(told) == 1
    assert 1 <= len(server.got) <= 2
    assert all("Bearing 1 is above its limit" in json.loads(body)["message"] for _, body in server.got)


def test_the_report_of_the_alarm_is_attached_if_asked(
    tmp_path: Path, server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib", reason="needs the extra raceway[report]")
    plant = Plant(tmp_path / "state")
    plant.add(RAISED)
    monkeypatch.setenv("SHIFT", addressed(server.port))
    monkeypatch.setattr(plant, "run", run_command)
    plant.channel(Channel("env:SHIFT", report=True, timeout=60.0)).turn()
    ((_, body),) = server.got
    (file,) = json.loads(body)["attachments"]
    assert file["filename"] == "report.html"
    assert b"Bearing 1" in base64.b64decode(file["base64"])


# Where an address stands.


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret"
    file.write_text("json://hunter2@host")
    file.chmod(mode)
    with pytest.raises(AddressError, match="chmod 600") as caught:
        address_of(f"file:{file}", {})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"), [("", "no address"), ("# only\n\n", "no address"), (b"\xff\xfe", "not text")]
)
def test_a_file_without_an_address_is_one_sentence(tmp_path: Path, content: str | bytes, words: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(0o600)
    with pytest.raises(AddressError, match=words):
        address_of(f"file:{file}", {})


def test_a_missing_file_a_folder_and_an_unset_variable_are_one_sentence(tmp_path: Path) -> None:
    for reference, words in (
        (f"file:{tmp_path / 'none'}", "cannot be read"),
        (f"file:{tmp_path}", "Is a directory"),
        ("env:NONE", "not set"),
    ):
        with pytest.raises(AddressError, match=words):
            address_of(reference, {"NONE": " "})


def test_the_engine_and_the_command_line_never_load_apprise() -> None:
    names = "engine.live.watcher, engine.notification.__main__, tui.commands.machines.notify"
    program = f"import sys, {names}; sys.exit('apprise' in sys.modules)"
    assert run_command([sys.executable, "-c", program], b"", 60) == Ran(0)
