"""Reports of an evaluation and of a comparison of models: tables, a text, plots, and one page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from engine.assessment.key import release
from engine.clock import moment
from engine.evaluation.trial import Comparison, Evaluation, Trial
from engine.evaluation.truth import Truth
from engine.explanation.explain import utc_words
from engine.reports.csv_files import rounded, write_csv
from engine.reports.document.page import adapted, environment
from engine.reports.document.plots import Plot
from engine.reports.document.study_plots import comparison_plots, study_plots
from engine.reports.evaluation_files import COMPARISON, comparison_row
from engine.system.whole_file import write_whole
from replay.recording import clean_text

Facts = Mapping[str, str]


def write_study(folder: Path, trial: Trial, done: Evaluation, truth: Truth) -> None:
    """Write the report of an evaluation.

    Args:
        folder: made if missing.
        trial: of the model.
        done: its evaluation.
        truth: the known onset and component of the run.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metrics, bundle = list(_metrics(done)), trial.outcome.bundle
    write_csv(folder / "performance_metrics.csv", ("level", "metric", "value"), metrics, rounded)
    write_csv(folder / "confusion_matrix_details.csv", CONFUSION, _confusion(done), rounded)
    names = sorted({name for epoch in bundle.history for name in epoch})
    history = (
        [number, *(epoch.get(name) for name in names)] for number, epoch in enumerate(bundle.history, 1)
    )
    write_csv(folder / "training_history.csv", ("epoch", *names), history, rounded)
    layers = list(_layers(trial))
    write_csv(
        folder / "model_architecture.csv", ("layer", "kind", "output_shape", "parameters"), layers, rounded
    )
    plots = tuple(study_plots(trial, done, truth))
    facts = dict(_facts(trial, done, truth))
    title = f"Evaluation of {bundle.model} on {clean_text(trial.outcome.assessment.machine)}"
    tables = [
        ("Metrics", ("level", "metric", "value"), [[str(rounded(cell)) for cell in row] for row in metrics]),
        (
            "Architecture",
            ("layer", "kind", "output shape", "parameters"),
            [list(map(str, row)) for row in layers],
        ),
    ]
    write_whole(folder / "project_report.txt", _text(title, facts, tables, plots))
    _write_page(folder, title, facts, tables, plots)


def write_comparison_report(folder: Path, rows: Sequence[Comparison], faults: Facts, truth: Truth) -> None:
    """Write the report of a comparison of models.

    Args:
        folder: made if missing.
        rows: of the models that were tried; at least one.
        faults: reasons why the others could not be tried, by model.
        truth: the known onset and component of the run.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = [[one[column] for column in COMPARISON[:-1]] for one in map(comparison_row, rows)]
    write_csv(folder / "performance_metrics.csv", COMPARISON[:-1], table, rounded)
    plots = tuple(comparison_plots(rows))
    facts = {
        "Component": clean_text(truth.component),
        "Onset": f"{clean_text(truth.onset)}, {utc_words(moment(truth.onset_at))}",
        **{f"Not tried: {name}": clean_text(why) for name, why in faults.items()},
        "Raceway": release(),
    }
    shown = [
        [column, *(_cell(row[number]) for row in table)] for number, column in enumerate(COMPARISON[:-1])
    ]
    tables = [("Models", tuple(shown[0]), shown[1:])]
    title = "Comparison of models"
    write_whole(folder / "project_report.txt", _text(title, facts, tables, plots))
    _write_page(folder, title, facts, tables, plots)


CONFUSION = ("level", "limit", "truth", "called", "count", "share_of_truth")


def _confusion(done: Evaluation) -> Iterator[list[object]]:
    for one in done.levels:
        found = one.figures
        cells = (
            ("healthy", "healthy", found.true_negative, one.healthy),
            ("healthy", "faulty", found.false_positive, one.healthy),
            ("faulty", "healthy", found.false_negative, one.faulty),
            ("faulty", "faulty", found.true_positive, one.faulty),
        )
        for truth, called, count, whole in cells:
            yield [one.name, one.chosen, truth, called, count, count / whole if whole else float("nan")]


def _metrics(done: Evaluation) -> Iterator[list[object]]:
    for one in done.levels:
        figures = one.figures
        plain = {
            "faulty": one.faulty,
            "healthy": one.healthy,
            "accuracy": figures.accuracy,
            "precision": figures.precision,
            "recall": figures.recall,
            "specificity": figures.true_negative / one.healthy if one.healthy else float("nan"),
            "f1": figures.f1,
            "roc_auc": one.curves.roc_auc,
            "average_precision": one.curves.average_precision,
        }
        yield from ([one.name, name, value] for name, value in plain.items())
    for column, value in comparison_row(done.comparison).items():
        if column not in ("fault", "model") and value is not None:
            yield ["alarm", column, value]


def _layers(trial: Trial) -> Iterator[list[object]]:
    for number, layer in enumerate(trial.outcome.bundle.layers, 1):
        shape = layer.get("shape")
        sizes = "x".join(map(str, shape)) if isinstance(shape, list | tuple) else ""
        yield [number, str(layer.get("kind", "")), sizes, layer.get("parameters")]


def _facts(trial: Trial, done: Evaluation, truth: Truth) -> Iterator[tuple[str, str]]:
    bundle, series = trial.outcome.bundle, trial.series
    yield "Machine", clean_text(trial.outcome.assessment.machine)
    yield "Run", clean_text(trial.outcome.assessment.run)
    yield "Snapshots", f"{len(series)}, {int(done.judged.sum())} of them judged"
    yield "Component", clean_text(truth.component)
    yield "Onset", f"{clean_text(truth.onset)}, {utc_words(moment(truth.onset_at))}"
    first = done.comparison.first_snapshot
    yield "First alarm from the onset on", clean_text(first) or "none"
    yield "False alarms before it", str(done.comparison.forewarning.false_alarms)
    yield "Model", f"{bundle.model}, seed {bundle.seed}, {len(bundle.history)} epochs"
    baseline = bundle.baseline
    yield (
        "Learned from",
        f"{baseline.count} snapshots, {utc_words(baseline.start)} to {utc_words(baseline.end)}",
    )
    yield "Bundle", bundle.digest()
    yield "Raceway", release()


Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def _text(title: str, facts: Facts, tables: Iterable[Table], plots: Sequence[Plot]) -> str:
    """Return the report as plain text."""
    width = max(map(len, facts))
    lines = [title, "=" * len(title), "", *(f"{name:<{width}}  {value}" for name, value in facts.items())]
    for heading, columns, rows in tables:
        cells = [list(columns), *map(list, rows)]
        widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
        lines += ["", heading, "-" * len(heading)]
        lines += [
            "  ".join(f"{cell:<{room}}" for cell, room in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
    if plots:
        lines += ["", "Plots", "-----", *(f"plots/{one.name}.svg: {one.caption}" for one in plots)]
    return "\n".join(lines) + "\n"


def _write_page(
    folder: Path, title: str, facts: Facts, tables: Sequence[Table], plots: Sequence[Plot]
) -> None:
    place = folder / "plots"
    place.mkdir(exist_ok=True)
    for one in plots:
        write_whole(place / f"{one.name}.svg", '<?xml version="1.0" encoding="utf-8"?>\n' + one.svg + "\n")
    page = (
        environment()
        .get_template("study.html.j2")
        .render(
            title=title, facts=facts, tables=tables, plots=[(one, Markup(adapted(one.svg))) for one in plots]
        )
    )
    write_whole(folder / "report.html", page)


def _cell(value: object) -> str:
    return "–" if value is None else str(value)
