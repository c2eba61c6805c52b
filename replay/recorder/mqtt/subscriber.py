"""Writes each MQTT message as a recording; it is acknowledged to the broker when the file stands complete.

The session is persistent (QoS 1): the broker keeps messages while nobody listens. It may send a message
twice; a recording that is there already is not written again.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from replay.recorder.mqtt.payload import PayloadError, decode, text_of
from replay.recorder.mqtt.row_log import RowLog, rows_of_payload
from replay.recorder.rows import StreamError
from replay.recorder.whole import OccupiedError, write_once
from replay.recording import RecordingFormat, clean_text

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Waits between two attempts to reach the broker [s]; each is twice the one before."""

KEEP_ALIVE = 20
"""Seconds of silence after which client and broker look whether the other is there."""

LARGEST_NAME = 100
"""Characters of a level of a topic that names a machine."""

LARGEST_FOLDER = 255
"""Bytes of the name of a folder, as file systems allow."""


@dataclass(frozen=True, slots=True)
class Broker:
    """The address of a broker and the topics to listen to."""

    host: str
    port: int
    topic: str
    tls: bool = False
    user: str | None = None
    password: str | None = None


def broker_of(words: str) -> Broker:
    """Return the broker of an address like mqtt://USER@HOST:1883/plant/+/vibration.

    Raises:
        StreamError: it names no host or no topic.
    """
    parts = urlsplit(words, allow_fragments=False)
    try:
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    except ValueError:
        port = 0
    topic = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not port or not topic:
        raise StreamError(
            f"{clean_text(parts.hostname or words)} names no broker and topics: give mqtt://HOST:PORT/TOPIC,"
            " like mqtt://broker:1883/plant/+/vibration"
        )
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Broker(parts.hostname, port, topic, parts.scheme == "mqtts", user, password)


def machine_of(pattern: str, topic: str) -> str:
    """Return the machine of a topic: the levels that + stands for, joined by "-"; "" without a +.

    Raises:
        PayloadError: a level names no folder.
    """
    levels = zip(pattern.split("/"), topic.split("/"), strict=False)
    names = [level for wanted, level in levels if wanted == "+"]
    for name in names:
        bad = not name or name.startswith(".") or not name.isprintable() or len(name) > LARGEST_NAME
        if bad or "\0" in name:
            raise PayloadError("its topic names no machine that could be a folder")
    machine = "-".join(names)
    if len(machine.encode(errors="replace")) > LARGEST_FOLDER:
        # Such a name fails each time: the message would hold up all that come after it.
        raise PayloadError("its topic names a machine whose name is too long for a folder")
    return machine


@dataclass
class Counts:
    """The messages that came."""

    written: int = 0
    repeated: int = 0
    refused: int = 0
    noun: str = "recordings"

    def sentence(self) -> str:
        """Return the counts in words."""
        return (
            f"{self.written} {self.noun} were written, {self.repeated} came twice,"
            f" {self.refused} messages were refused"
        )


