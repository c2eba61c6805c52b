"""The address that the OPC UA server listens on."""

import pytest

from engine.errors import UnusableError
from engine.opcua.service import address_of


@pytest.mark.parametrize(
    "words",
    [
        "",
        "opc.tcp://",
        "http://127.0.0.1:4840",
        "opc.tcp://ada@127.0.0.1",
        "opc.tcp://h:99999/",
        "opc.tcp://[::1",
    ],
)
def test_address_that_is_none_is_one_sentence(words: str) -> None:
    with pytest.raises(UnusableError, match="is not an address like"):
        address_of(words)


def test_address_keeps_host_port_and_path() -> None:
    assert address_of("opc.tcp://[::1]/plant").url == "opc.tcp://[::1]:4840/plant"
    assert address_of("opc.tcp://localhost:1234").url == "opc.tcp://localhost:1234"
