"""A part of a dataset cut into groups of accounts, each with its own posts, comments, followers and days."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.schema import EVENT_TABLES

# Accounts looked at together: enough to be quick, few enough that what is computed for them fits memory.
SLICE = 1000


def slices(tables: Mapping[str, pa.Table], size: int = SLICE) -> Iterator[dict[str, pa.Table]]:
    """The tables of `size` accounts at a time, in the order of `accounts`, as views; takes time in proportion to the rows.

    A row of an account that `accounts` does not have is in none of them; of an account that stands there twice, the first has the rows.
    """
    accounts = tables["accounts"]
    bounds = np.append(np.arange(0, accounts.num_rows, size), accounts.num_rows)
    events = {name: _by_account(tables[name], accounts) for name in EVENT_TABLES if name in tables}
    places = {name: np.searchsorted(owners, bounds) for name, (_, owners) in events.items()}
    for turn, (first, last) in enumerate(pairwise(bounds)):
        group = {"accounts": accounts.slice(int(first), int(last - first))}
        for name, (table, _) in events.items():
            begin, end = places[name][turn : turn + 2]
            group[name] = table.slice(int(begin), int(end - begin))
        yield group


def _by_account(table: pa.Table, accounts: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """The rows in the order of the accounts, and the place of each row's account."""
    owners = pc.index_in(table["account_id"], value_set=accounts["account_id"].combine_chunks())
    owners = owners.fill_null(-1).to_numpy().astype(np.int64)
    # Files are mostly in this order already, and looking is much cheaper than moving all rows.
    if (owners[1:] < owners[:-1]).any():
        order = np.argsort(owners, kind="stable")
        table, owners = table.take(pa.array(order)).combine_chunks(), owners[order]
    return table, owners
