"""`raceway serve`: the HTTP interface on the store and a bundle."""

import contextlib
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.command_lines import program_line
from tui.commands.options import FAILED, UNUSABLE, BundleDir, Config, Rig, State, fail, sentences, settings_of

if TYPE_CHECKING:
    from types import FrameType

    from uvicorn import Server

    from engine.api.app import ServeOptions
    from engine.api.children.reporting import CommandOf
    from engine.api.children.terminals import ConsoleOptions
    from engine.api.scoring import BundleScorer

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

LONGEST_MESSAGE = 65536
"""Bytes of one message of a page: keys and sizes are small."""

GRACE = 5
"""Time for open requests when the service is stopped [s]."""

MISSING = "the HTTP interface is not installed; install it: pip install 'raceway[serve]'"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)


def serve(
    state: State = None,
    bundle: BundleDir = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    tokens: Annotated[
        Path | None, typer.Option(help="File of tokens and roles; required beyond this computer.")
    ] = None,
    console: Annotated[bool, typer.Option("--console", help="Offer the console in a browser.")] = False,
    config: Config = None,
    rig: Rig = None,
) -> None:
    """Serve the store and a bundle by HTTP: scoring, facts, acknowledgements, metrics."""
    with sentences():
        if host not in LOOPBACK and tokens is None:
            fail(f"--host {host} can be reached from other computers: give a token file (--tokens)", UNUSABLE)
        settings = settings_of(config, rig, {})
        try:
            import uvicorn

            from engine.api.app import ServeOptions, create_app
        except ImportError:
            fail(MISSING, UNUSABLE)
        from engine.api.tokens import load_tokens
        from engine.api.tuning import tune
        from engine.assessment.key import release
        from engine.store.location import FILE_NAME

        folder = state or settings.store.folder
        has_store = state is not None or (folder / FILE_NAME).exists()
        options = ServeOptions(
            state=folder if has_store else None,
            scorer=_scorer(bundle, config, rig) if bundle is not None else None,
            tokens=load_tokens(tokens) if tokens is not None else None,
            version=release(),
            console=_console_options(folder, config) if console else None,
            report=_report_command(folder, config) if has_store else None,
        )
        if console and not has_store:
            fail(f"{folder} holds no store; --console needs one", UNUSABLE)
        if options.state is None and options.scorer is None:
            fail(f"{folder} holds no store, and no --bundle is given; give one of them", UNUSABLE)
        config_of_server = uvicorn.Config(
            create_app(options),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            ws="websockets-sansio",
            ws_max_size=LONGEST_MESSAGE,
        )
        with _listening(host, port) as listener:
            tune()
            print(f"raceway: serving {_words(options)} on {_address(listener)}", flush=True)
            _run(uvicorn.Server(config_of_server), listener)


def _console_options(folder: Path, config: Path | None) -> "ConsoleOptions":
    """Return the command line of a visitor's console: `raceway attach`, read-only below the role operate."""
    from engine.api.children.terminals import ConsoleOptions
    from engine.api.tokens import NOBODY_ELSE, Caller, Role

    attach = program_line("attach", state=folder, config=config)

    def command_of(caller: Caller) -> list[str]:
        rights = [] if caller.role >= Role.OPERATE else ["--read-only"]
        name = [] if caller is NOBODY_ELSE else [f"--as={caller.name}"]
        return [*attach, *rights, *name]

    return ConsoleOptions(command_of)


def _report_command(folder: Path, config: Path | None) -> "CommandOf":
    """Return the command line that writes the report of a machine into a file."""
    words = program_line("report", state=folder, config=config)
    return lambda machine, file: [*words, f"--machine={machine}", f"--out={file}"]


def _run(server: "Server", listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM, which end it in good order: exit code 0."""

    def stop(number: int, frame: "FrameType | None") -> None:
        server.should_exit = True

    # The library would end the process by the signal once more.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    """Open the port, so that a port in use is one sentence."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        fail(f"cannot listen on {host}, port {port}: {error.strerror or error}", FAILED)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _scorer(bundle: Path, config: Path | None, rig: str | None) -> "BundleScorer":
    from engine.api.scoring import BundleScorer
    from engine.bundles.packed import load_any
    from engine.config.settings import settings_of_bundle

    loaded = load_any(bundle)
    named = config is not None or rig is not None
    return BundleScorer(
        loaded, settings_of(config, rig, {}) if named else settings_of_bundle(loaded.settings)
    )


def _words(options: "ServeOptions") -> str:
    parts = []
    if options.state is not None:
        parts.append(f"the store in {options.state}")
    if options.scorer is not None:
        parts.append(f"a bundle of {options.scorer.bundle.machine} ({options.scorer.bundle.model})")
    return " and ".join(parts)
