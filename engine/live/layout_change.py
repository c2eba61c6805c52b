"""A watched machine whose layout changed: other components, channels, units, rate or rows in the settings.

Such an edit would begin another record, learned from a machine that may be failing. So the engine keeps the
former record, rings "layout changed", and waits for an operator to rename, to switch to a bundle or to learn.
"""

import threading
from contextlib import suppress
from pathlib import Path

from engine.alarms.outages import outage_cleared, outage_raised, standing_outage
from engine.assessment.heartbeat import HeartbeatWriter
from engine.assessment.key import live_key
from engine.assessment.live_record import LiveRecord
from engine.bundles.library import Bundles
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.errors import FailedError
from engine.live.notifier import notifiers_of
from engine.live.renaming import differs_in_names, rename_command, take_rename
from engine.live.request_handler import RequestHandler
from engine.live.ring_follower import stop_all
from engine.records.assessment import Assessment
from engine.records.events import Action, Cause
from engine.records.progress import Phase

TURN_SECONDS = 1.0
"""Between two looks for a request of an operator."""

WAY_ON = (
    "undo the change; or begin a record with a bundle (raceway engine switch NAME),"
    " or learn a new one (raceway engine relearn) and switch to it"
)


def difference(former: Assessment, settings: Settings) -> str:
    """Return in a sentence how the settings differ from the layout of a record."""
    layout = layout_of(settings)
    for what, before, now in (
        ("components", former.components, layout.components),
        ("channels", former.channels, layout.channels),
        ("units", former.units, layout.units),
    ):
        if before != now:
            return f"layout changed: {what} were {_words(before)} and are now {_words(now)}"
    return "layout changed: sample rate, rows or columns differ from those of the record"


def way_on(former: Assessment, settings: Settings) -> str:
    """Return in a sentence what an operator can do about a changed layout."""
    if not differs_in_names(former, settings):
        return WAY_ON
    return f"for the same parts under new names: {rename_command(former, settings)}; or {WAY_ON}"


def await_operator(
    folder: Path, settings: Settings, record: LiveRecord, heartbeat: HeartbeatWriter, stop: threading.Event
) -> bool:
    """Wait until an operator renames or switches to a bundle for the new layout; nothing is scored meanwhile.

    Args:
        folder: the watched folder, from which a baseline can be learned.
        settings: with the new layout.
        record: the former record; its open alarms stay as they are.
        heartbeat: writes its heartbeat.
        stop: ends the wait.

    Returns:
        Whether to go on with the new layout; False where the engine is to end.
    """
    store, assessment = record.store, record.assessment
    what, way = difference(assessment, settings), way_on(assessment, settings)
    words = f"{what}; nothing is scored until you decide: {way}"
    bundles = Bundles(record.state, live_key(settings))
    requests = RequestHandler(folder, settings, record, bundles)
    newest = store.resume_point(assessment)
    at = record.now() if newest is None else newest[1]
    notifiers = notifiers_of(record, settings, live_now=record.now)
    try:
        for notifier in notifiers:
            notifier.start()
        while not stop.is_set():
            with suppress(FailedError):
                # First the requests: who renamed before the start of the engine needs no alarm.
                for event in store.open_requests(assessment):
                    if event.detail.get("action") != Action.RENAME:
                        requests.take(event)
                    elif take_rename(record, settings, event):
                        return True
                if standing_outage(record.events(), Cause.LAYOUT_CHANGED) is None:
                    record.add_event(outage_raised(Cause.LAYOUT_CHANGED, at, words))
                heartbeat.beat(Phase.PAUSED, 0, 0, words)
                for request in requests.turn():
                    if request.ends:
                        stop.set()
                    if request.switched:
                        clear_layout_change(record, "an operator chose the bundle for the new layout")
                        return True
            for notifier in notifiers:
                notifier.poke()
            stop.wait(TURN_SECONDS)
    finally:
        with suppress(FailedError):
            heartbeat.last_word(Phase.ENDED, 0, 0)
        requests.close()
        stop_all(notifiers)
    return False


def clear_layout_change(record: LiveRecord, words: str) -> None:
    """Clear "layout changed" where it stands."""
    standing = standing_outage(record.events(), Cause.LAYOUT_CHANGED)
    if standing is not None:
        record.add_event(outage_cleared(standing, standing.at, words))


def _words(values: tuple[object, ...]) -> str:
    return ", ".join(" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in values)
