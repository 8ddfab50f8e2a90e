"""Which posts drive a number. Posts are the account's own: their dates and counts are told as they are."""

from collections.abc import Iterator

import numpy as np

from features.responses import OVER, PACKAGES
from models.circumstances import Circumstances, day
from models.finders.record import Record, counted, first_by, identity, pseudonym

_TABLE = "posts"


def _records(c: Circumstances, places: list[int], why: str = "") -> Iterator[Record]:
    ids, account, at = c.ids(_TABLE, "post_id"), c.table.account_ids[0], c.numbers("post_posted_at")
    for j in places:
        counts = [(float(c.numbers(f"post_{name}")[j]), name) for name in ("likes", "comments", "views")]
        got = ", ".join(counted(number, name) for number, name in counts if not np.isnan(number)) or "its counts are hidden"
        yield Record(_TABLE, pseudonym(account, identity(ids, j)), f"The post of {day(at[j])}{why}: {got}.")


def _typical(c: Circumstances, name: str) -> Iterator[Record]:
    """The posts nearest the typical one."""
    counts = np.where(c.numbers("mature_posts") == 1.0, c.numbers(f"post_{name}"), np.nan)
    if np.isnan(counts).all():
        return iter(())
    return _records(c, first_by(~np.isnan(counts), -np.abs(counts - np.nanmedian(counts))))


def typical_by_likes(c: Circumstances) -> Iterator[Record]:
    return _typical(c, "likes")


def typical_by_views(c: Circumstances) -> Iterator[Record]:
    return _typical(c, "views")


def more_likes_than_views(c: Circumstances) -> Iterator[Record]:
    likes, views = c.numbers("post_likes"), c.numbers("post_views")
    return _records(c, first_by(likes > views, likes / np.maximum(views, 1.0)))


def furthest_by_likes(c: Circumstances) -> Iterator[Record]:
    """The posts whose likes differ most from the typical, in either direction."""
    likes = np.log(np.where(c.numbers("mature_posts") == 1.0, c.numbers("post_likes"), np.nan) + 1.0)
    if np.isnan(likes).all():
        return iter(())
    return _records(c, first_by(~np.isnan(likes), np.abs(likes - np.nanmedian(likes))))


def with_likes_of_a_package(c: Circumstances) -> Iterator[Record]:
    likes = c.numbers("post_likes")
    packaged = np.zeros(len(likes), dtype=np.bool_)
    for package in PACKAGES:
        packaged |= (likes >= package) & (likes < package * OVER)
    return _records(c, first_by(packaged & (c.numbers("mature_posts") == 1.0), likes), ", just beyond a package on sale")


def sponsored(c: Circumstances) -> Iterator[Record]:
    """The newest sponsored posts."""
    return _records(c, first_by(c.numbers("sponsored_posts") == 1.0, c.numbers("post_posted_at")), ", sponsored")
