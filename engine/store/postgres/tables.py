"""Tables that only a database server needs: leases with their epochs, and bundles for every host."""

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Text

from engine.store.schema import UTCTime

metadata = MetaData()

lease = Table(
    "lease",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("since", UTCTime, nullable=False),
)
"""The engines that held a lease last; each holder has a higher epoch than the one before."""

bundle = Table(
    "bundle",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("added_at", UTCTime, nullable=False),
)
"""The bundles of the store, each packed into one file; `digest` is the SHA-256 of `packed`."""

bundle_in_use = Table(
    "bundle_in_use",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
)
"""The bundle in use by the live record with a key."""
