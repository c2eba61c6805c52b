"""`raceway opcua`: the machines and alarms of a store for OPC UA clients."""

import asyncio
import signal
from typing import Annotated

import typer

from tui.commands.options import UNUSABLE, Config, Rig, State, fail, sentences, settings_of

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(opcua)


def opcua(
    state: State = None,
    listen: Annotated[
        str | None, typer.Option(help="Address to listen on, instead of that in the settings.")
    ] = None,
    anyone: Annotated[
        bool, typer.Option("--anyone", help="Let every computer that reaches the address read.")
    ] = False,
    config: Config = None,
    rig: Rig = None,
) -> None:
    """Show states, severities and alarms to OPC UA clients; they can change nothing."""
    with sentences():
        from engine.opcua.service import address_of, serve

        settings = settings_of(config, rig, {})
        address = address_of(listen or settings.export.opcua)
        if address.host not in LOOPBACK and not anyone:
            fail(f"{address.url} is open to other computers: say so with --anyone", UNUSABLE)
        folder = state or settings.store.folder

        def ready(url: str) -> None:
            print(f"raceway: showing the machines of {folder} on {url}", flush=True)

        async def run() -> None:
            stopping = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stopping.set)
            await serve(folder, address, stopping, ready)

        asyncio.run(run())
