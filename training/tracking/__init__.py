"""What was tried, on which accounts and how it went: the record of every training (the only package that knows MLflow)."""

# First, because MLflow reads its environment when it is imported.
from training.tracking.environment import QUIET
from training.tracking.errors import TrackingError
from training.tracking.family import adopt, disown
from training.tracking.fetching import fetch, fetch_champion
from training.tracking.reading import Found, find, read_table
from training.tracking.recorded import Run
from training.tracking.recording import KINDS, MOST_PARAMS, run
from training.tracking.registry import aliases, set_alias, version_of
from training.tracking.stores import TrackingStore, store
from training.tracking.sweeping import sweep

__all__ = [
    "KINDS",
    "MOST_PARAMS",
    "QUIET",
    "Found",
    "Run",
    "TrackingError",
    "TrackingStore",
    "adopt",
    "aliases",
    "disown",
    "fetch",
    "fetch_champion",
    "find",
    "read_table",
    "run",
    "set_alias",
    "store",
    "sweep",
    "version_of",
]
