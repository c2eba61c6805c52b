"""The proposal to learn again: its snapshots, and the alarms that it would have raised and silenced since."""

from datetime import tzinfo

from engine.alarms.proposals import Proposal, Step, in_words, open_proposal, proposals_of, verdict_on
from engine.records.stored_values import items, words
from tui.data.frame import Frame
from tui.draw.format import short_time
from tui.draw.notice import wrapped
from tui.draw.text import Lines, Role, Span, clean, fit

ANSWERS = frozenset({"accept-proposal", "refuse-proposal"})
"""Ids of the actions that answer a proposal."""


def idle_actions(frame: Frame | None) -> frozenset[str]:
    """Return the ids of the answers where no proposal stands as of the playhead."""
    return ANSWERS if frame is None or open_proposal(frame.events) is None else frozenset()


def proposal_lines(width: int, frame: Frame, zone: tzinfo) -> Lines:
    """Return the newest proposal as of the playhead; nothing where none was ever begun.

    Args:
        width: cells.
        frame: the record as of the playhead.
        zone: of the times.
    """
    found = proposals_of(frame.events)
    if not found:
        return []
    proposal = found[-1]
    if proposal.step is Step.BEGUN:
        text = f"… a new baseline is learned from {_span(proposal, zone)}, because {clean(proposal.reason)}"
        return _wrapped(text, width, Role.PLAIN)
    if not proposal.stands:
        ended = proposal.ended
        said = "" if ended is None else clean(words(ended.detail.get("message")))
        when = "" if ended is None else f", {short_time(ended.at, zone)}"
        return _wrapped(f"last proposal{when}: {said}", width, Role.DIM)
    return _standing(proposal, width, frame, zone)


def _standing(proposal: Proposal, width: int, frame: Frame, zone: tzinfo) -> Lines:
    verdict = verdict_on(proposal, frame.events)
    first, *others = in_words(verdict)
    lines: Lines = [(Span(fit("  ◇ PROPOSED: a new baseline; k accepts, % refuses", width), Role.STRONG),)]
    lines += _wrapped(f"it {first}", width, Role.WARNING if verdict.standing else Role.STRONG)
    for one in others:
        lines += _wrapped(f"it {one}", width, Role.PLAIN)
    lines += _wrapped(
        f"{clean(proposal.name)} from {_span(proposal, zone)}, because {clean(proposal.reason)}",
        width,
        Role.PLAIN,
    )
    doubts = () if proposal.learned is None else items(proposal.learned.detail.get("doubts"))
    for doubt in doubts:
        lines += _wrapped(f"in doubt: {clean(words(doubt))}", width, Role.WARNING)
    return lines


def _span(proposal: Proposal, zone: tzinfo) -> str:
    first, last = short_time(proposal.first, zone), short_time(proposal.last, zone)
    return f"{proposal.snapshots} snapshots, {first} to {last}"


def _wrapped(text: str, width: int, role: Role) -> Lines:
    return [(Span(fit(f"  {row}", width), role),) for row in wrapped(text, width - 3, 4)]
