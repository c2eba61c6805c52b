"""Requests of operators about a proposal: accept it, or refuse it. Each is carried out once."""

from collections.abc import Callable

from engine.alarms.proposals import (
    Proposal,
    Step,
    barred,
    listed,
    open_proposal,
    proposal_event,
    proposals_of,
    verdict_on,
)
from engine.assessment.live_record import LiveRecord
from engine.errors import UnusableError
from engine.operator.operator import worded
from engine.records.events import Event
from engine.records.stored_values import words


class ProposalError(UnusableError):
    """The proposal cannot be accepted or refused; one sentence."""


class ProposalRequests:
    """Carries out the requests about proposals in one live record."""

    def __init__(self, record: LiveRecord) -> None:
        """Take the record that holds the proposals."""
        self._record = record

    def accept(self, request: Event, use: Callable[[str], None]) -> str:
        """Bring the proposal that stands into use; return a sentence.

        Args:
            request: of the operator; `anyway` accepts that an alarm is silenced.
            use: brings the bundle of this name into use; may be called again after a kill.

        Raises:
            ProposalError: none stands, another is meant, or it would silence a standing alarm.
            BundleError: the bundle cannot be used.
        """
        before = self._carried_out(request)
        if before is not None:
            # A kill came between the event and the answer.
            return self._accepted(before.name)
        events = self._record.events()
        proposal = self._standing(request, events)
        verdict = verdict_on(proposal, events)
        anyway = request.detail.get("anyway") is True
        if verdict.standing and not anyway:
            raise ProposalError(
                f"the proposal would silence the alarm on {listed(verdict.standing)}, which stands; look at"
                " the machine first, or confirm a second time (raceway engine proposal accept --anyway)"
            )
        use(proposal.name)
        by = words(request.detail.get("by"))
        silenced = f", although it would silence {listed(verdict.standing)}" if verdict.standing else ""
        self._end(Step.ACCEPTED, request, f"{by} accepted the proposed baseline {proposal.name}{silenced}")
        return self._accepted(proposal.name)

    def refuse(self, request: Event) -> str:
        """Refuse the proposal that stands; return a sentence.

        Raises:
            ProposalError: none stands, or another is meant.
        """
        before = self._carried_out(request)
        if before is not None:
            return f"{before.name} is refused"
        proposal = self._standing(request, self._record.events())
        by, reason = words(request.detail.get("by")), worded(words(request.detail.get("reason")))
        because = f": {reason}" if reason else ""
        self._end(Step.REFUSED, request, f"{by} refused the proposed baseline {proposal.name}{because}")
        return f"{proposal.name} is refused; these snapshots are not proposed again"

    def check_switch(self, digest: str) -> None:
        """Reject an ordinary switch to a proposal.

        Args:
            digest: of the bundle.

        Raises:
            ProposalError: it was not accepted.
        """
        why = barred(self._record.events(), digest)
        if why:
            raise ProposalError(why)

    def _standing(self, request: Event, events: tuple[Event, ...]) -> Proposal:
        proposal = open_proposal(events)
        if proposal is None or not proposal.stands:
            learning = " yet; it is being learned" if proposal is not None else ""
            raise ProposalError(f"no proposal of {self._record.machine} stands{learning}")
        meant = words(request.detail.get("bundle"))
        if meant and meant not in (proposal.name, proposal.bundle):
            raise ProposalError(f"{meant} does not stand any more; the proposal now is {proposal.name}")
        return proposal

    def _carried_out(self, request: Event) -> Proposal | None:
        """Return the proposal that this request ended before, None where it ended none."""
        for proposal in proposals_of(self._record.events()):
            if proposal.ended is not None and proposal.ended.detail.get("request") == request.seq:
                return proposal
        return None

    def _accepted(self, name: str) -> str:
        return f"{name} is in use from the next snapshot on; standing alarms stay until a person closes them"

    def _end(self, step: Step, request: Event, message: str) -> None:
        detail = {key: request.detail[key] for key in ("by", "reason", "anyway") if key in request.detail}
        event = proposal_event(step, request.at, **detail, request=request.seq, message=message)
        self._record.add_event(event)
