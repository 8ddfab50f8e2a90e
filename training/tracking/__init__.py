"""What was tried, on which accounts and how it went: the record of every training (the only package that knows MLflow)."""

# First, because MLflow reads its environment when it is imported.
from training.tracking.environment import QUIET  # isort: split

from training.tracking.delivery import Delivered, sync, waiting
from training.tracking.errors import NoAnswer, TrackingError
from training.tracking.family import adopt, disown
from training.tracking.fetching import fetch, fetch_champion
from training.tracking.patience import UNHURRIED_S
from training.tracking.reading import Found, find, read_table
from training.tracking.recorded import Run
from training.tracking.recording import KINDS, MOST_PARAMS, run
from training.tracking.registry import aliases, set_alias, version_of
from training.tracking.standing import aliased, move, note, read_text
from training.tracking.stores import TrackingStore, store
from training.tracking.sweeping import sweep

__all__ = [
    "KINDS",
    "MOST_PARAMS",
    "QUIET",
    "UNHURRIED_S",
    "Delivered",
    "Found",
    "NoAnswer",
    "Run",
    "TrackingError",
    "TrackingStore",
    "adopt",
    "aliased",
    "aliases",
    "disown",
    "fetch",
    "fetch_champion",
    "find",
    "move",
    "note",
    "read_table",
    "read_text",
    "run",
    "set_alias",
    "store",
    "sweep",
    "sync",
    "version_of",
    "waiting",
]
