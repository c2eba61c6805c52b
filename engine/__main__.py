"""The engine as a process of its own, no screen, no terminal needed.

`python -m engine score RUN --state DIR` assesses a finished run; `python -m engine watch DIR --state DIR`
watches a folder until it is told to end (SIGTERM or SIGINT). `python -m engine plant PLANT.TOML --state DIR`
watches all machines of a plant, and reads its file again on SIGHUP. Says nothing while all is well; a failure
is one sentence on standard error. Exit codes are those of `raceway score`.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from engine.assessment.key import live_key
from engine.bundles.library import Bundles
from engine.bundles.packed import load_any
from engine.clock import wall_clock
from engine.config.own_machine import channels_of
from engine.config.settings import Settings, load_settings
from engine.errors import FailedError, StoreFaultError, StoreFullError, UnusableError
from engine.live.founding import founded
from engine.store.location import address_of
from engine.store.store import Store
from engine.system.arguments import decode_arguments
from engine.system.disk_space import FULL
from engine.system.lease import LeaseLostError, LeaseTakenError
from engine.system.output import complain, replace_unencodable
from replay.run import RunError, open_run


def main() -> int:
    """Do what the command line asks for."""
    decode_arguments()
    replace_unencodable()
    parser = argparse.ArgumentParser(prog="python -m engine")
    parser.add_argument("command", choices=["score", "watch", "plant"])
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--rig")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--overrides", type=json.loads, default={})
    given = parser.parse_args()
    try:
        if given.command == "plant":
            _until_ended(given.state, lambda stop: _plant_once(given, stop))
            return 0
        channels = partial(channels_of, given.recordings, watched=given.command == "watch")
        settings = load_settings(given.config, given.rig, given.overrides, channels)
        if given.command == "watch":
            _until_ended(given.state, lambda stop: _watch_once(given, settings, stop))
        else:
            _score(given, settings)
    except (UnusableError, RunError) as error:
        complain(str(error))
        return 2
    except (FailedError, OSError) as error:
        complain(str(error))
        return 1
    except MemoryError:
        print("not enough memory; give the engine more", file=sys.stderr)
        return 1
    return 0


def _started_as(given: argparse.Namespace) -> dict[str, str]:
    """Return the folder and the options with absolute paths; the bundle is copied beside the store."""
    paths = {"folder": given.recordings, "state": given.state, "config": given.config}
    told = {name: str(path.absolute()) for name, path in paths.items() if path is not None}
    return {**told, "rig": given.rig} if given.rig else told


def _score(given: argparse.Namespace, settings: Settings) -> None:
    """Assess a finished run."""
    # Imported here: a watching engine shows its first heartbeat before the scoring is loaded.
    from engine.assessment.batch import assess

    with Store.open(given.state, create=True, group=settings.store.group) as store:
        run = open_run(given.recordings, settings.recording_format())
        bundle = load_any(given.bundle) if given.bundle else None
        assess(run, settings, store, now=wall_clock, bundle=bundle)


def _until_ended(state: Path, watch_once: Callable[[threading.Event], None]) -> None:
    """Watch until a signal asks to end; wait for room on a full disk, and for a database server that is away.

    An engine that lost its lease begins again: it waits for the lease, and resumes from the store.
    """
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    told = ""
    while not stop.is_set():
        try:
            watch_once(stop)
            return
        except (StoreFullError, StoreFaultError, LeaseLostError, LeaseTakenError, OSError) as error:
            waits = _waits_for(error, told, state)
            if not waits or stop.is_set():
                raise
            if waits != told:
                complain(f"{error}; the engine {waits}")
            told = waits
            from engine.live.watcher import RECOVERY_SECONDS

            stop.wait(RECOVERY_SECONDS)


def _waits_for(error: Exception, told: str, state: Path) -> str:
    """Return in words what an engine waits for after an error; "" where waiting does not help.

    Args:
        error: that ended the watching.
        told: what it waited for before.
        state: folder of the store; a server comes back, and a lease that was held may be free again.
    """
    if isinstance(error, StoreFullError) or (isinstance(error, OSError) and error.errno in FULL):
        return "waits until there is room"
    if address_of(state) is None:
        return ""
    if isinstance(error, StoreFaultError | LeaseLostError) or (told and isinstance(error, LeaseTakenError)):
        return "waits for the database, and begins again"
    return ""


def _plant_once(given: argparse.Namespace, stop: threading.Event) -> None:
    # Imported here: the engine of one machine needs none of it.
    from engine.plant.plant import Plant
    from engine.store.shared import SharedStore

    with SharedStore.open(given.state, create=True) as store:
        plant = Plant(given.recordings, store, complain=complain)

        def read_again(_number: int, _frame: FrameType | None) -> None:
            plant.reload()

        signal.signal(signal.SIGHUP, read_again)
        plant.run(stop)


def _watch_once(given: argparse.Namespace, settings: Settings, stop: threading.Event) -> None:
    with Store.open(given.state, create=True, group=settings.store.group) as store:
        name = None
        if given.bundle is not None:
            # Copied beside the store's own, where it stays whatever becomes of the place it came from.
            name = Bundles(store.path.parent, live_key(settings)).keep(load_any(given.bundle))
        with founded(given.recordings, settings, store, now=wall_clock, bundle=name) as founding:
            from engine.live.watcher import Start, watch

            start = Start(name, started_as=_started_as(given), founding=founding)
            watch(given.recordings, settings, store, stop=stop, start=start)


if __name__ == "__main__":
    sys.exit(main())
