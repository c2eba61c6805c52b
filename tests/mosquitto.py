"""The broker mosquitto, for tests that want a real one."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

PATIENCE = 30.0


class Broker:
    """The broker mosquitto in a process."""

    def __init__(self, program: str, place: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._command = [program, "-c", str(place / "mosquitto.conf")]
        (place / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {place}/\nlog_dest none\nuser root\n"
        )

    def start(self) -> None:
        self._process = subprocess.Popen(self._command)
        eventually(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def publish(self, *messages: tuple[str, bytes]) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for topic, content in messages:
            client.publish(topic, content, qos=1).wait_for_publish(PATIENCE)
        client.disconnect()
        client.loop_stop()


def broker_in(place: Path) -> Broker:
    """Return a broker that is not started yet; skip the test where mosquitto or paho-mqtt is missing."""
    pytest.importorskip("paho", reason="needs the extra raceway[mqtt]")
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("needs the broker mosquitto")
    return Broker(program, place)


def eventually(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.02)
