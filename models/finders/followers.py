"""Which sampled followers drive a number of the audience."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from features import created, follow_order
from features.follower_times import YOUNG_DAYS
from features.schema import PLATFORMS
from features.standing import FACTS
from models.circumstances import Circumstances, day
from models.finders.record import Record, about, first_by, identity, pseudonym

_TABLE = "follower_sample"


def _ratio(c: Circumstances) -> np.ndarray:
    found: np.ndarray = (c.numbers("follower_following") + 1.0) / (c.numbers("follower_followers") + 1.0)
    return found


def _records(c: Circumstances, places: list[int], why: str = "") -> Iterator[Record]:
    ids, account = c.ids(_TABLE, "follower_id"), c.table.account_ids[0]
    return (Record(_TABLE, pseudonym(account, identity(ids, j)), _said(c, j, why)) for j in places)


def _said(c: Circumstances, j: int, why: str) -> str:
    """What is known of a follower; no handle, no exact count, and of its creation the month."""
    following, followers, posts, picture, born = (
        float(c.numbers(f"follower_{name}")[j]) for name in ("following", "followers", "post_count", "has_picture", "created_at")
    )
    known = [why] if why else []
    known += [f"follows {about(following)}"] if not np.isnan(following) else []
    known += [f"followed by {about(followers)}"] if not np.isnan(followers) else []
    known += ["no post" if posts == 0 else f"{about(posts)} post{'s' * (posts != 1)}"] if not np.isnan(posts) else []
    known += ["no picture"] if picture == 0.0 else []
    known += [f"created in {day(born).split(' ', 1)[1]}"] if not np.isnan(born) else []
    return f"A follower: {', '.join(known) or 'nothing else is known of it'}."


def without_picture(c: Circumstances) -> Iterator[Record]:
    return _records(c, first_by(c.numbers("follower_has_picture") == 0.0, _ratio(c)))


def of_high_ratio(c: Circumstances) -> Iterator[Record]:
    return _records(c, first_by(_ratio(c) > 5.0, _ratio(c)))


def following_much_for_their_posts(c: Circumstances) -> Iterator[Record]:
    per_post = (c.numbers("follower_following") + 1.0) / (c.numbers("follower_post_count") + 1.0)
    return _records(c, first_by(~np.isnan(per_post), per_post))


def following_most(c: Circumstances) -> Iterator[Record]:
    following = c.numbers("follower_following")
    return _records(c, first_by(following > 1500.0, following))


def _at_most(c: Circumstances, posts: float) -> Iterator[Record]:
    return _records(c, first_by(c.numbers("follower_post_count") <= posts, _ratio(c)))


without_posts = partial(_at_most, posts=0.0)
with_few_posts = partial(_at_most, posts=1.0)


def without_biography(c: Circumstances) -> Iterator[Record]:
    says, _ = c.given("follower_bios")
    return _records(c, first_by(says.values == 0.0, _ratio(c)), "no biography")


def with_shared_biography(c: Circumstances) -> Iterator[Record]:
    """One follower for each of the commonest biographies."""
    _, words = c.given("follower_bios")
    codes, first, many = np.unique(words.codes, return_index=True, return_counts=True)
    groups = first_by((many > 1) & (codes != 0), many.astype(np.float64), -first.astype(np.float64))
    return (record for g in groups for record in _records(c, [int(first[g])], f"the same biography as {many[g] - 1} others of the sample"))


def most_like_purchased_ones(c: Circumstances) -> Iterator[Record]:
    """By the linear score behind the share, in which an unknown fact counts as an ordinary one."""
    standing, weights = c.given("follower_standing"), c.reference.peer_audience.purchased_weights
    if not weights.size:
        return iter(())
    score = np.nan_to_num(standing) @ weights
    judged = ~np.isnan(standing[:, :2]).any(axis=1)
    return _records(c, first_by(judged & (score >= c.reference.peer_audience.purchased_rule[0]), score))


def oddest(c: Circumstances) -> Iterator[Record]:
    """Those furthest from the directions in which ordinary followers differ."""
    standing, basis = c.given("follower_standing"), c.reference.peer_audience.fact_basis.reshape(-1, FACTS)
    if not basis.size:
        return iter(())
    known = ~np.isnan(standing[:, :3]).any(axis=1)
    away = np.nan_to_num(standing)
    distance = np.sqrt(((away - away @ basis.T @ basis) ** 2).sum(axis=1))
    return _records(c, first_by(known, distance))


def created_together(c: Circumstances) -> Iterator[Record]:
    """Those of the fullest window of creation, the one that the feature finds (features/created.py)."""
    audience, own = c.reference.peer_audience, PLATFORMS.index(c.platform)
    born = np.floor(c.numbers("follower_created_at"))
    ordered = np.sort(born[~np.isnan(born)])
    if not audience.creation_share.size or np.isnan(audience.creation_share[own]).any() or len(ordered) < created.LEAST:
        return iter(())
    best, begin, width, seen = 0.0, 0.0, 0.0, 0
    for days in created.WIDTHS:
        many = np.searchsorted(ordered, ordered + days) - np.arange(len(ordered))
        expected = len(ordered) * (_created_by(ordered + days, audience, own) - _created_by(ordered, audience, own))
        variance = np.maximum(expected * (1.0 - expected / len(ordered)), 0.0)
        variance += audience.burst_scatter[own] * expected**2 + created.RAREST
        score = (many - expected) / np.sqrt(variance)
        j = int(np.argmax(score))
        if score[j] > best:
            best, begin, width, seen = float(score[j]), float(ordered[j]), float(days), int(many[j])
    if seen < 2:
        return iter(())
    said = f"one of {seen} of {len(ordered)} created within {width:.0f} day{'s' * (width != 1)} from {day(begin)}"
    return _records(c, first_by((born >= begin) & (born < begin + width), _ratio(c)), said)


def _created_by(days: np.ndarray, audience: object, own: int) -> np.ndarray:
    """The share of ordinary followers created before each day; beyond the last one they go on at the rate of its last year."""
    known, share = audience.creation_days, audience.creation_share[own]  # type: ignore[attr-defined]
    rate = (share[-1] - np.interp(known[-1] - created.YEAR, known, share)) / created.YEAR
    found: np.ndarray = np.interp(days, known, share) + np.maximum(days - known[-1], 0.0) * rate
    return found


def out_of_order(c: Circumstances) -> Iterator[Record]:
    rank, at = c.numbers("follower_rank"), c.numbers("follower_created_at")
    strange = follow_order.odd(rank, at)
    said = f"one of {int(strange.sum())} who came one after another and were created in the same month"
    return _records(c, first_by(strange, _ratio(c)), said)


def just_created(c: Circumstances) -> Iterator[Record]:
    age = c.numbers("follower_age_at_follow")
    return _records(c, first_by(age < YOUNG_DAYS, -age), "created within a month before it followed")


def private(c: Circumstances) -> Iterator[Record]:
    return _records(c, first_by(c.numbers("follower_private") == 1.0, _ratio(c)), "a private account")
