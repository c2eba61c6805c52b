"""The class of each screen by its id, loaded from the screen's folder when it is first needed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from tui.keys.places import PLACES
from tui.screens.base import ConsoleScreen


@cache
def screen_class(id: str) -> type[ConsoleScreen]:
    """Return the class of a screen: the one in `tui/screens/<id>/screen.py` whose `PLACE` is the id.

    Raises:
        KeyError: no screen has this id.
    """
    if id not in {place.id for place in PLACES}:
        raise KeyError(id)
    module = import_module(f"tui.screens.{id}.screen")
    classes = (one for one in vars(module).values() if isinstance(one, type))
    return next(one for one in classes if issubclass(one, ConsoleScreen) and id == one.PLACE)


class Registry(Mapping[str, type[ConsoleScreen]]):
    """The classes of the screens by id, in the order of `tui.keys.places`."""

    def __getitem__(self, id: str) -> type[ConsoleScreen]:
        """Return the class of a screen."""
        return screen_class(id)

    def __iter__(self) -> Iterator[str]:
        """Return the ids."""
        return (place.id for place in PLACES)

    def __len__(self) -> int:
        """Return the number of screens."""
        return len(PLACES)


SCREENS = Registry()
"""Every screen; a new screen is a folder here and a line in `tui.keys.places`."""
