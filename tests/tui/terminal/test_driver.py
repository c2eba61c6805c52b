"""Keys in the terminal's encoding: no byte that a keyboard sends ends the console."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tui.terminal.driver import key_decoder


def decoded(encoding: str, *portions: bytes) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "__stdin__", io.TextIOWrapper(io.BytesIO(), encoding))
        decode = key_decoder("utf-8")().decode
        return "".join(decode(portion) for portion in portions)


@given(
    st.lists(st.binary(max_size=8), max_size=8), st.sampled_from(["utf-8", "iso-8859-1", "ascii", "koi8-r"])
)
def test_any_bytes_decode_to_at_most_as_many_keys(portions: list[bytes], encoding: str) -> None:
    assert len(decoded(encoding, *portions)) <= sum(map(len, portions))


@pytest.mark.parametrize(
    ("encoding", "portions", "text"),
    [
        ("utf-8", (b"n\xc3", b"\xa9"), "né"),
        ("utf-8", (b"\xe4\x1b[A",), "\ufffd\x1b[A"),
        ("iso-8859-1", (b"\xe4",), "ä"),
        ("koi8-r", (b"\xee",), "Н"),
    ],
)
def test_letters_are_those_of_the_terminal(encoding: str, portions: tuple[bytes, ...], text: str) -> None:
    assert decoded(encoding, *portions) == text


def test_library_asks_for_a_decoder_by_the_name_that_is_replaced() -> None:
    assert "getincrementaldecoder" in LinuxDriver.run_input_thread.__code__.co_names
    assert vars(linux_driver)["getincrementaldecoder"] is key_decoder
