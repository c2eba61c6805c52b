"""Kills engines and operators at random moments while a machine is fed."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.torture import processes
from bench.torture.invariants import (
    Confirmed,
    Finding,
    differences,
    ledger,
    refused,
    taken,
    wrong_in_ledger,
    wrong_in_operators,
    wrong_in_store,
)
from bench.torture.live_machine import until
from bench.torture.recorder import Fed, Recorder
from bench.torture.rig import Ground, Recording
from engine.records.events import RINGS, EventKind
from engine.records.intake import Outcome
from engine.store.store import Store
from engine.system.account import account_name

LONGEST_LIFE = 2.4
"""Lifetime of an engine [s]; its start takes a third of a second."""

PATIENCE = 180.0
"""Timeout of the last engine, which is not killed, for the remaining files [s]."""

EVERY_SHELL, EVERY_CONSOLE = 8, 12
"""One of so many operators uses a shell, and one a console; the others are forked."""

FEWEST_CONSOLES = 10
"""Killed consoles after which at least one must have confirmed an acknowledgement."""


@dataclass
class Toll:
    """Killed processes, confirmations to operators, and processes that ended by themselves."""

    engines: int = 0
    committing: int = 0
    operators: int = 0
    shells: int = 0
    consoles: int = 0
    confirmed: list[Confirmed] = field(default_factory=list)
    by_console: int = 0
    by_shell: int = 0
    wrong: list[str] = field(default_factory=list)


def killing(
    place: Path,
    ground: Ground,
    recordings: Iterator[Recording],
    cycles: int,
    *,
    seed: int = 0,
    life: float = LONGEST_LIFE,
    gap: tuple[float, float] = (0.25, 0.6),
    screens: bool = True,
    say: Callable[[str], None] = lambda _words: None,
) -> Finding:
    """Kill engines and operators; then compare the results with an undisturbed run.

    Args:
        place: an empty folder.
        ground: the machine.
        recordings: in order of time, more than can be fed.
        cycles: number of engines to kill.
        seed: seed of the random choices; the scheduler adds more.
        life: longest lifetime of an engine, without the wait for a commit [s].
        gap: time between two recordings [s].
        screens: whether real shells and consoles are killed too; each takes a second to start.
        say: receives progress messages.
    """
    folder, state = place / "incoming", place / "state"
    recorder = Recorder(folder, recordings, random.Random(seed), gap=gap)
    toll, enough = Toll(), threading.Event()
    operators = threading.Thread(
        target=_kill_operators, args=(state, random.Random(seed + 1), toll, enough, screens)
    )
    began = time.monotonic()
    recorder.start()
    try:
        until_it_rings(place, ground, toll)
        operators.start()
        _kill_engines(place, ground, cycles, life, random.Random(seed + 2), toll, say)
    finally:
        enough.set()
        if operators.ident is not None:
            operators.join()
        fed = recorder.stop()
    say("the last engine scores the remaining files")
    finish(place, ground, folder, state, fed, toll)
    seconds = time.monotonic() - began
    say("undisturbed run")
    quiet = place / "undisturbed"
    undisturbed(place, ground, folder, quiet, fed, toll)
    if not toll.confirmed:
        toll.wrong.append("no operator received a confirmation: the test shows nothing")
    if toll.consoles >= FEWEST_CONSOLES and not toll.by_console:
        toll.wrong.append("no console confirmed an acknowledgement: the test shows nothing about consoles")
    wrong = [
        *toll.wrong,
        *wrong_in_ledger(state, fed),
        *wrong_in_operators(state, toll.confirmed),
        *differences(state, quiet / "state"),
        *wrong_in_store(state),
    ]
    consoles = f", {toll.shells} shells, {toll.consoles} consoles" if screens else ""
    acknowledged = sum(one.kind == "acknowledged" for one in toll.confirmed)
    return Finding(
        "kill -9",
        f"{toll.engines + toll.operators + toll.shells + toll.consoles} kills in {seconds / 60:.1f} min:"
        f" {toll.engines} engines ({toll.committing} within a commit), {toll.operators} operators{consoles};"
        f" fed {len(fed.good)} good files, {len(fed.bad)} bad, {len(fed.ignored)} pipes,"
        f" {len(fed.touched)} touched",
        f"{len(fed.good)} scored once, {refused(fed)} refused once; of"
        f" {acknowledged + toll.by_shell + toll.by_console} acknowledgements ({toll.by_shell} by shells,"
        f" {toll.by_console} on consoles) and {len(toll.confirmed) - acknowledged} notes confirmed none lost;"
        " scores, events and state equal to the undisturbed run bit for bit; store check clean",
        tuple(wrong),
    )


def until_it_rings(place: Path, ground: Ground, toll: Toll) -> None:
    """Let the first engine live until an alarm rings; then it is killed like the others."""
    engine = start_engine(place, ground, place / "incoming", place / "state")
    until(lambda: engine.has_ended() or _has_rung(place / "state"), PATIENCE)
    if engine.kill() != -9:
        toll.wrong.append(f"the first engine ended by itself: {last_line(place / 'log')}")
    toll.engines += 1


def _kill_engines(
    place: Path,
    ground: Ground,
    cycles: int,
    life: float,
    dice: random.Random,
    toll: Toll,
    say: Callable[[str], None],
) -> None:
    while toll.engines < cycles:
        engine = start_engine(place, ground, place / "incoming", place / "state")
        ended = engine.has_ended(dice.uniform(0.0, life))
        in_commit = dice.random() < 0.5
        if in_commit and not ended:
            deadline = time.monotonic() + life
            while not processes.is_committing(place / "state") and time.monotonic() < deadline:
                time.sleep(0.0005)
            in_commit = processes.is_committing(place / "state")
        code = engine.kill()
        if code != -9:
            toll.wrong.append(f"an engine ended by itself with code {code}: {last_line(place / 'log')}")
            if len(toll.wrong) > 20:
                return
        toll.engines += 1
        toll.committing += in_commit
        if toll.engines % 50 == 0:
            say(f"{toll.engines} engines killed, {taken(place / 'state')} files taken in")


def _kill_operators(
    state: Path, dice: random.Random, toll: Toll, enough: threading.Event, screens: bool
) -> None:
    number = 0
    while not enough.is_set():
        number += 1
        if screens and number % EVERY_CONSOLE == 0:
            kill_console(state, dice, toll)
        elif screens and number % EVERY_SHELL == 0:
            _kill_shell(state, f"shell {number}", dice, toll)
        else:
            kill_operator(state, f"operator {number}", dice, toll)


def _has_rung(state: Path) -> bool:
    with Store.open(state) as store:
        return any(one.kind in RINGS for record in store.assessments() for one in store.events(record))


def kill_operator(
    state: Path, name: str, dice: random.Random, toll: Toll, life: tuple[float, float] = (0.05, 0.8)
) -> None:
    """Let an operator work for some seconds out of `life`, kill it, and note its confirmations."""
    operator, pipe = processes.operator(state, name)
    if operator.has_ended(dice.uniform(*life)):
        toll.wrong.append(f"{name} ended with code {operator.exit_code()}")
    operator.kill()
    toll.operators += 1
    # The last line of a killed process may be incomplete.
    with suppress(EOFError, OSError):
        while True:
            toll.confirmed.append(Confirmed(*pipe.recv()))
    pipe.close()


def _kill_shell(state: Path, name: str, dice: random.Random, toll: Toll) -> None:
    child = processes.shell("alarms", "ack", "all", "--as", name, "--state", str(state))
    time.sleep(dice.uniform(0.8, 3.5))
    child.kill()
    words = child.communicate()[0].decode()
    toll.shells += child.returncode < 0
    stored = _acknowledged_by(state, f"{name} (")
    confirmed = sum(
        line.startswith(name) and " acknowledged " in line and line.endswith("\n")
        for line in words.splitlines(keepends=True)
    )
    toll.by_shell += confirmed
    if stored < confirmed:
        toll.wrong.append(f"{name} received {confirmed} confirmations, {stored} acknowledgements are stored")


def kill_console(
    state: Path, dice: random.Random, toll: Toll, within: float = 4.0, patience: float = 6.0
) -> None:
    """Let a console acknowledge an alarm, kill it, and compare its confirmation with the store.

    Args:
        state: folder of the store.
        dice: for the moment of the kill.
        toll: is added to.
        within: longest time that it has for the acknowledgement [s]; a ring that has just come onto the
            screen is acknowledged by a second key, after a second and a half; fast keys are taken for one.
        patience: longest wait for its first screen [s].
    """
    name = account_name()
    before = _acknowledged_by(state, name)
    console = processes.Terminal("attach", "--state", str(state))
    confirmed = False
    if console.shows_whole("Bearing 1", patience):
        end = time.monotonic() + dice.uniform(0.0, within)
        console.forget()
        while not confirmed and time.monotonic() < end:
            console.press("a")
            confirmed = console.shows_whole("Acknowledged by", min(1.0, max(end - time.monotonic(), 0.0)))
    toll.consoles += console.kill()
    toll.by_console += confirmed
    stored = _acknowledged_by(state, name) - before
    if stored < confirmed:
        toll.wrong.append("a console confirmed an acknowledgement that is not stored")


def _acknowledged_by(state: Path, start: str) -> int:
    with Store.open(state) as store:
        events = store.events(store.assessments()[0])
    return sum(
        one.kind is EventKind.ACKNOWLEDGED and str(one.detail["by"]).startswith(start) for one in events
    )


def finish(place: Path, ground: Ground, folder: Path, state: Path, fed: Fed, toll: Toll) -> None:
    """Let an engine score the remaining files, and end it by SIGTERM."""
    engine = start_engine(place, ground, folder, state)
    wanted = {*fed.good, *fed.bad}
    until(lambda: engine.has_ended() or wanted <= {raw for raw, *_ in ledger(state)}, PATIENCE, 0.2)
    code = engine.end()
    if code:
        toll.wrong.append(f"the last engine ended with code {code}: {last_line(place / 'log')}")


def undisturbed(place: Path, ground: Ground, folder: Path, quiet: Path, fed: Fed, toll: Toll) -> None:
    """Score the same good files, all present from the start, with one engine."""
    (quiet / "incoming").mkdir(parents=True)
    for raw in fed.good:
        os.link(os.fsencode(folder) + b"/" + raw, os.fsencode(quiet / "incoming") + b"/" + raw)
    only_good = Fed(good=fed.good)
    finish(place, ground, quiet / "incoming", quiet / "state", only_good, toll)
    outcomes = {Outcome(outcome) for _raw, outcome, _at in ledger(quiet / "state")}
    if outcomes - {Outcome.TAKEN}:
        toll.wrong.append(f"the undisturbed run took files in as {sorted(outcomes)}")


def start_engine(place: Path, ground: Ground, folder: Path, state: Path) -> processes.Victim:
    """Start an engine that logs into `place`."""
    options = ("--config", str(ground.config), "--bundle", str(ground.bundle))
    return processes.engine(folder, state, *options, log=place / "log")


def last_line(log: Path) -> str:
    """Return the last line of a log."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "no output"
