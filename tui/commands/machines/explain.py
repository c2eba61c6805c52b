"""`raceway explain`: an alarm, a component or a machine in words."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands.options import UNUSABLE, Config, Json, Machine, Session, State, fail
from tui.commands.records import At, opened_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.explanation.sentence import Sentence
    from engine.reports.captions.captions import Caption
    from tui.commands.records import Opened
    from tui.output.ring_gradients import RingGradients


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explain)


def explain(
    alarm: Annotated[
        str | None,
        typer.Option(
            help="The number of its ring, or its key, as raceway alarms lists it.", show_default=False
        ),
    ] = None,
    component: Annotated[
        str | None, typer.Option(help="Name of a component, as on the screen.", show_default=False)
    ] = None,
    caption: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a local Hugging Face model that describes the plots; no evidence"
            " (needs raceway[caption,report]).",
            show_default=False,
        ),
    ] = None,
    gradients: Annotated[
        bool,
        typer.Option(
            "--gradients", help="Add integrated gradients of the network for the alarm's latest ring (slow)."
        ),
    ] = False,
    at: At = "",
    as_json: Json = False,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
    session: Session = None,
) -> None:
    """Explain an alarm in words, each sentence with the events it rests on; by default the worst open one."""
    if alarm is not None and component is not None:
        fail("--alarm and --component exclude each other; give one of them", UNUSABLE)
    if caption is not None and component is not None:
        fail("--caption describes the plots of an alarm or of the machine; leave --component out", UNUSABLE)
    with opened_record(state, config, machine, session, at) as opened:
        from engine.explanation.explain import explain_alarm, explain_component, explain_machine, words_in
        from tui.output.explanation import explanation_text

        record, told = opened.record, words_in(opened.zone)
        if alarm is not None:
            found = explain_alarm(record, opened.alarm(alarm), told)
        elif component is not None:
            found = explain_component(record, opened.component(component), told)
        else:
            found = explain_machine(record, told)
        if as_json:
            told_of = _record(record.assessment.machine, record.at, found)
            if gradients:
                told_of["gradients"] = _gradients(opened, alarm).record()
            if caption is not None:
                told_of["captions"] = [asdict(one) for one in _captions(opened, alarm, caption)]
            print(json.dumps(told_of))
            return
        print(explanation_text(record.assessment.machine, told(record.at), found))
        if gradients:
            print("\n" + _gradients(opened, alarm).text())
        if caption is not None:
            print(f"\nMachine captions by {caption.name}, not evidence:", flush=True)
            for one in _captions(opened, alarm, caption):
                print(f"  {one.plot}: {one.text or 'no answer'}")
                for doubt in one.doubts:
                    print(f"    doubtful: {doubt}")


def _gradients(opened: "Opened", chosen: str | None) -> "RingGradients":
    from engine.explanation.explain import open_alarms
    from tui.output.ring_gradients import gradients_of_ring

    alarm = opened.alarm(chosen) if chosen is not None else next(iter(open_alarms(opened.record)), None)
    return gradients_of_ring(opened.store, opened.record, alarm)


def _captions(opened: "Opened", alarm: str | None, model: Path) -> "Iterator[Caption]":
    from engine.reports.captions.captions import captions_of, check_model
    from engine.reports.document.contents import Span, contents_of

    check_model(model)
    chosen = None if alarm is None else opened.alarm(alarm)
    contents = contents_of(opened.store, opened.record, opened.zone, chosen, Span())
    return captions_of(contents, model, opened.settings.caption)


def _record(machine: str, at: "datetime", sentences: "tuple[Sentence, ...]") -> dict[str, object]:
    from engine.reports.alarm_records import sentence_record

    return {
        "machine": machine,
        "at": at.isoformat(),
        "sentences": [sentence_record(sentence) for sentence in sentences],
    }
