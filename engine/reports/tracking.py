"""Logs learning and trials on an MLflow tracking server.

A server that fails costs a warning, never the work that is logged. mlflow is imported if a server is set.
"""

import importlib.util
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.config.settings import Settings
from engine.evaluation.metrics import Level
from engine.evaluation.trial import Comparison
from replay.recording import clean_text

EXPERIMENT = "raceway"
"""Name of the experiment; the machine is a tag of each run."""

INSTALL = "pip install 'raceway[mlflow]'"

_QUIET = {
    # A server that is down must not hold up the command for minutes.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    # Nothing is told to anybody but the server of the settings.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}

_LONGEST = 500
"""Most characters of a parameter that every MLflow server keeps."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """One run to log.

    Attributes:
        title: its name, such as "learn spectral".
        parameters: by name.
        metrics: by name, of the whole run.
        history: the metrics of each epoch, in order.
        files: files and folders to keep as artifacts.
        tags: by name.
    """

    title: str
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    history: Sequence[Mapping[str, float]] = ()
    files: Iterable[Path] = ()
    tags: Mapping[str, str] | None = None


def track(settings: Settings, run: Tracked) -> str:
    """Log a run on the server of the settings; return "" or a sentence about the failure.

    Without a server nothing is done and mlflow is not imported.
    """
    server = settings.tracking.mlflow
    if not server:
        return ""
    if importlib.util.find_spec("mlflow") is None:
        return f"not logged on {server}: mlflow is not installed; {INSTALL}"
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        _log(server, settings, run)
    except Exception as error:
        # Whatever fails in a foreign library or on the way to the server: the work itself is done.
        words = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        return f"not logged on {server}: {clean_text(words)}"
    return ""


def _log(server: str, settings: Settings, run: Tracked) -> None:
    """Log a run; any failure raises."""
    from mlflow.entities import Metric, Param, RunTag
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=server)
    known = client.get_experiment_by_name(EXPERIMENT)
    experiment = client.create_experiment(EXPERIMENT) if known is None else known.experiment_id
    tags = {"machine": settings.machine.name, **(run.tags or {})}
    made = client.create_run(experiment, run_name=run.title)
    name, now = made.info.run_id, made.info.start_time
    try:
        metrics = [Metric(key, float(value), now, 0) for key, value in run.metrics.items()]
        metrics += [
            Metric(key, float(value), now, int(epoch.get("epoch", step)))
            for step, epoch in enumerate(run.history, start=1)
            for key, value in epoch.items()
            if key != "epoch"
        ]
        parameters = [Param(key, str(value)[:_LONGEST]) for key, value in run.parameters.items()]
        for start in range(0, len(metrics), 1000):
            client.log_batch(name, metrics=metrics[start : start + 1000])
        for start in range(0, len(parameters), 100):
            client.log_batch(name, params=parameters[start : start + 100])
        client.log_batch(name, tags=[RunTag(key, str(value)) for key, value in tags.items()])
        for path in run.files:
            if path.is_dir():
                client.log_artifacts(name, str(path), path.name)
            else:
                client.log_artifact(name, str(path))
    except BaseException:
        client.set_terminated(name, "FAILED")
        raise
    client.set_terminated(name)


def trial_metrics(one: Comparison, levels: Iterable[Level] = ()) -> dict[str, float]:
    """Return the figures of a trial that are finite numbers, by name."""
    numbers: dict[str, object] = {**asdict(one.forewarning), **asdict(one)}
    for level in levels:
        numbers |= {f"{level.name}_{key}": value for key, value in level.figures.plain().items()}
    return {
        key: float(value)
        for key, value in numbers.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }


def learning_parameters(settings: Settings) -> dict[str, object]:
    """Return the settings of the model and the machine as parameters, by dotted key."""
    plain = settings.plain()
    return {
        f"{table}.{key}": value
        for table in ("machine", "recording", "model", "limits")
        for key, value in plain[table].items()
    }
