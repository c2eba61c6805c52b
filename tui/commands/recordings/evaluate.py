"""`raceway evaluate` and `raceway compare`: quality of models on a run with a known onset."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands.options import (
    Config,
    Healthy,
    ModelName,
    Rig,
    RunPath,
    Seed,
    opened,
    overrides_of,
    sentences,
    settings_of,
    tell_tracking,
)

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.run import Run

Onset = Annotated[
    str | None, typer.Option(help="File name of the first faulty snapshot.", show_default=False)
]
Component = Annotated[str | None, typer.Option(help="The component that fails.", show_default=False)]
TruthFile = Annotated[
    Path | None,
    typer.Option("--truth", help="truth.json of raceway synth, instead of both.", show_default=False),
]
Report = Annotated[
    Path | None,
    typer.Option(
        help="Folder for a report with tables, plots and one page (needs raceway[report]).",
        show_default=False,
    ),
]
Out = Annotated[Path | None, typer.Option(help="Folder for the result files.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(evaluate)
    app.command()(compare)


def evaluate(
    run: RunPath,
    onset: Onset = None,
    component: Component = None,
    truth: TruthFile = None,
    model: ModelName = None,
    config: Config = None,
    rig: Rig = None,
    seed: Seed = None,
    healthy: Healthy = None,
    percentile: Annotated[
        float | None,
        typer.Option(
            min=50,
            max=100,
            help="Percentile of healthy windows that sets their limit; by default the model's.",
        ),
    ] = None,
    tsne: Annotated[bool, typer.Option("--tsne", help="Map a sample of windows by t-SNE, too.")] = False,
    report: Report = None,
    out: Out = None,
) -> None:
    """Evaluate one model as a classifier, by windows and snapshots (files: ./evaluation-MODEL, or --out)."""
    with sentences():
        settings = settings_of(config, rig, overrides_of(seed, healthy, model), run)
        folder = out or Path(f"evaluation-{settings.model.name}")
        stated = stated_truth(onset, component, truth)
        check_report(report)
        _evaluate(opened(run, settings), settings, stated, percentile, tsne, folder, report)


def compare(
    run: RunPath,
    onset: Onset = None,
    component: Component = None,
    truth: TruthFile = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", help="Only this model; may be repeated. By default all.", show_default=False),
    ] = None,
    config: Config = None,
    rig: Rig = None,
    seed: Seed = None,
    healthy: Healthy = None,
    report: Report = None,
    out: Out = None,
) -> None:
    """Learn and score every model on one run and compare them (files: ./comparison, or --out)."""
    with sentences():
        settings = settings_of(config, rig, overrides_of(seed, healthy), run)
        stated = stated_truth(onset, component, truth)
        check_report(report)
        _compare(opened(run, settings), settings, stated, model or [], out or Path("comparison"), report)


def stated_truth(onset: str | None, component: str | None, file: Path | None) -> tuple[str, str]:
    """Return onset and component as options or a truth file state them."""
    from engine.evaluation.truth import TrialError, truth_in

    if file is not None:
        if onset is not None:
            raise TrialError("--truth and --onset exclude each other: give one")
        return truth_in(file, component)
    if onset is None or component is None:
        raise TrialError("name the first faulty snapshot by --onset and the part by --component, or --truth")
    return onset, component


def _evaluate(
    run: "Run",
    settings: "Settings",
    stated: tuple[str, str],
    percentile: float | None,
    tsne: bool,
    folder: Path,
    report: Path | None,
) -> None:
    from engine.evaluation.network_use import network_use
    from engine.evaluation.trial import evaluated, try_model
    from engine.evaluation.truth import truth_of
    from engine.reports.evaluation_files import write_evaluation
    from engine.reports.tracking import Tracked, learning_parameters, trial_metrics
    from tui.output.evaluation_tables import print_evaluation, use_lines
    from tui.output.progress import shown_progress

    truth = truth_of(run, settings, *stated)
    folder.mkdir(parents=True, exist_ok=True)
    with shown_progress() as tell:
        trial = try_model(run, settings, tell)
        mapped = tsne or report is not None
        done = evaluated(run, settings, trial, truth, percentile=percentile, tsne=mapped, tell=tell)
    components = trial.outcome.assessment.components
    write_evaluation(folder, done, truth, settings.model.seed, components)
    print_evaluation(done, truth)
    use = network_use(run, settings, trial.outcome.bundle, truth)
    if use is not None:
        print("\n".join(use_lines(use)))
    print(f"results are in {folder}")
    if report is not None:
        from engine.reports.document.study import write_study

        write_study(report, trial, done, truth)
        print(f"the report is {report / 'report.html'}")
    bundle = trial.outcome.bundle
    tell_tracking(
        settings,
        lambda: Tracked(
            f"evaluate {bundle.model}",
            learning_parameters(settings),
            trial_metrics(done.comparison, done.levels),
            bundle.history,
            [folder],
            {"digest": bundle.digest(), "model": bundle.model},
        ),
    )


def check_report(folder: Path | None) -> None:
    """Reject a report that cannot be written, before the model is learned."""
    if folder is None:
        return
    from engine.reports.document.contents import ReportError
    from engine.reports.document.writing import check_extra

    check_extra()
    if folder.exists() and not folder.is_dir():
        raise ReportError(f"--report {folder}: this file is not a folder")


def _compare(
    run: "Run",
    settings: "Settings",
    stated: tuple[str, str],
    names: list[str],
    folder: Path,
    report: Path | None,
) -> None:
    from engine.config.slow_sensors import is_process
    from engine.errors import UnusableError
    from engine.evaluation.trial import compared, try_model, with_model
    from engine.evaluation.truth import TrialError, truth_of
    from engine.models import MODELS, PROCESS_MODELS
    from engine.reports.evaluation_files import write_comparison
    from engine.reports.tracking import Tracked, learning_parameters, trial_metrics
    from tui.output.evaluation_tables import print_comparison
    from tui.output.progress import shown_progress

    known = [*(PROCESS_MODELS if is_process(settings.components) else MODELS)]
    for name in names:
        if name not in known:
            raise TrialError(f"--model: there is no model {name!r}; choose from {', '.join(known)}")
    truth = truth_of(run, settings, *stated)
    folder.mkdir(parents=True, exist_ok=True)
    rows, faults = [], {}
    for name in dict.fromkeys(names or known):
        print(f"== {name}", file=sys.stderr, flush=True)
        try:
            with shown_progress() as tell:
                trial = try_model(run, with_model(settings, name), tell)
            rows.append(compared(trial, truth))
        except UnusableError as error:
            faults[name] = str(error)
        write_comparison(folder, rows, faults, truth, settings.model.seed)
    print_comparison(rows, faults, truth)
    print(f"results are in {folder}")
    if report is not None and rows:
        from engine.reports.document.study import write_comparison_report

        write_comparison_report(report, rows, faults, truth)
        print(f"the report is {report / 'report.html'}")
    for row in rows:
        tell_tracking(
            settings,
            partial(
                Tracked,
                f"compare {row.model}",
                learning_parameters(with_model(settings, row.model)),
                trial_metrics(row),
                files=[folder],
                tags={"model": row.model},
            ),
        )
    if not rows:
        raise TrialError("no model could be tried; the reasons stand above")
