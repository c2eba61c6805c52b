"""The dialog that closes an alarm with an outcome: its checks, and the fact it stores."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.records.events import Event, EventKind
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, options
from tests.tui.console.fake_host import FakeHost
from tests.tui.two_alarms import two_alarms
from tui.console.further.closing import ClosingAction


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    """Two alarms, of Bearing 1 and Bearing 3, with the playhead after both."""
    synthetic.fill(tmp_path, 120, extra=two_alarms)
    host = FakeHost(tmp_path, None)
    host.look(110)
    return host


def closings(host: FakeHost) -> list[Event]:
    with Store.open(host.state) as store:
        events = store.events(store.assessments()[-1], "night shift")
    return [event for event in events if event.kind is EventKind.CLOSED]


def test_the_typed_outcome_is_stored_with_the_alarm(host: FakeHost, clock: Clock, tmp_path: Path) -> None:
    photo = tmp_path / "a photo.jpg"
    photo.write_bytes(b"jpg")
    ClosingAction(host, options(host.state, clock)).close()
    host.answer("confirmed, replaced", "outer 2.1", "spall", str(photo))
    (event,) = closings(host)
    assert event.component == "Bearing 1"
    assert event.detail["outcome"] == "fault confirmed"
    assert (event.detail["surface"], event.detail["size_mm"]) == ("outer race", 2.1)
    assert (event.detail["text"], event.detail["photo"]) == ("spall", str(photo))
    assert event.detail["replaced"] is True
    assert host.notice.text.startswith("Closed, fault confirmed: outer race, 2.1 mm; part replaced")


def test_the_alarm_closed_last_can_be_corrected(host: FakeHost, clock: Clock) -> None:
    action = ClosingAction(host, options(host.state, clock))
    action.close()
    host.answer("nothing", "", "", "")
    host.look(110)
    action.close()
    assert host.dialog is not None
    assert "this one corrects it" in host.dialog[0].sentences[0]
    host.answer("confirmed", "", "", "")
    assert [one.detail["outcome"] for one in closings(host)] == ["nothing found", "fault confirmed"]


@pytest.mark.parametrize(
    ("field", "before", "text", "words"),
    [
        (0, (), "", "Name one outcome"),
        (0, (), "broken", "is not an outcome"),
        (1, ("confirmed",), "top", "is not a surface"),
        (1, ("confirmed",), "-2", "above 0"),
        (2, ("other", ""), "", "needs a note"),
        (2, ("nothing", "outer"), "", "belongs to a confirmed fault"),
        (3, ("confirmed", "", ""), "/no/photo.jpg", "No file"),
    ],
)
def test_a_wrong_field_is_named_in_the_dialog(
    host: FakeHost, clock: Clock, field: int, before: tuple[str, ...], text: str, words: str
) -> None:
    ClosingAction(host, options(host.state, clock)).close()
    assert host.dialog is not None
    fields = host.dialog[1]
    for one, typed in zip(fields, before, strict=False):
        assert one.check(typed) == ""
    assert words in fields[field].check(text)


def test_a_read_only_console_closes_nothing(host: FakeHost, clock: Clock) -> None:
    ClosingAction(host, replace(options(host.state, clock), read_only=True)).close()
    assert host.dialog is None
    assert "read-only" in host.notice.text