@dataclass
class Subscriber:
    """Writes the messages of a broker into folders.

    Attributes:
        broker: where to listen.
        into: the folder; with a + in the topic, each machine has a folder in it.
        form: the format of the recordings.
        say: prints a sentence for the user.
        client_id: names the session that the broker keeps; "" for one of the broker and the folder.
        counts: so far.
    """

    broker: Broker
    into: Path
    form: RecordingFormat
    say: Callable[[str], None]
    client_id: str = ""
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        """Prepare the session's name."""
        own = f"{self.broker.host} {self.broker.topic} {self.into.absolute()}"
        self.client_id = self.client_id or f"raceway-{hashlib.sha256(own.encode()).hexdigest()[:12]}"
        self._ended = threading.Event()
        self._again = ""
        self._logs: dict[str, RowLog] = {}
        self._failed = ""
        if self.form.table:
            self.counts.noun = "rows"

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; connect again after a break.

        Raises:
            StreamError: the library is not installed.
        """
        wait, told = FIRST_WAIT, ""
        while not stop.is_set():
            began, self._again = time.monotonic(), ""
            self._ended.clear()
            try:
                self._listen(stop)
            except OSError as error:
                self._again = f"it cannot be reached ({error.strerror or error})"
            if stop.is_set():
                return
            words = f"{self.broker.host}:{self.broker.port}: {self._again or 'the connection ended'}"
            if words != told:
                self.say(f"{words}; it is tried again, and the broker keeps what comes")
                told = words
            if time.monotonic() - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            stop.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _listen(self, stop: threading.Event) -> None:
        client = self._client()
        client.connect(self.broker.host, self.broker.port, KEEP_ALIVE)
        client.loop_start()
        try:
            while not stop.is_set() and not self._ended.wait(0.1):
                pass
        finally:
            client.disconnect()
            client.loop_stop()

    def _client(self) -> "Client":
        try:
            from paho.mqtt.client import Client
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise StreamError(
                f"an MQTT broker needs paho-mqtt ({error}): pip install 'raceway[mqtt]'"
            ) from error
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if self.broker.user is not None:
            client.username_pw_set(self.broker.user, self.broker.password)
        if self.broker.tls:
            client.tls_set()
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._take
        return client

    def _connected(self, client: "Client", _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._again = f"the broker refuses this client ({reason})"
            self._ended.set()
            return
        client.subscribe(self.broker.topic, qos=1)
        self.say(f"listens to {clean_text(self.broker.topic)} on {self.broker.host}:{self.broker.port}")

    def _disconnected(self, _client: "Client", _data: Any, _flags: Any, _reason: Any, _more: Any) -> None:
        self._ended.set()

    def _take(self, client: "Client", _data: Any, message: "MQTTMessage") -> None:
        """Write a message, then acknowledge it; one that cannot be written stays with the broker."""
        if self._ended.is_set():
            return
        content, topic = bytes(message.payload), "?"
        try:
            topic = message.topic
            self.write(topic, content, datetime.now(UTC))
        except PayloadError as error:
            self._refuse(topic, str(error))
        except OSError as error:
            self._again = f"a recording cannot be written ({error.filename}: {error.strerror})"
            self._ended.set()
            return
        except Exception as error:
            words = f"a message cannot be taken ({type(error).__name__}: {error}); report this"
            known = hashlib.sha256(topic.encode(errors="replace") + b"\0" + content).hexdigest()
            if known != self._failed:
                self._failed, self._again = known, words
                self._ended.set()
                return
            # It failed twice: kept any longer, it would hold up all that come after it.
            self._refuse(topic, words)
        client.ack(message.mid, message.qos)

    def _refuse(self, topic: str, reason: str) -> None:
        """Say why a message is lost, and what to do."""
        self.counts.refused += 1
        self.say(
            f"{clean_text(topic)}: a message was refused: {clean_text(reason)}; it does not come again: mend"
            " its sender, or the settings"
        )

    def write(self, topic: str, content: bytes, now: datetime) -> None:
        """Write the recording of one message; one that is there already counts as repeated.

        Args:
            topic: of the message.
            content: its payload.
            now: time of its arrival, for a payload without a time.

        Raises:
            PayloadError: it holds no whole recording, or another one of its time is there.
            OSError: the file cannot be written.
        """
        machine = machine_of(self.broker.topic, topic)
        if self.form.table:
            self._append(machine, content, now)
            return
        payload = decode(content, self.form.rows, self.form.columns)
        text = text_of(payload.values, self.form.written_separator)
        folder = self.into / machine if machine else self.into
        try:
            written = write_once(folder, self.form, payload.time or now, text)
        except OccupiedError as error:
            raise PayloadError(str(error)) from error
        self.counts.written += written
        self.counts.repeated += not written

    def _append(self, machine: str, content: bytes, now: datetime) -> None:
        """Append the rows of a message; those that are not later than the newest came before."""
        rows = rows_of_payload(content, self.form, now)
        if machine not in self._logs:
            self._logs[machine] = RowLog(self.into / machine if machine else self.into, self.form)
        try:
            written, repeated = self._logs[machine].append(rows)
        except OSError:
            # Half a row may stand there: the log is read again, which cuts it off, before the next row.
            del self._logs[machine]
            raise
        self.counts.written += written
        self.counts.repeated += repeated
