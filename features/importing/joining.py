"""Puts records together: whose they are, which came twice, who wrote them, what lies after the look at the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from features.importing.accounts import DAY_US, Accounts, names_in
from features.importing.collecting import Collected
from features.importing.remarks import Remarks
from features.importing.rows import Rows
from features.schema import TABLES
from features.validation import GRACE_US

NOUNS = {"posts": "posts", "comments": "comments", "follower_sample": "followers", "history": "days"}
# No thread is deeper; a longer chain is a circle.
_DEEPEST_THREAD = 64

Owner = Callable[[int], tuple[str | None, bool]]


def join(collected: Collected, accounts: Accounts) -> None:
    """Leave in each table the rows of the accounts, each once, with account_id, post_id, identities and by_owner filled in.

    Identities are still the platform's own: `author_id` and `follower_id` hold the id, or @ and the handle where only that is known.
    """
    posts, comments, followers, history = (collected.tables[name] for name in ("posts", "comments", "follower_sample", "history"))
    for point in accounts.earlier:
        if (number := accounts.by_id.get(point["account_id"])) is not None:
            history.add(point, accounts.rows.pages[number], accounts.rows.pointers[number])
    for rows in (posts, followers, history):
        _belong(rows, lambda i, rows=rows: accounts.owner(rows, i), collected.remarks)  # type: ignore[misc]
    _under_posts(comments, posts)
    _belong(comments, _owner_of_comment(comments, posts, accounts, collected.platform.replies_anywhere), collected.remarks)
    ids = {handle: identity for identity, handle in _people(comments, followers) if identity and handle}
    _identify(comments, "author_id", "author_handle", ids)
    _identify(followers, "follower_id", "handle", ids)
    _written(comments, accounts, collected)
    for rows in (posts, comments, followers, history):
        _once(rows)
        _complete(rows, collected.remarks)
        _not_later(rows, accounts, collected.remarks)


def _belong(rows: Rows, owner: Owner, remarks: Remarks) -> None:
    """Leave the rows that are of one of the accounts."""
    noun, kept = NOUNS[rows.table], []
    for i in range(len(rows)):
        account_id, guessed = owner(i)
        file, pointer = rows.pages[i].source.file, rows.pointers[i]
        if account_id is None:
            remarks.note(f"foreign {noun}", f"{noun} that belong to none of the accounts are left out.", file, pointer)
            continue
        if guessed:
            detail = f"the answer does not say whose {noun} these are; they are taken for those of {account_id[:60]}, the only account."
            remarks.note(f"guessed {noun}", detail, file, pointer)
        rows["account_id"][i] = account_id
        kept.append(i)
    rows.only(kept)


def _under_posts(comments: Rows, posts: Rows) -> None:
    """Find the post of each comment: its own, its parent's, the one its list or file is named after."""
    known = set(posts["post_id"])
    place = {comment_id: i for i, comment_id in enumerate(comments["comment_id"]) if comment_id is not None}
    post_of, reply_to = comments["post_id"], comments["reply_to"]
    for i in range(len(comments)):
        if post_of[i] is None and reply_to[i] is None:
            page = comments.pages[i]
            names = [page.owner] if page.owner is not None else names_in(page.source)
            post_of[i] = next((name for name in names if name in known), None)
            reply_to[i] = next((name for name in names if name in place), None) if post_of[i] is None else None
    for i in range(len(comments)):
        at = i
        for _ in range(_DEEPEST_THREAD):
            if post_of[at] is not None and (post_of[at] in known or post_of[at] not in place):
                break
            parent = place.get(post_of[at] or reply_to[at])
            if parent is None:
                break
            at = parent
        if post_of[at] is not None and post_of[at] not in place:
            if post_of[i] in place:
                reply_to[i] = reply_to[i] or post_of[i]
            post_of[i] = post_of[at]
        # A reply to the post itself is a comment like any other.
        reply_to[i] = None if reply_to[i] == post_of[i] else reply_to[i]


