"""`raceway opcua` says why it cannot listen; its library is loaded by it alone."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.store.store import Store
from tui.cli import program

ADDRESS = "opc.tcp://0.0.0.0:4840/raceway"


def said(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(program(["machines.opcua", "machines.serve"]), ["opcua", *words])
    return result.exit_code, result.output


def test_address_that_other_computers_reach_needs_a_word(tmp_path: Path) -> None:
    code, words = said("--state", str(tmp_path), "--listen", ADDRESS)
    assert code == 2
    assert "--anyone" in words


def test_store_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    code, words = said("--state", str(tmp_path / "nowhere"))
    assert code == 1
    assert "no store here yet" in words


def test_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path / "state", create=True).close()
    monkeypatch.setitem(sys.modules, "asyncua", None)
    code, words = said("--state", str(tmp_path / "state"), "--listen", "opc.tcp://127.0.0.1:0/")
    assert code == 2
    assert "pip install 'raceway[opcua]'" in words
