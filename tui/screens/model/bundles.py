"""The model in words: baseline, acceptance, layers and bundles."""

from datetime import tzinfo

from engine.bundles.manifest import BundleFacts
from engine.explanation.baseline import drift
from engine.records.events import Event, EventKind
from tui.data.frame import Frame
from tui.data.model_facts import ModelFacts
from tui.draw.format import duration, long_time, sentence_time
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title
from tui.screens.model.proposal import proposal_lines


def acceptance(frame: Frame) -> tuple[bool, Event | None]:
    """Return whether a baseline was learned up to the playhead, and the acceptance of the current one.

    An acceptance counts whenever it was given: it names the bundle.
    """
    learned = [event for event in frame.events if event.kind in (EventKind.LEARNED, EventKind.BUNDLE)]
    if not learned:
        return False, None
    bundle = learned[0].detail.get("bundle")
    given = (
        event
        for event in frame.view.events
        if event.kind is EventKind.ACCEPTED and event.detail.get("bundle") == bundle
    )
    return True, next(given, None)


def acceptance_line(frame: Frame, wall_zone: tzinfo, key: str) -> tuple[str, Role]:
    """Return the operator who accepted the baseline and when; where nobody did, the key that accepts."""
    learned, given = acceptance(frame)
    if not learned:
        return "○ no baseline is learned yet", Role.WARNING
    if given is None:
        return f"○ PROVISIONAL: nobody has accepted it; {key} accepts it", Role.WARNING
    by = clean(str(given.detail.get("by", "somebody")))
    return f"● ACCEPTED by {by}, {long_time(given.recorded_at, wall_zone)}", Role.GOOD


def baseline_lines(
    width: int,
    height: int,
    frame: Frame,
    facts: ModelFacts | None,
    zone: tzinfo,
    wall_zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
    key: str = "K",
) -> Lines:
    """Return the baseline: its snapshots, acceptance, doubts, drift, and requests to the engine.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        facts: of the bundle, None while they are read.
        zone: of recording times.
        wall_zone: of the wall clock.
        glyphs: those that the terminal can show.
        key: that accepts, as it is written.
    """
    lines: Lines = [title("Baseline", width, "the healthy span, and who accepted it")]
    text, role = acceptance_line(frame, wall_zone, key)
    lines.append((Span(fit(f"  {text}", width), role),))
    lines += proposal_lines(width, frame, zone)
    current = facts.current if facts is not None else None
    if current is not None:
        lines += [(Span(fit(f"  {row}", width)),) for row in _origin(width - 2, current, zone)]
        for doubt in current.doubts:
            lines += _wrapped(f"in doubt: {doubt}", width, Role.WARNING)
        if not current.doubts:
            lines.append((Span(fit("  no doubts about it were found", width), Role.DIM),))
    else:
        told = _told_of(frame, zone)
        lines.append((Span(fit(f"  {told}", width), Role.DIM),))
    drifts = [event for event in frame.events if event.kind is EventKind.DRIFTED]
    # All components are learned from the same snapshots: any alarm forbids to learn them as healthy.
    alarmed = any(alarm.stands for alarm in frame.alarms)
    for event in drifts:
        told = drift(event, alarmed=alarmed).text
        lines += _wrapped(f"drift since {sentence_time(event.at, zone)}: {told}", width, Role.WARNING)
    if not drifts and acceptance(frame)[0]:
        lines.append((Span(fit("  no drift: errors are as they were on the baseline", width), Role.DIM),))
    lines += request_lines(width, frame, zone)
    return finished(lines[:height], width, height, glyphs)


def request_lines(width: int, frame: Frame, zone: tzinfo) -> Lines:
    """Return the requests of operators, the newest first, and the engine's answers."""
    answers = {event.ring: event for event in frame.view.events if event.kind is EventKind.ANSWERED}
    asked = [event for event in reversed(frame.view.events) if event.kind is EventKind.REQUESTED]
    lines: Lines = []
    for event in asked[:4]:
        answer = answers.get(event.seq)
        by, what = clean(str(event.detail.get("by", ""))), clean(str(event.detail.get("action", "")))
        if answer is None:
            told, role = "… not answered yet", Role.WARNING
        else:
            outcome = "done" if answer.detail.get("done") else "REFUSED"
            told = f"{outcome}: {clean(str(answer.detail.get('words', '')))}"
            role = Role.PLAIN if answer.detail.get("done") else Role.WARNING
        lines += _wrapped(f"{by} asked to {what}, {sentence_time(event.at, zone)}: {told}", width, role)
    return lines


