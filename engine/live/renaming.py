"""New names for the components of a watched machine: an operator maps the old names to those of the settings.

The live record goes on under the new names, with its bundle, limits, open alarms and shelves.
"""

import shlex
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress

from engine.alarms.outages import outage_cleared, standing_outage
from engine.assessment.key import live_key
from engine.assessment.live_record import LiveRecord
from engine.bundles.bundle import BundleError
from engine.bundles.library import Bundles
from engine.config.settings import Settings
from engine.errors import UnusableError
from engine.records.assessment import Assessment
from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.records.renames import NewNames


def differs_in_names(former: Assessment, settings: Settings) -> bool:
    """Whether the settings differ from the layout of a record in the names of components alone."""
    same_count = len(former.components) == len(settings.components)
    return same_count and live_key(settings, former.components) == former.key


def rename_command(former: Assessment, settings: Settings) -> str:
    """Return the command that maps the names of a record to those of the settings, by their channels."""
    pairs = zip(former.components, (part.name for part in settings.components), strict=True)
    words = [f"{old}={new}" for old, new in pairs if old != new]
    return shlex.join(["raceway", "engine", "rename", *words])


def checked_names(
    former: Assessment, settings: Settings, given: Sequence[tuple[str, str]]
) -> Mapping[str, str]:
    """Return the new name of each component that gets one, by its old name.

    Args:
        former: the record with the old names.
        settings: with the new names.
        given: old and new name of each renamed component, as an operator typed them.

    Raises:
        UnusableError: the mapping does not lead from the names of the record to those of the settings.
    """
    now = tuple(part.name for part in settings.components)
    old, new = ({_plain(name): name for name in names} for names in (former.components, now))
    names: dict[str, str] = {}
    for before, after in ((_plain(one), _plain(other)) for one, other in given):
        if before not in old:
            raise UnusableError(
                f"{before!r} is not a component of the record; it has {', '.join(former.components)}"
            )
        if old[before] in names:
            raise UnusableError(f"{old[before]!r} is given two names; give it one")
        names[old[before]] = new.get(after, after)
    result = tuple(names.get(name, name) for name in former.components)
    twice = sorted({name for name in result if result.count(name) > 1})
    if twice:
        raise UnusableError(f"two components would be named {twice[0]!r}; each needs a name of its own")
    if not differs_in_names(former, settings):
        raise UnusableError(
            "the settings differ from the record in more than names: channels, units, sample rate, rows or"
            " the order of components; undo that first"
        )
    if result != now:
        raise UnusableError(
            f"the components would be {', '.join(result)}, and the settings name {', '.join(now)};"
            f" to rename by channel: {rename_command(former, settings)}"
        )
    return {before: after for before, after in names.items() if before != after}


def take_rename(record: LiveRecord, settings: Settings, request: Event) -> bool:
    """Carry out a request to rename, or refuse it in its answer.

    Args:
        record: the live record, with the names of before.
        settings: with the new names.
        request: the event of the request.

    Returns:
        Whether the record has the names of the settings now.

    Raises:
        StoreError: the store cannot be written; the request stays open.
    """
    store, former, now = record.store, record.assessment, record.now()
    try:
        names = checked_names(former, settings, given_names(request))
        new = NewNames(
            names, tuple(part.name for part in settings.components), live_key(settings), settings.plain()
        )
        _keep_bundle(record, new.key)
        store.rename(former, new, _facts(record, names, request), request, now)
    except (UnusableError, OSError) as error:
        store.answer(former, request, done=False, words=str(error), at=request.at, now=now)
        return False
    return True


def given_names(request: Event) -> tuple[tuple[str, str], ...]:
    """Return old and new name of each component in a request.

    Raises:
        UnusableError: it has none.
    """
    given = request.detail.get("names")
    pairs = (
        [tuple(map(str, one)) for one in given if isinstance(one, list)] if isinstance(given, list) else []
    )
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise UnusableError("the request does not say which component gets which name")
    return tuple((pair[0], pair[1]) for pair in pairs)


def _keep_bundle(record: LiveRecord, key: str) -> None:
    """Keep the bundle in use: before the rename, so that an engine killed between the two finds it."""
    # Which bundle is in use may be unknown: then "model missing" rings after the rename, as it would before.
    with suppress(BundleError):
        name = Bundles(record.state, record.assessment.key).current()
        if name is not None:
            Bundles(record.state, key).use(name, record.assessment.machine)


def _facts(record: LiveRecord, names: Mapping[str, str], request: Event) -> list[NewEvent]:
    """Return the rename, the end of "layout changed" and the answer to the operator."""
    by = str(request.detail.get("by", ""))
    words = ", ".join(f"{old} is now {new}" for old, new in names.items())
    standing = standing_outage(record.events(), Cause.LAYOUT_CHANGED)
    at = request.at
    facts = [
        NewEvent(
            EventKind.RENAMED,
            at,
            "engine",
            detail={"names": dict(names), "by": by, "message": f"{words}, by {by}"},
        )
    ]
    if standing is not None:
        facts.append(outage_cleared(standing, standing.at, "an operator gave the components their new names"))
    answer = {"action": request.detail.get("action"), "done": True, "words": f"{words}; the record goes on"}
    return [*facts, NewEvent(EventKind.ANSWERED, at, "engine", ring=request.seq, detail=answer)]


def _plain(name: str) -> str:
    """Return a name in the form in which two spellings of the same letters are equal."""
    return unicodedata.normalize("NFC", name)
