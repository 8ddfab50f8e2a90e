"""What is missing although the platform has it: pages that were not fetched, replies held back, followers not in the list."""

from __future__ import annotations

from collections import Counter

from features.importing.accounts import Accounts
from features.importing.collecting import Collected
from features.importing.rows import Page, Rows


def pages_missing(collected: Collected) -> None:
    """Tell the lists that end with a page after which there was another.

    Runs before records are joined. Platforms do not name a page, so lists are told apart by whose they are; a page with nothing
    in it ends any list of its kind.
    """
    lists: dict[tuple[object, ...], list[Page]] = {}
    first: dict[int, tuple[object, ...]] = {}
    for rows in collected.tables.values():
        for i, page in enumerate(rows.pages):
            if page.counted and id(page) not in first:
                first[id(page)] = _whose(rows, i)
    ends = {page.kind for page in collected.pages if page.counted and not page.rows and not page.more}
    for page in collected.pages:
        if page.counted and page.rows:
            lists.setdefault((page.kind, page.owner, first.get(id(page))), []).append(page)
    for (kind, *_), pages in lists.items():
        going_on = [page for page in pages if page.more]
        started_later = sum(page.before for page in pages)
        ended = len(going_on) < len(pages) or kind in ends
        if going_on and (not ended or 0 < started_later < len(going_on)):
            count = sum(page.rows for page in pages)
            detail = f"a next page was not fetched: there is more than the {count:,} records of this list. Fetch it and import all pages."
            collected.remarks.note("partial", detail, going_on[-1].source.file)


def _whose(rows: Rows, number: int) -> tuple[object, ...]:
    return rows.table, *(
        rows[name][number] for name in ("account_id", "owner_handle", "post_id" if rows.table == "comments" else "owner_handle")
    )


def replies_missing(comments: Rows, collected: Collected) -> None:
    """Tell how many replies the platform counts and did not send. Runs after records are joined."""
    fetched = Counter(parent for parent in comments["reply_to"] if parent is not None)
    short = [
        (i, expected - fetched[comment_id])
        for i, (comment_id, expected) in enumerate(zip(comments["comment_id"], comments["expected_replies"], strict=True))
        if expected and expected > fetched[comment_id]
    ]
    if short:
        total = sum(missing for _, missing in short)
        detail = f"{total:,} replies in {len(short):,} threads were counted by the platform and not fetched; ask for each thread's replies."
        i = short[0][0]
        collected.remarks.note("replies", detail, comments.pages[i].source.file, comments.pointers[i])


def sample_methods(accounts: Accounts, collected: Collected) -> None:
    """Say how the followers were chosen: all of them when as many came as the account has, else as the platform lists them."""
    sampled = Counter(collected.tables["follower_sample"]["account_id"])
    exact_below = collected.platform.exact_below
    rows = accounts.rows
    for i, account_id in enumerate(rows["account_id"]):
        if not sampled[account_id] or rows["sample_method"][i] is not None:
            continue
        followers = rows["followers"][i]
        whole = sampled[account_id] == followers and (exact_below is None or followers < exact_below)
        rows["sample_method"][i] = "census" if whole else collected.platform.sample_method


def rounding(accounts: Accounts, collected: Collected) -> None:
    """Tell counts that the platform has rounded; a step in them may be rounding."""
    exact_below, rows = collected.platform.exact_below, accounts.rows
    if exact_below is None:
        return
    for i, followers in enumerate(rows["followers"]):
        if followers >= exact_below:
            error = f"{followers:,} followers may be up to {_step(followers) - 1:,} more"
            detail = f"{collected.platform.title} rounds counts of {exact_below:,} and more down to three digits: {error}."
            collected.remarks.note("rounded", detail, rows.pages[i].source.file, rows.pointers[i])


def _step(followers: int) -> int:
    return int(10 ** max(len(str(followers)) - 3, 0))
