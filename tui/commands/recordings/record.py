"""`raceway record`: cuts a stream into recordings in a watched folder, or takes them from MQTT or OPC UA."""

import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands.options import UNUSABLE, Config, Rig, fail, sentences, settings_of

if TYPE_CHECKING:
    from types import FrameType

    from replay.recording import RecordingFormat


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(record)


def record(
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            help="- (standard input), tcp://HOST:PORT, a file that grows, mqtt://HOST:PORT/TOPIC"
            " with a whole recording in each message, or opc.tcp://HOST:PORT with --node.",
        ),
    ],
    into: Annotated[Path, typer.Option(help="The folder that Raceway watches; made if missing.")],
    rate: Annotated[
        float | None, typer.Option(help="Rows per second; machine.sample_rate if left out.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Rows of a recording; recording.rows if left out.")
    ] = None,
    columns: Annotated[
        int | None, typer.Option(min=1, help="Numbers in a row; recording.columns if left out.")
    ] = None,
    node: Annotated[
        list[str] | None,
        typer.Option(
            help="Node of an OPC UA server, like ns=2;s=Vibration: one for each column, or one with arrays."
        ),
    ] = None,
    machine: Annotated[str | None, typer.Option(help="Write into a folder of this name, in --into.")] = None,
    start: Annotated[
        str | None,
        typer.Option(help="Time of the first row, for rows recorded earlier, like 2024-03-01T10:00:00Z."),
    ] = None,
    config: Config = None,
    rig: Rig = None,
) -> None:
    """Cut a stream of rows into recordings in a watched folder (Ctrl-C ends it).

    From MQTT each message is a whole recording; a + in the topic names the machine, a folder in --into.
    From OPC UA come arrays, each a whole recording, or single values, a node for each column.
    Of slow sensors each message is a row or several, appended to a text a day.
    """
    with sentences():
        settings = settings_of(config, rig, {})
        form = settings.recording_format()
        try:
            form = replace(
                form,
                sample_rate=form.sample_rate if rate is None else rate,
                rows=form.rows if rows is None else rows,
                columns=form.columns if columns is None else columns,
            )
        except ValueError as error:
            fail(f"--rate, --rows or --columns: {error}", UNUSABLE)
        if config is None and rig is None and form.rows < form.sample_rate:
            # Recordings shorter than a second need names that differ within a second.
            form = replace(form, time_pattern=f"{form.time_pattern}.%f")
        if from_.startswith(("mqtt://", "mqtts://")):
            if start is not None:
                fail("--start is for rows; a message states its own time", UNUSABLE)
            if form.table and not form.names:
                fail(
                    'rows by MQTT need channels by name: channels = ["Flow", ...] in [[component]]', UNUSABLE
                )
            _subscribe(from_, into / machine if machine else into, form)
            return
        if from_.startswith("opc.tcp://"):
            if start is not None or not node:
                fail("opc.tcp:// needs a --node for each column, and takes no --start", UNUSABLE)
            _read_nodes(from_, tuple(node), into / machine if machine else into, form)
            return
        _record(from_, into / machine if machine else into, form, _moment(start))


def _record(words: str, folder: Path, form: "RecordingFormat", start: float | None) -> None:
    from replay.recorder.recorder import Recorder
    from replay.recorder.rows import StreamError
    from replay.recorder.sources import pieces, source_of

    folder.mkdir(parents=True, exist_ok=True)
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        recorder = Recorder(folder, form, _say, start)
        try:
            recorder.record(pieces(source_of(words, from_start=start is not None)))
        except KeyboardInterrupt:
            recorder.finish()
        print(recorder.counts.sentence())
    except StreamError as error:
        fail(str(error), UNUSABLE)
    finally:
        signal.signal(signal.SIGTERM, before)


def _read_nodes(words: str, nodes: tuple[str, ...], folder: Path, form: "RecordingFormat") -> None:
    from replay.recorder.opcua.client import OpcSource, address_of
    from replay.recorder.opcua.intake import OpcIntake
    from replay.recorder.rows import StreamError

    before = signal.signal(signal.SIGTERM, _stop)
    try:
        source = OpcSource(address_of(words), nodes, form.sample_rate)
        folder.mkdir(parents=True, exist_ok=True)
        print(OpcIntake(source, len(nodes), folder, form, _say).run())
    except StreamError as error:
        fail(str(error), UNUSABLE)
    finally:
        signal.signal(signal.SIGTERM, before)


def _subscribe(words: str, folder: Path, form: "RecordingFormat") -> None:
    from replay.recorder.mqtt.subscriber import Subscriber, broker_of
    from replay.recorder.rows import StreamError

    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda _number, _frame: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        subscriber = Subscriber(broker_of(words), folder, form, _say)
        folder.mkdir(parents=True, exist_ok=True)
        subscriber.run(stop)
        print(subscriber.counts.sentence())
    except StreamError as error:
        fail(str(error), UNUSABLE)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: "FrameType | None") -> None:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    print(f"raceway: {sentence}", file=sys.stderr, flush=True)


def _moment(words: str | None) -> float | None:
    if words is None:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        fail(f"--start {words!r} is not a time like 2024-03-01T10:00:00Z", UNUSABLE)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
