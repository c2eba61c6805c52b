"""`raceway notify`: tries the addresses of `[notify]`."""

import json
from typing import Annotated

import typer

from tui.command_help import CommandList
from tui.commands.options import FAILED, UNUSABLE, Config, Rig, fail, sentences, settings_of

notify = typer.Typer(cls=CommandList, no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    notify.callback()(_notify)
    app.add_typer(
        notify, name="notify", help="Messages to people: test sends one to each address of [notify]."
    )


def _notify() -> None:
    """Hold the commands of `raceway notify`."""


@notify.command("test")
def send_test(
    config: Config = None,
    rig: Rig = None,
    only: Annotated[
        str | None, typer.Option("--to", help="Only this address, env:NAME or file:PATH.")
    ] = None,
) -> None:
    """Send a test message to each address of the settings, and call the dead man's address."""
    with sentences():
        settings = settings_of(config, rig, {})
        from engine.live.messages.channels import CHILD, channels_of
        from engine.system.processes.bounded_run import run_command
        from engine.system.processes.child_process import command

        notify = settings.notify
        requests = [
            (f"level {channel.level + 1}", channel.reference, {"address": channel.reference, "test": True})
            for channel in channels_of(notify)
        ]
        if notify.ping:
            requests.append(("ping", notify.ping, {"ping": notify.ping, "timeout": notify.timeout}))
        wanted = [one for one in requests if only in (None, one[1])]
        if not requests:
            fail("[notify] has no address; docs/notifications.md explains how to add one", UNUSABLE)
        if not wanted:
            known = ", ".join(dict.fromkeys(one[1] for one in requests))
            fail(f"--to {only!r} is not an address of [notify]; the addresses are {known}", UNUSABLE)
        failed = False
        for what, reference, request in wanted:
            payload = json.dumps({**request, "machine": settings.machine.name}).encode()
            ran = run_command(command(CHILD), payload, notify.timeout)
            failed |= ran.code != 0
            print(f"{what}  {reference}: {'taken' if ran.code == 0 else f'FAILED, {ran.error}'}")
    if failed:
        raise typer.Exit(FAILED)
