"""Machine captions of a report's plots: a local model writes them in a child process; they are checked."""

import importlib.util
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.config.sections.extras import CaptionSettings
from engine.errors import FailedError, UnusableError
from engine.reports.captions.checks import doubts_of
from engine.reports.document.contents import Contents
from engine.system.processes.child_death import death_of
from engine.system.processes.child_process import command, environment
from engine.system.scratch import scratch
from replay.recording import clean_text

PACKAGES = ("torch", "transformers", "PIL")

EXTRA = "captions need {} and the plots of reports: pip install 'raceway[caption,report]'"

RESOLUTION = 100
"""Dots an inch of a plot that a model looks at: 720 pixels wide, more than models resolve."""

LONGEST = 2_000
"""Characters kept of a caption."""


class CaptionError(UnusableError):
    """Captions that cannot be made; one sentence with the reason and the remedy."""


class CaptionFailedError(FailedError):
    """The model failed, or took too long."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A model's words about a plot: no evidence.

    Attributes:
        plot: name of the plot.
        text: the answer, cleaned.
        doubts: what speaks against it; empty where nothing does.
    """

    plot: str
    text: str
    doubts: tuple[str, ...]


def check_model(model: Path) -> None:
    """Look for the packages and the model.

    Args:
        model: folder of a Hugging Face model.

    Raises:
        CaptionError: a package is missing, or the folder holds no model.
    """
    missing = [name for name in (*PACKAGES, "matplotlib") if importlib.util.find_spec(name) is None]
    if missing:
        raise CaptionError(EXTRA.format(" and ".join(missing)))
    if not (model / "config.json").is_file():
        raise CaptionError(
            f"{model}: holds no model (config.json is missing); name the folder of a downloaded Hugging Face"
            " model, for instance of blip2-opt-2.7b"
        )
    if not any(model.glob("*.safetensors")):
        raise CaptionError(f"{model}: holds no weights as .safetensors; other kinds could run code")


def captions_of(contents: Contents, model: Path, settings: CaptionSettings) -> Iterator[Caption]:
    """Yield a caption for each plot of a report, as the model gives them.

    Args:
        contents: facts of the report.
        model: folder of a Hugging Face model of the kind image-text-to-text.
        settings: question and bounds.

    Raises:
        CaptionError: see `check_model`.
        CaptionFailedError: the model failed, or took too long.
    """
    check_model(model)
    from engine.reports.document.plots import plots_of

    with scratch("raceway-caption-") as folder:
        plots = plots_of(contents)
        for plot in plots:
            (folder / f"{plot.name}.png").write_bytes(plot.drawing.png(RESOLUTION))
        request = {
            "model": str(model.absolute()),
            "question": settings.question,
            "words": settings.words,
            "pictures": [f"{plot.name}.png" for plot in plots],
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        for line in _lines(folder, settings.minutes * 60):
            told = json.loads(line)
            text = clean_text(str(told["text"]))[:LONGEST]
            doubts = doubts_of(text, contents.sentences, contents.record.assessment.components)
            yield Caption(Path(told["picture"]).stem, text, doubts)


def _lines(folder: Path, seconds: float) -> Iterator[str]:
    with (folder / "error.txt").open("w+", encoding="utf-8", errors="replace") as errors:
        child = subprocess.Popen(
            command("engine.reports.captions.captioner", str(folder)),
            env={**environment(), "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
        )
        with _ended_after(child, seconds) as late:
            assert child.stdout is not None
            yield from (line for line in child.stdout if line.startswith("{"))
            code = child.wait()
        if late.is_set():
            raise CaptionFailedError(
                f"the model took more than {seconds / 60:g} minutes; allow more ([caption] minutes), or use a"
                " smaller model"
            )
        if code != 0:
            errors.seek(0)
            raise CaptionFailedError(f"the model {death_of(code, errors.read(), 'torch').words}")


@contextmanager
def _ended_after(child: "subprocess.Popen[str]", seconds: float) -> Iterator[threading.Event]:
    """Kill the child after a time, and in any case at the end; the event tells that its time was over."""
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        child.kill()
        child.wait()
