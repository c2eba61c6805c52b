"""The only door to the database: appends facts, hands them out again, changes none."""

from engine.appending import Appending
from engine.database import Patience
from engine.errors import (
    StoreBusyError,
    StoreError,
    StoreFaultError,
    StoreFullError,
    StoreMissingError,
)
from engine.ledger import Ledger
from engine.recalling import Recalling
from engine.requests import Requests

__all__ = [
    "Patience",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreFaultError",
    "StoreFullError",
    "StoreMissingError",
]


class Store(Appending, Recalling, Ledger, Requests):
    """Reads and appends. Use as a context manager, or call `close`. One thread at a time."""
