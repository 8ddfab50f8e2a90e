"""A store that another version of MLflow made, or that cannot be used for another reason: what to run."""

import errno
import os
import re
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files

import sqlalchemy
from mlflow.exceptions import MlflowException
from mlflow.store.db.utils import _get_latest_schema_revision

from training.tracking.addresses import SETTING
from training.tracking.errors import TrackingError

_OTHER = re.compile(r"out-of-date database schema \(found version (\w+)")
_FULL = ("disk is full", "disk I/O error", os.strerror(errno.ENOSPC), os.strerror(errno.EFBIG))


def refuse_others(connection: sqlalchemy.Connection) -> None:
    """Raise MlflowException when the tables are another version's; MLflow itself would change some of them without asking."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return
    found = connection.scalar(sqlalchemy.text("SELECT version_num FROM alembic_version"))
    if found is not None and found != _own():
        raise MlflowException(f"out-of-date database schema (found version {found})")


@lru_cache
def _own() -> str:
    return str(_get_latest_schema_revision())


def unusable(shown: str, text: str) -> TrackingError:
    """What to tell when the store at this address (without its password) answers with this error."""
    if found := _OTHER.search(text):
        return TrackingError(_made_elsewhere(shown, found[1]))
    if any(sign in text for sign in _FULL):
        return TrackingError(f"the tracking store {shown} cannot be written, because its disk is full: make room there and start again")
    lines = text.strip().splitlines() or ["no reason was given"]
    return TrackingError(f"the tracking store {shown} cannot be used: {lines[0][:300]}")


def _made_elsewhere(shown: str, revision: str) -> str:
    installed = version("mlflow")
    scripts = files("mlflow").joinpath("store", "db_migrations", "versions")
    if any(script.name.startswith(f"{revision}_") for script in scripts.iterdir()):
        # A database's address holds a password, which nobody should have to copy from a message.
        address = shown if shown.startswith("sqlite:") else f'"${SETTING}"'
        upgrade = f"copy the database, stop every training on it, and run `mlflow db upgrade {address}`"
        return f"the tracking store {shown} was made by an older MLflow than {installed}: {upgrade}"
    other = "install the newer MLflow that made it, or set AUTHENTICITY_HOME to another folder"
    return f"the tracking store {shown} was made by a newer MLflow than {installed} (its tables are at {revision}): {other}"
