"""What was seen of an account, what was not, and what it would show."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.table import AccountTable
from models.share import LITTLE

WOULD_HELP = {
    "follower_sample": "300 followers drawn at random would show which share is of the purchased type",
    "history": "90 days of follower counts would show whether followers came in bursts",
    "posts": "12 posts older than three days would show whether the engagement fits the size",
    "comments": "100 comments would show whether an audience speaks or a template",
    "created_at": "the day the account was created would show whether it grew too fast for its age",
    "likes": "the likes of the posts are hidden; with them the engagement could be compared with peers",
}
# Fewer posts have no typical one, so nothing is known of their engagement.
LEAST_ROWS = {"posts": 3}


def evidence(table: AccountTable) -> list[dict[str, Any]]:
    """For each account the tables that were seen, and the fields that are missing with what they would buy."""
    names = ("posts", "comments", "follower_sample", "history")
    rows = {name: np.diff(table.starts[name]) for name in names}
    created = np.isnan(table.column("created_at").values)
    likes = table.events("post_likes")
    hidden = rows["posts"] > 0
    liked = np.concatenate([[0], np.cumsum(~np.isnan(likes.values))])
    hidden &= liked[likes.starts[1:]] == liked[likes.starts[:-1]]
    # Followers without counts say nothing of their type, and from a few no share can be told.
    following = table.events("follower_following")
    known = np.concatenate([[0], np.cumsum(~np.isnan(following.values))])
    countable = known[following.starts[1:]] - known[following.starts[:-1]]
    found = []
    for i in range(table.n):
        missing = ["follower_sample"] * bool(countable[i] < LITTLE) + [
            name for name in ("history", "posts", "comments") if rows[name][i] < LEAST_ROWS.get(name, 1)
        ]
        missing += ["likes"] * bool(hidden[i]) + ["created_at"] * bool(created[i])
        found.append(
            {
                "seen": ["profile", *(name for name in names if table.looked_at[name][i])],
                "missing": [{"field": name, "would_help": WOULD_HELP[name]} for name in missing],
            }
        )
    return found
