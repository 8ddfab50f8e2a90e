"""What was seen of an account, what was not, and what it would buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from features.table import AccountTable
from models.channels import channels
from models.decision import Because
from models.followers import FollowerModel
from models.head import Head
from models.heads.bought_followers import SMALLEST_SHARE
from models.rates import Rates
from models.share import FEWEST, Share, visible

WOULD_HELP = {
    "follower_sample": "followers drawn at random would show which share is of the purchased type",
    "history": "90 days of follower counts would show whether followers came in bursts",
    "posts": "12 posts older than three days would show whether the engagement fits the size",
    "comments": "100 comments would show whether an audience speaks or a template",
    "created_at": "the day the account was created would show whether it grew too fast for its age",
    "likes": "the likes of the posts are hidden; with them the engagement could be compared with peers",
}
EVENTS = ("posts", "comments", "follower_sample", "history")
Missing = Sequence[Mapping[str, str]]
# Fewer posts have no typical one, so nothing is known of their engagement.
LEAST_ROWS = {"posts": 3}
# What somebody can be asked to draw; the first is named that makes the share visible, or shows nearly as much as the largest.
SAMPLES = (300, 1_000, 3_000)
NEARLY = 0.03
# A smaller gain than this is not worth a second crawl.
WORTH = 0.01


def evidence(table: AccountTable, shares: Sequence[Share | None], model: FollowerModel) -> list[dict[str, Any]]:
    """For each account the tables that were seen, and the fields that are missing with what they would buy."""
    rows = {name: np.diff(table.starts[name]) for name in EVENTS}
    created = np.isnan(table.column("created_at").values)
    followers = table.column("followers").values
    likes = table.events("post_likes")
    hidden = rows["posts"] > 0
    liked = np.concatenate([[0], np.cumsum(~np.isnan(likes.values))])
    hidden &= liked[likes.starts[1:]] == liked[likes.starts[:-1]]
    abroad = [platform not in model.rates.platforms for platform in table.platforms]
    looked = seen(table)
    found = []
    for i in range(table.n):
        larger = larger_sample(shares[i], float(followers[i]), abroad[i], model.rates)
        missing = {"follower_sample": larger} if larger else {}
        lacking = [name for name in ("history", "posts", "comments") if rows[name][i] < LEAST_ROWS.get(name, 1)]
        lacking += ["likes"] * bool(hidden[i]) + ["created_at"] * bool(created[i])
        missing |= {name: WOULD_HELP[name] for name in lacking}
        found.append(
            {
                "seen": looked[i],
                "missing": [{"field": name, "would_help": words} for name, words in missing.items()],
            }
        )
    return found


def seen(table: AccountTable) -> list[list[str]]:
    """For each account the tables that were looked at; the profile always is."""
    return [["profile", *(name for name in EVENTS if table.looked_at[name][i])] for i in range(table.n)]


def larger_sample(share: Share | None, followers: float, abroad: bool, rates: Rates) -> str | None:
    """What more followers would buy in smallest visible shares; None where the sample shows what is asked, or no sample could do better.

    followers: how many the account has; abroad: no follower of its platform was labelled. The numbers are those of models.share.visible,
    for a sample drawn at random from an audience as like the known ones as this one is.
    """
    whole = share is not None and share.scope == "account"
    if share is not None and whole and share.detectable <= SMALLEST_SHARE:
        return None
    sizes = [size for size in SAMPLES if size < followers] + [int(followers)] * (FEWEST <= followers <= SAMPLES[-1])
    sizes = [size for size in sizes if share is None or not whole or size > share.n]
    if not sizes:
        few = f"the account has only {followers:,.0f} followers, and from fewer than {FEWEST} no share can be told"
        return few if followers < FEWEST else None
    # What the newest are like says nothing of a sample of all.
    strange = share is not None and whole and not share.in_reference and not abroad
    best = visible(sizes, followers, 1.0 if strange else 0.0, rates)
    enough = max(SMALLEST_SHARE, min(best) + NEARLY)
    place = next(i for i, least in enumerate(best) if least <= enough)
    drawn = f"all {sizes[place]:,} followers" if sizes[place] >= followers else f"{sizes[place]:,} followers drawn at random"
    if share is None or not whole:
        return f"{drawn} would show a share of purchased-type followers from {best[place]:.0%} on"
    if share.detectable - best[place] < WORTH:
        return None
    return f"{drawn} would lower the smallest visible share from {share.detectable:.0%} to {best[place]:.0%}"


def told(because: Because, head: Head, missing: Missing) -> dict[str, str]:
    """The reason with what would help this head most, of what is missing; JSON-able."""
    help_of = {entry["field"]: entry["would_help"] for entry in missing}
    for field in (*channels(head), *head.needs):
        if field in help_of:
            return {"code": because.code, "sentence": f"{because.sentence} {help_of[field][:1].upper()}{help_of[field][1:]}."}
    return {"code": because.code, "sentence": because.sentence}
