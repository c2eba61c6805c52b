"""`raceway score`: finished runs as result files, here or on a cluster."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from replay.recording import clean_text
from tui.commands.options import (
    BundleDir,
    Config,
    Healthy,
    Json,
    ModelName,
    Rig,
    Seed,
    Session,
    State,
    bundle_of,
    opened,
    overrides_of,
    sentences,
    settings_of,
)

if TYPE_CHECKING:
    from engine.assessment.batch import Spread
    from engine.bundles.bundle import Bundle
    from engine.config.settings import Settings
    from engine.records.events import Event

REASONS_SHOWN = 4
"""Kinds of reasons for which files were rejected that are printed."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(score)


def score(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="run...",
            help="Folders, .zip or .tar.* of recordings: each is a run.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for scores.csv, alarms.csv and summary.json; several runs have a folder each in it."
        ),
    ],
    config: Config = None,
    rig: Rig = None,
    state: State = None,
    seed: Seed = None,
    healthy: Healthy = None,
    model: ModelName = None,
    bundle: BundleDir = None,
    session: Session = None,
    as_json: Json = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Examine the recordings on a Dask cluster: tcp://HOST:PORT of its scheduler, or local:N for"
            " N processes here (docs/plant.md).",
            metavar="<address>",
        ),
    ] = None,
) -> None:
    """Score finished runs without a screen and write the results as files."""
    overrides = overrides_of(seed, healthy, model)
    code = 0
    with sentences():
        learned = bundle_of(bundle, overrides)
        places = _places(runs, out)
        with _spread(cluster) as spread:
            for run, place in places:
                if len(places) > 1 and not as_json:
                    print(f"{clean_text(str(run))}:")
                wanted = _Wanted(run, place, state, session or "", as_json)
                try:
                    with _of_several(len(places), cluster):
                        settings = settings_of(config, rig, overrides, run)
                        _score(wanted, settings, learned, spread)
                except typer.Exit as end:
                    # The other runs are scored all the same.
                    code = max(code, end.exit_code)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A run to score, the folders of its results and its store, the session, and whether to print JSON."""

    run: Path
    out: Path
    state: Path | None
    session: str
    as_json: bool


def _score(wanted: _Wanted, settings: "Settings", learned: "Bundle | None", spread: "Spread | None") -> None:
    """Score one run into its folder, and print what came of it."""
    recordings = opened(wanted.run, settings)
    from engine.assessment.batch import assess
    from engine.assessment.heartbeat import quiet
    from engine.config.own_machine import unknowns
    from engine.reports.scores_and_alarms import write_results
    from engine.store.store import Store
    from tui.commands.records import look_for_session
    from tui.output.progress import shown_progress

    out = wanted.out
    out.mkdir(parents=True, exist_ok=True)
    with Store.open(wanted.state or out / "store", create=True, group=settings.store.group) as store:
        with nullcontext(quiet) if wanted.as_json else shown_progress() as tell:
            outcome = assess(
                recordings, settings, store, now=wall_clock, bundle=learned, tell=tell, spread=spread
            )
        look_for_session(store, outcome.assessment, wanted.session)
        summary = write_results(out, store, outcome, recordings, wanted.session)
        events = store.events(outcome.assessment, wanted.session)
    if wanted.as_json:
        print(json.dumps(summary))
        return
    _print_summary(summary, out, events)
    for words in unknowns(settings):
        print(clean_text(words))


def _places(runs: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Return each run with the folder of its results: `out` for one, folders in it for several."""
    distinct = list(dict.fromkeys(runs))
    if len(distinct) == 1:
        return [(distinct[0], out)]
    names: set[str] = set()
    found = []
    for run in distinct:
        name = run.absolute().name or "run"
        number = next(n for n in count(1) if (name if n == 1 else f"{name}-{n}") not in names)
        name = name if number == 1 else f"{name}-{number}"
        names.add(name)
        found.append((run, out / name))
    return found


@contextmanager
def _spread(cluster: str | None) -> "Iterator[Spread | None]":
    """Provide the function that examines recordings on a cluster; None without one."""
    if cluster is None:
        yield None
        return
    from engine.cluster.cluster import open_cluster

    with open_cluster(cluster) as opened_cluster:
        yield opened_cluster.examine


@contextmanager
def _of_several(runs: int, cluster: str | None) -> Iterator[None]:
    """Turn the errors of one of several runs into a sentence and an exit code; a lost cluster ends all."""
    if runs == 1:
        yield
        return
    if cluster is None:
        with sentences():
            yield
        return
    from engine.cluster.cluster import ClusterError, ClusterLostError

    lost: list[Exception] = []
    with sentences():
        try:
            yield
        except (ClusterError, ClusterLostError) as error:
            lost.append(error)
    if lost:
        raise lost[0]


def _print_summary(summary: dict[str, object], out: Path, events: "Sequence[Event]") -> None:
    from engine.alarms.alarm import fold_alarms
    from engine.clock import END_OF_TIME
    from engine.explanation.because import what_rang

    print(f"scored {summary['scored']} of {summary['snapshots']} snapshots; results are in {out}")
    rejected = summary["rejected"]
    for line in _refused(rejected if isinstance(rejected, list) else []):
        print(line)
    doubts = summary["doubts"]
    for doubt in doubts if isinstance(doubts, list) else ():
        print(f"baseline in doubt: {clean_text(str(doubt))}")
    changes = summary.get("smallest_changes")
    for name, sensors in changes.items() if isinstance(changes, dict) else ():
        told = ", ".join(f"{one['sensor']} by {one['change']:g} {one['unit']}".rstrip() for one in sensors)
        print(
            clean_text(
                f"{name}: the smallest change of one sensor that is noticed: {told or 'none is judged'}"
            )
        )
    for line in what_rang(fold_alarms(events, END_OF_TIME), lambda at: f"{at:%Y-%m-%d %H:%M:%S}"):
        print(line)


def _refused(rejected: "Sequence[Mapping[str, str]]") -> list[str]:
    """Return a line for each reason of rejected files: the usual ones first, with their first file."""
    kinds: dict[str, list[Mapping[str, str]]] = {}
    for one in rejected:
        kinds.setdefault(re.sub(r"\d+|'[^']*'", "#", one["reason"]), []).append(one)
    lines = []
    for alike in sorted(kinds.values(), key=len, reverse=True)[:REASONS_SHOWN]:
        first = alike[0]
        lines.append(f"rejected {len(alike)}, the first: {first['file']}: {first['reason']}")
    left = len(kinds) - len(lines)
    return [*lines, f"and {left} other reasons (summary.json)"] if left > 0 else lines
