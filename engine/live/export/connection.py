"""A connection to an MQTT broker for one machine: its last will, retained states, events in order.

The caller's thread does all the work of the connection: a thread that hangs sends no more signs of life, and
the broker publishes the last will.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from engine.errors import UnusableError
from engine.live.export.machine_state import will_of
from replay.recorder.mqtt.subscriber import Broker, broker_of
from replay.recorder.rows import StreamError

if TYPE_CHECKING:
    from paho.mqtt.client import Client

KEEP_ALIVE = 6
"""Seconds between signs of life; after 1.5 times as long the broker takes the engine for dead."""

ANSWER_SECONDS = 10.0
"""Longest wait for an answer of the broker; then the connection is given up."""

TOPIC = "raceway"
"""Beginning of all topics where the address names none."""


class ExportError(Exception):
    """The broker cannot be used now; the message says why, without the password."""


class Connection(Protocol):
    """A connection of one machine."""

    def open(self) -> None:
        """Connect. Raises ExportError: the broker cannot be reached, or refuses."""

    def state(self, state: Mapping[str, Any]) -> None:
        """Publish a state, retained. Raises ExportError: the broker did not take it."""

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Publish events in order. Raises ExportError: the broker did not take all of them."""

    def idle(self, seconds: float) -> None:
        """Keep the connection alive for so long. Raises ExportError: it broke."""

    def drop(self) -> None:
        """Drop the connection without a leave, so that the last will is published."""

    def close(self) -> None:
        """Take leave, so that the last will is not published."""


def address_parts(address: str) -> Broker:
    """Return the broker of an address like mqtts://USER:PASSWORD@HOST:8883/plant/north.

    Raises:
        UnusableError: it is no such address.
    """
    scheme, _, rest = address.partition("://")
    place, _, base = rest.partition("/")
    try:
        broker = broker_of(f"{scheme}://{place}/{base.strip('/') or TOPIC}")
    except (StreamError, ValueError):
        broker = None
    if broker is None or scheme not in ("mqtt", "mqtts") or any(one in broker.topic for one in "+#\0"):
        # It may hold a password, so it is not repeated.
        raise UnusableError("the address of [export] is not like mqtt://HOST:PORT/TOPIC (no + or # in TOPIC)")
    return broker


def topic_of(base: str, machine: str) -> str:
    """Return the topic of a machine; what a topic must not hold in a level is percent-encoded."""
    return f"{base}/{quote(machine, safe=' ')}"


class MqttConnection:
    """A connection by paho-mqtt."""

    def __init__(self, broker: Broker, machine: str, steady: Callable[[], float] = time.monotonic) -> None:
        """Take the broker, the machine's name, and a clock that never goes back; nothing is opened yet."""
        self._broker, self._machine, self._steady = broker, machine, steady
        self._topic = topic_of(broker.topic, machine)
        self._client: Client | None = None
        self._answer = ""
        self._is_connected = False

    def open(self) -> None:
        """Connect, with the last will.

        Raises:
            ExportError: the broker cannot be reached, or refuses; or the library is not installed.
        """
        client = self._new_client()
        self._answer, self._is_connected = "", False
        try:
            client.connect(self._broker.host, self._broker.port, KEEP_ALIVE)
        except (OSError, ValueError) as error:
            raise ExportError(f"cannot be reached ({_why(error)})") from error
        self._client = client
        self._until(lambda: self._is_connected)

    def state(self, state: Mapping[str, Any]) -> None:
        """Publish a state, retained, and wait until the broker has it.

        Raises:
            ExportError: the broker did not take it.
        """
        self._publish([(f"{self._topic}/state", state)], retain=True)

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Publish events in order, and wait until the broker has them all.

        Raises:
            ExportError: the broker did not take all of them.
        """
        self._publish([(f"{self._topic}/events", event) for event in events], retain=False)

    def idle(self, seconds: float) -> None:
        """Serve the connection for so long.

        Raises:
            ExportError: it broke.
        """
        end = self._steady() + seconds
        while (left := end - self._steady()) > 0:
            self._serve(min(left, 0.5))

    def close(self) -> None:
        """Take leave, so that the last will is not published."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop(0.1)

    def _publish(self, messages: Sequence[tuple[str, Mapping[str, Any]]], *, retain: bool) -> None:
        client = self._client
        if client is None:
            raise ExportError("the connection is closed")
        sent = [client.publish(topic, _json(content), qos=1, retain=retain) for topic, content in messages]
        self._until(lambda: all(one.rc == 0 and one.is_published() for one in sent))

    def _until(self, is_done: Callable[[], bool]) -> None:
        end = self._steady() + ANSWER_SECONDS
        while not is_done():
            if self._steady() > end:
                self.drop()
                raise ExportError(f"gave no answer for {ANSWER_SECONDS:g} s")
            self._serve(0.2)

    def _serve(self, seconds: float) -> None:
        client = self._client
        if client is None:
            raise ExportError("the connection is closed")
        code = client.loop(seconds)
        if self._answer or code != 0:
            self.drop()
            raise ExportError(self._answer or "the connection broke")

    def drop(self) -> None:
        """Drop the connection without a leave, so that the last will is published."""
        client, self._client = self._client, None
        if client is not None and (line := client.socket()) is not None:
            line.close()

    def _new_client(self) -> "Client":
        try:
            from paho.mqtt.client import Client
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise ExportError(f"needs paho-mqtt ({error}): pip install 'raceway[mqtt]'") from error
        client = Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
        broker = self._broker
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set()
        will = json.dumps(will_of(self._machine))
        client.will_set(f"{self._topic}/state", will, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        return client

    def _connected(self, _client: "Client", _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        if reason.is_failure:
            self._answer = f"refuses this client ({reason})"
        else:
            self._is_connected = True

    def _disconnected(self, _client: "Client", _data: Any, _flags: Any, reason: Any, _more: Any) -> None:
        self._answer = self._answer or f"the connection broke ({reason})"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _json(content: Mapping[str, Any]) -> str:
    """Return content as JSON that every reader knows: a number that is not finite becomes null."""
    return json.dumps(_finite(content), default=str, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value
