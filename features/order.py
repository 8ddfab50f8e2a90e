"""The order in which the events of accounts happened, and which of them had happened when the account was looked at."""

from collections.abc import Mapping

import numpy as np

from features.columns import Array
from features.compiled import kernel
from features.facts import Raw
from features.text import Text

# What breaks ties between events of the same moment, so that the order of a file's rows never shows in a feature.
_TIES = {"posts": ("post_id",), "comments": ("comment_id", "author_id", "text"), "follower_sample": ("follower_id",), "history": ()}
_MOMENT = {"posts": "posted_at", "comments": "commented_at", "follower_sample": "rank", "history": "date"}


def order_of(name: str, raw: Mapping[str, Raw], index: Array, observed: Array) -> Array | None:
    """The rows to keep, sorted by account, moment and tie; an event after its account's observed_at is left out.

    None when every row is kept and in its place.
    """
    moment = raw.get(_MOMENT[name])
    at = moment if isinstance(moment, np.ndarray) else np.full(len(index), np.nan)
    # A follower happened when its own account was created; a day of a history counts as seen when it had begun.
    happened = raw.get("created_at") if name == "follower_sample" else at
    valid = _seen_by_then(happened if isinstance(happened, np.ndarray) else np.full(len(index), np.nan), index, observed)
    # Files are mostly in order already, and looking is much cheaper than sorting.
    if _in_order(index, at):
        return None if valid.all() else np.flatnonzero(valid)
    order = np.lexsort((at, index))
    if not _in_order(index[order], at[order]):
        ties = [
            column.codes if isinstance(column, Text) else column for column in (raw.get(tie) for tie in _TIES[name]) if column is not None
        ]
        order = np.lexsort((*reversed(ties), at, index))
    kept: Array = order[valid[order]]
    return None if np.array_equal(kept, np.arange(len(index))) else kept


@kernel
def _in_order(index: Array, at: Array) -> bool:
    """Whether accounts do not go back and no two events of one account are of the same or of an unknown moment, or out of order."""
    for j in range(1, len(index)):  # noqa: SIM110
        if not (index[j] > index[j - 1] or (index[j] == index[j - 1] and at[j] > at[j - 1])):
            return False
    return True


@kernel
def _seen_by_then(happened: Array, index: Array, observed: Array) -> Array:
    """Which events did not happen after their account was looked at; those of nobody (index -1) were not seen."""
    out = np.empty(len(index), dtype=np.bool_)
    for j in range(len(index)):
        out[j] = index[j] >= 0 and not happened[j] > observed[index[j]]
    return out
