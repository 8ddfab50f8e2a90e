"""A database that a team shares: opened by one at a time, because MLflow makes its tables at the first use."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from mlflow import MlflowClient

from training.tracking import addresses, versions

CONNECT_S = 5
# MLflow makes some forty tables in seconds; only at the first use of a database is it waited for so long.
TABLES_S = 60.0
# Any number will do, as long as it is always the same one.
_LOCK = 7_214_903


def is_new(uri: str) -> bool:
    """Whether MLflow's tables have still to be made, or are being made; never so behind a server. Raises SQLAlchemyError."""
    if addresses.kind(uri) == "http":
        return False
    with connected(uri) as connection:
        taken = _is_postgres(uri) and not connection.scalar(sqlalchemy.select(sqlalchemy.func.pg_try_advisory_xact_lock(_LOCK)))
        return taken or not sqlalchemy.inspect(connection).has_table("alembic_version")


def opened(uri: str) -> MlflowClient:
    """MLflow's client for a server or a database; its tables are made if it is new. Raises what MLflow and SQLAlchemy raise."""
    if addresses.kind(uri) == "http":
        return MlflowClient(uri, uri)
    # Connected first, because MLflow tries ten times over minutes; and on PostgreSQL nobody else, on any machine, opens it meanwhile.
    with connected(uri) as connection:
        if _is_postgres(uri):
            connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_LOCK)))
        versions.refuse_others(connection)
        return MlflowClient(uri, uri)


def _is_postgres(uri: str) -> bool:
    return addresses.kind(uri) == "postgresql"


@contextmanager
def connected(uri: str) -> Iterator[sqlalchemy.Connection]:
    """A connection of its own to a database. Raises SQLAlchemyError when there is none within seconds."""
    limits = {"connect_timeout": CONNECT_S} if _is_postgres(uri) else {}
    with sqlalchemy.create_engine(uri, poolclass=sqlalchemy.pool.NullPool, connect_args=limits).connect() as connection:
        yield connection
