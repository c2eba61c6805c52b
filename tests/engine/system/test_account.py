"""The account's name, with and without an entry in the system's list."""

import os
import pwd

import pytest

from engine.system.account import account_name


def test_account_is_named_as_the_system_names_it() -> None:
    assert account_name() == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize("number", [0, 1, 12345, 1000660000, 2**32 - 2])
def test_account_that_the_system_does_not_list_is_its_number(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_number: int) -> pwd.struct_passwd:
        raise KeyError("uid not found")

    monkeypatch.setattr(os, "getuid", lambda: number)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert account_name() == str(number)