def _owner_of_comment(comments: Rows, posts: Rows, accounts: Accounts, anywhere: bool) -> Owner:
    of_post = dict(zip(posts["post_id"], posts["account_id"], strict=True))

    def owner(number: int) -> tuple[str | None, bool]:
        account_id = of_post.get(comments["post_id"][number])
        if account_id is not None or anywhere:
            return account_id, False
        return accounts.owner(comments, number)

    return owner


def _people(comments: Rows, followers: Rows) -> Iterator[tuple[str | None, str | None]]:
    for rows, identity, handle in ((comments, "author_id", "author_handle"), (followers, "follower_id", "handle")):
        folded = (name.casefold() if name else None for name in rows[handle])
        yield from zip(rows[identity], folded, strict=True)


def _identify(rows: Rows, identity: str, handle: str, ids: dict[str, str]) -> None:
    """One identity for a person who comes with an id here and with a handle only there."""
    for i, (known, name) in enumerate(zip(rows[identity], rows[handle], strict=True)):
        if known is None and name:
            rows[identity][i] = ids.get(name.casefold(), f"@{name.casefold()}")


def _written(comments: Rows, accounts: Accounts, collected: Collected) -> None:
    """Who wrote each comment: the account itself or another; a comment of nobody is left out."""
    kept = []
    for i in range(len(comments)):
        author, account_id = comments["author_id"][i], comments["account_id"][i]
        if author is None:
            detail = f"the answer does not say who wrote the comment, so it is left out. {collected.platform.no_author}"
            collected.remarks.note("nobody", detail, comments.pages[i].source.file, comments.pointers[i])
            continue
        own = (accounts.rows["handle"][accounts.by_id[account_id]] or "").casefold()
        handles = ((comments["author_handle"][i] or "").casefold(), author.removeprefix("@"))
        by_owner = author == account_id or (bool(own) and own in handles)
        comments["by_owner"][i] = by_owner
        if by_owner:
            comments["author_id"][i] = account_id
        kept.append(i)
    comments.only(kept)


def _once(rows: Rows) -> None:
    """Each record once, with what any of its copies says."""
    key = TABLES[rows.table].key
    # A comment without an id is known by everything that it says.
    whole = ("post_id", "author_id", "commented_at", "text") if rows.table == "comments" else key
    first: dict[tuple[object, ...], int] = {}
    kept = []
    for i, name in enumerate(zip(*(rows[column] for column in key), strict=True)):
        if None in name:
            name = tuple(rows[column][i] for column in whole)
        if None not in name and name in first:
            rows.merge(first[name], i)
        else:
            first[name] = i
            kept.append(i)
    rows.only(kept)


def _complete(rows: Rows, remarks: Remarks) -> None:
    """Leave out rows without what every row must say."""
    needed = [name for name in TABLES[rows.table].required if name != "account_id"]
    kept = []
    for i in range(len(rows)):
        missing = [name for name in needed if rows[name][i] is None]
        if missing:
            detail = f"{NOUNS[rows.table]} without {' and '.join(missing)} are left out; ask the platform for it."
            remarks.note(f"incomplete {rows.table} {missing}", detail, rows.pages[i].source.file, rows.pointers[i])
        else:
            kept.append(i)
    rows.only(kept)


def _not_later(rows: Rows, accounts: Accounts, remarks: Remarks) -> None:
    """Leave out what happened after its account was looked at; a creation date that lies there is unknown."""
    at, kept = TABLES[rows.table].at, []
    for i, account_id in enumerate(rows["account_id"]):
        limit = accounts.rows["observed_at"][accounts.by_id[account_id]] + GRACE_US
        when = rows[at][i] * (DAY_US if at == "date" else 1) if at else 0
        if when > limit:
            detail = f"{NOUNS[rows.table]} from after the look at their account are left out; --observed-at says when that was."
            remarks.note(f"later {rows.table}", detail, rows.pages[i].source.file, rows.pointers[i])
            continue
        if "created_at" in rows.columns and (rows["created_at"][i] or 0) > limit:
            rows["created_at"][i] = None
        kept.append(i)
    rows.only(kept)