def _origin(width: int, bundle: BundleFacts, zone: tzinfo) -> list[str]:
    span = duration((bundle.end - bundle.start).total_seconds())
    times = [(told(bundle.start, zone), told(bundle.end, zone)) for told in (long_time, sentence_time)]
    return [
        f"bundle {bundle.name}: model {bundle.model}, seed {bundle.seed}",
        f"learned from {bundle.snapshots} snapshots, the last {bundle.calibrated_on} for the limits",
        pick(width, *(f"from {start.strip()} until {end.strip()}, {span}" for start, end in times)).rstrip(),
        f"{bundle.epochs} epochs in {bundle.learning_seconds:.0f} s",
    ]


def _told_of(frame: Frame, zone: tzinfo) -> str:
    """Return the events' description of a bundle that is not in the state folder."""
    for event in frame.events:
        if event.kind in (EventKind.LEARNED, EventKind.BUNDLE):
            count, digest = event.detail.get("snapshots"), clean(str(event.detail.get("bundle", "")))[:16]
            known = f"learned from {count} snapshots" if count else f"learned {sentence_time(event.at, zone)}"
            return f"{known}; bundle {digest or 'not named'} is not in the state folder"
    return "the engine has not learned yet"


def layer_lines(width: int, height: int, facts: ModelFacts | None, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the layers of the network in order: kind, output shape, parameters."""
    heading = title("Layers", width, "of the autoencoder in use")
    current = facts.current if facts is not None else None
    if current is None:
        return finished(
            [heading, (Span("  the bundle is not at hand", Role.DIM),)][:height], width, height, glyphs
        )
    if not current.layers:
        why = "  an earlier Raceway made this bundle; its layers are not known"
        return finished([heading, (Span(fit(why, width), Role.DIM),)][:height], width, height, glyphs)
    total = sum(layer.parameters for layer in current.layers)
    rows: list[Line] = [(Span(fit(f"  {'layer':<22}{'gives':<18}{'numbers learned':>16}", width), Role.DIM),)]
    for layer in current.layers:
        shape = " × ".join(map(str, layer.shape)) or "1"
        rows.append((Span(fit(f"  {layer.kind:<22}{shape:<18}{layer.parameters:>16,}", width)),))
    last: Line = (
        Span(fit(f"  {len(current.layers)} layers{'':<31}{total:>16,} in all", width), Role.STRONG),
    )
    if len(rows) + 2 > height:
        rows = [*rows[: max(height - 3, 0)], (Span(f"  {len(rows) - max(height - 3, 0)} more", Role.DIM),)]
    return finished([heading, *rows, last][:height], width, height, glyphs)


def bundle_lines(
    width: int,
    height: int,
    facts: ModelFacts | None,
    chosen: str | None,
    zone: tzinfo,
    glyphs: Glyphs = Glyphs.UNICODE,
) -> Lines:
    """Return the bundles in the state folder; `›` marks the one that a switch would use.

    Args:
        width: cells.
        height: lines, the heading included.
        facts: read from the state folder, None before that.
        chosen: name of the bundle under the cursor, None for none.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    heading = title("Bundles", width, "b chooses, B switches" if width >= 60 else "")
    if facts is None or not (facts.bundles or facts.unreadable):
        return finished(
            [heading, (Span("  none lies beside this store", Role.DIM),)][:height], width, height, glyphs
        )
    lines: Lines = [heading]
    for bundle in facts.bundles:
        mark, role = ("●", Role.STRONG) if bundle.in_use else ("○", Role.PLAIN)
        use = "in use" if bundle.in_use else "      "
        text = (
            f"{mark} {use}  {bundle.name}  seed {bundle.seed}, {bundle.snapshots} snapshots,"
            f" {sentence_time(bundle.start, zone)} to {sentence_time(bundle.end, zone)}"
        )
        lines.append(
            (Span(" › " if bundle.name == chosen else "   ", Role.STRONG), Span(fit(text, width - 3), role))
        )
    for name in facts.unreadable:
        lines.append((Span(fit(f"   ✕ cannot be read  {name}", width), Role.WARNING),))
    return finished(lines[:height], width, height, glyphs)


def _wrapped(text: str, width: int, role: Role) -> Lines:
    return [(Span(fit(f"  {row}", width), role),) for row in wrapped(text, width - 3, 3)]
