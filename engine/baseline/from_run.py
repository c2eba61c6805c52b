"""Learning from a finished run: reads its healthy start, learns, and reports progress."""

from contextlib import suppress
from typing import Protocol

from engine.baseline.healthy_start import healthy_entries
from engine.baseline.learner import Learner
from engine.baseline.trainer import LearningError
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.healthy_span import HealthySpan
from engine.config.settings import Settings, rig_that_fits
from engine.diagnosis.surface import Diagnostician
from engine.errors import UnusableError
from engine.records.progress import Epoch
from engine.system.processes.ordered_map import in_order
from replay.recording import RecordingError
from replay.recording_errors import ColumnCountError
from replay.run import Run


class AssessmentError(UnusableError):
    """The run cannot be assessed; one sentence for the user."""


class Listener(Protocol):
    """Receives the progress of learning."""

    def rejected(self, error: RecordingError) -> None:
        """Report a recording of the healthy start that cannot be read."""

    def read(self, done: int, total: int) -> None:
        """Report the number of recordings of the healthy start that were read."""

    def epoch(self, epoch: Epoch) -> None:
        """Report one epoch of training."""

    def waiting(self) -> None:
        """Report that training continues; called at least once a second."""


def learn_from_run(run: Run, settings: Settings, listener: Listener) -> Bundle:
    """Learn a bundle from the healthy start of a run.

    Raises:
        AssessmentError: the run has no healthy start as the settings describe it, or none of it can be read.
        LearningError: too little of it can be learned from, or the training failed.
    """
    learner = Learner(settings, layout_of(settings), Diagnostician(settings))
    wanted = healthy_entries(run, settings)
    if not wanted:
        refuse_unreadable(run, settings)
    if not wanted and not isinstance(settings.model.healthy_start, HealthySpan):
        raise AssessmentError(
            f"model.healthy: {settings.model.healthy} of the run's {len(run)} snapshots (model.skip"
            f" {settings.model.skip}) leaves none to learn from; name more with --healthy,"
            " or score with a learned bundle (--bundle)"
        )
    if not wanted:
        raise AssessmentError(
            f"model.healthy: no recording of the run lies in {settings.model.healthy}; it spans"
            f" {run.entries[0].time:%Y-%m-%dT%H:%M:%S} to {run.entries[-1].time:%Y-%m-%dT%H:%M:%S} UTC"
        )
    first = run.entries.index(wanted[0])
    indices = range(first, first + len(wanted))
    sights = []
    refused: list[RecordingError] = []
    for done, one in enumerate(in_order(lambda index: learner.look(run.read(index)), indices)):
        if isinstance(one, RecordingError):
            listener.rejected(one)
            refused.append(one)
        else:
            sights.append(one)
        listener.read(done + 1, len(wanted))
    if not sights and refused:
        raise AssessmentError(explain(refused[0], settings, run))
    listener.waiting()
    try:
        return learner.learn(
            sights, run.entries[0], listener.epoch, listener.waiting, _first_mark(run, first)
        )
    except LearningError as error:
        if not refused:
            raise
        # The files first: more of them would not help either.
        words = f"{len(refused)} of {len(wanted)} recordings cannot be read; the first, {refused[0]}"
        raise LearningError(f"{words}; of the others: {error}") from error


def _first_mark(run: Run, first: int) -> str:
    """Return the mark of a run's first recording, "" where it is learned from or cannot be read."""
    with suppress(RecordingError):
        return run.read(0).mark() if first else ""
    return ""


def refuse_unreadable(run: Run, settings: Settings) -> None:
    """Refuse a run of which no recording can be read; reading ends at the first that can.

    Raises:
        AssessmentError: it names the first file and its fault.
    """
    first: RecordingError | None = None
    for index in range(len(run)):
        try:
            run.read(index)
        except RecordingError as error:
            first = first or error
        else:
            return
    if first is not None:
        raise AssessmentError(explain(first, settings, run))


def explain(error: RecordingError, settings: Settings, run: Run | None = None) -> str:
    """Return a sentence about a file that does not fit, with every setting to change."""
    advice = ""
    if run is not None:
        # Imported here: only files that do not fit are looked at without settings.
        from replay.inspection.problems import advice_on

        advice = advice_on(run.path, settings.recording_format(), str(error))
    if not isinstance(error, ColumnCountError):
        return f"none of the recordings can be read; the first, {error}" + (f". {advice}" if advice else "")
    if advice and "to read such files" not in advice:
        # No number of columns would read such a file.
        return f"none of the recordings can be read; the first, {advice}"
    preset = rig_that_fits(error.found)
    or_preset = f", or use the preset that fits: --rig {preset}" if preset else ""
    noun = "column" if error.found == 1 else "columns"
    return (
        f"{error}; set recording.columns = {error.found} and name the watched {noun} in the channels of"
        f" [[component]]{or_preset}" + (f". {advice}" if advice else "")
    )
