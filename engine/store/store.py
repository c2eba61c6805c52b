"""The store: the only access to the database. It appends facts and returns them, and changes none."""

from engine.errors import (
    StoreBusyError,
    StoreError,
    StoreFaultError,
    StoreFullError,
    StoreLostError,
    StoreMissingError,
)
from engine.store.database import Patience
from engine.store.following import Following
from engine.store.ledger import Ledger
from engine.store.overviews import Overviewing
from engine.store.plants import Plants
from engine.store.queries import Recalling
from engine.store.requests import Requests
from engine.store.streams import Streams
from engine.store.writes import Appending

__all__ = [
    "Patience",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreFaultError",
    "StoreFullError",
    "StoreLostError",
    "StoreMissingError",
]


class Store(Appending, Recalling, Overviewing, Ledger, Requests, Streams, Plants, Following):
    """An open store. Use as a context manager, or call `close`. One thread at a time."""
