"""Posts: when, about what, how many likes, comments and views; bought followers give none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.worlds import moments
from training.worlds.high_street import marginals
from training.worlds.high_street.growth import ADVERTISING, GIVEAWAY, VIRAL, Events
from training.worlds.high_street.people import PLATFORMS, Flags, Floats, Ints, People
from training.worlds.high_street.topics import Interests
from training.worlds.moments import DAYS
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, joined, language, phrases

FEWEST, MOST = 12, 36
# The usual likes by followers, both log10: inside each of two real sources the slope is .94 (bench/marginals.py), which is kept within
# their ranges; between them, where nobody has counted, the line joins them. Over all sizes that makes .7 (method.md: .74 to .78).
LIKES_AT = np.array([1.0, 3.0, 5.1, 7.5])
LIKES = np.array([0.48, 2.37, 3.35, 5.59])
PLATFORM_LEVEL = {"instagram": 0.0, "tiktok": 0.1, "youtube": -0.35, "x": -0.55, "snapchat": 0.0}
# A usual account keeps about this share of its audience interested in its latest posts.
USUAL_CARE = 0.88
# Comments: gamma mixture of Poissons around 10^-1.1 L^0.73.
COMMENT_LEVEL, COMMENT_SLOPE = -1.1, 0.73
LIKE_PACKAGES = np.array([20, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000])
COMMENT_PACKAGES = np.array([0, 5, 10, 20, 50])
BRANDS = 400


@dataclass(frozen=True)
class Posts:
    """Posts as columns, grouped by account, oldest first. `from_package`, `from_pod`: comments that were ordered or agreed upon.

    `ties` (accounts,): dex of likes that each account lost with the tie to its person.
    """

    account: Ints
    age: Floats
    virality: Floats
    topic: Ints
    likes: Ints
    comments: Ints
    from_package: Ints
    from_pod: Ints
    giveaway: Flags
    personal: Floats
    ties: Floats


@dataclass(frozen=True)
class Calendar:
    """When each account posted (days before the look) and how each post did against the account's usual, in nat.

    `real` (n,): the account's place among real ones of its size, by marginals.JOINT.
    """

    account: Ints
    age: Floats
    virality: Floats
    recency: Floats
    real: Mapping[str, Floats]

    def by_day(self, n: int) -> tuple[Floats, Ints]:
        """(n, DAYS) how well a day's posts did, and how many posts were still to come after the day."""
        day = DAYS - 1 - np.floor(self.age).astype(np.int64)
        inside = day >= 0
        did = np.zeros((n, DAYS))
        np.add.at(did, (self.account[inside], day[inside]), np.exp(np.clip(self.virality[inside], -1, 1.2)))
        posts = np.zeros((n, DAYS), dtype=np.int64)
        np.add.at(posts, (self.account[inside], day[inside]), 1)
        return did, posts.sum(axis=1, keepdims=True) - np.cumsum(posts, axis=1)


def calendar(rng: np.random.Generator, people: People, events: Events, interests: Interests) -> Calendar:
    n = people.n
    many = np.minimum(rng.integers(FEWEST, MOST + 1, n), people.trait("posts").astype(np.int64))
    real = marginals.joint(rng, np.log10(people.organic))
    gap = real["gap_days"]
    gaps = gap[:, None] * np.exp(rng.normal(0, 1, (n, MOST)) * real["gap_spread"][:, None].clip(0.3, 3.5))
    since = np.minimum(rng.exponential(gap), 30.0) + 0.3
    since = np.where(people.growth == "dormant", rng.uniform(75, 330, n), since)
    since = np.where(people.growth == "seasonal", rng.uniform(45, 160, n), since)
    age = since[:, None] + np.cumsum(gaps, axis=1) - gaps[:, :1]
    age = np.minimum(age, 0.98 * people.life_days[:, None] - np.arange(MOST))
    kept = (np.arange(MOST) < many[:, None]) & (age > 0.05)
    # What real posts scatter holds what topics do to them, unless an account lives on too many topics for its audience.
    spread, liked = real["like_dispersion"], np.log(interests.cares)
    by_topic = (interests.late * liked**2).sum(axis=1) - (interests.late * liked).sum(axis=1) ** 2
    spread = np.sqrt(spread**2 - np.where(people.topics == "diluted", 0.0, np.minimum(by_topic, 0.9 * spread**2)))
    virality = rng.normal(0, 1, (n, MOST)) * spread[:, None]
    nearest = np.abs(age - events.age[:, None]).argmin(axis=1)
    boost = np.select(
        [events.what == VIRAL, events.what == GIVEAWAY], [rng.uniform(np.log(2.5), np.log(12), n), rng.uniform(0.5, 1.5, n)], 0.0
    )
    virality[np.arange(n), nearest] += boost
    account, place = np.nonzero(kept[:, ::-1])
    place = MOST - 1 - place
    recency = 1 - place / np.maximum(many[account] - 1, 1)
    return Calendar(account, age[account, place], virality[account, place], np.clip(recency, 0, 1), real)


def draw(rng: np.random.Generator, people: People, interests: Interests, events: Events, dates: Calendar, total: Ints) -> Posts:
    """`total` (n,) is the follower count anybody sees: orders of likes go by it, likes that come by themselves by the organic part."""
    account, n, rows = dates.account, people.n, len(dates.account)
    blend = (dates.recency**1.5)[:, None]
    mix = np.cumsum((1 - blend) * interests.early[account] + blend * interests.late[account], axis=1)
    topic = np.minimum((rng.random(rows)[:, None] * mix[:, -1:] > mix).sum(axis=1), len(NICHES) - 1)
    then = people.organic[account] * np.exp(-events.daily[account] * np.minimum(dates.age, 700))
    level = dates.real["like_residual"] + np.array([PLATFORM_LEVEL[platform] for platform in PLATFORMS])[people.platform]
    # Wies 2023: the weaker the tie to the person, the less a follower engages.
    ties = np.where(people.replies_lost, rng.uniform(-0.35, -0.05, n), 0.0)
    level += ties + people.between(rng, "likes_dex") - np.where(events.what == ADVERTISING, 0.04, 0.0)
    mean = usual_likes(then) + level[account]
    mean += np.log10(interests.cares[account, topic] / USUAL_CARE) + dates.virality / np.log(10)
    likes = rng.poisson(np.minimum(10**mean, 5e8))
    scatter = dates.real["comment_residual"] + 0.15 * np.log10(people.personal / people.personal_expected)
    scatter += people.between(rng, "comments_dex")
    expected = 10 ** (COMMENT_LEVEL + scatter[account]) * np.maximum(likes, 0.3) ** COMMENT_SLOPE
    shape = dates.real["comment_spread"][account].clip(0.05) ** -2
    comments = rng.poisson(rng.standard_gamma(shape) / shape * expected)
    giveaway = (events.what[account] == GIVEAWAY) & (np.abs(dates.age - events.age[account]) < 1) | (rng.random(rows) < 0.004)
    comments = np.where(giveaway, comments * 4 + rng.poisson(10, rows), comments)
    more_likes, package, pod = _ordered(rng, people, account, total)
    # Replies dwindle while a depersonalised account grows: its older posts still had some.
    fading = np.where(people.replies_lost[account], 1 + 1.2 * (1 - dates.recency), 1.0)
    return Posts(
        account=account,
        age=dates.age,
        virality=dates.virality,
        topic=topic,
        likes=likes + more_likes + pod,
        comments=comments + package + pod,
        from_package=package,
        from_pod=pod,
        giveaway=giveaway,
        personal=np.minimum(people.personal[account] * fading, 0.95),
        ties=ties,
    )


def usual_likes(followers: Floats | Ints) -> Floats:
    """log10 of the likes of a usual post of an account with so many followers."""
    return np.interp(np.log10(np.maximum(followers, 10)), LIKES_AT, LIKES)


def _ordered(rng: np.random.Generator, people: People, account: Ints, total: Ints) -> tuple[Ints, Ints, Ints]:
    """(likes, comments from a package, comments and likes from a pod) of each post."""
    n, rows = people.n, len(account)
    packages = (people.engagement == "packages")[account] & (rng.random(rows) < rng.uniform(0.5, 1.0, n)[account])
    wished = total * np.exp(rng.normal(np.log(0.025), 0.6, n))
    size = LIKE_PACKAGES[np.abs(np.log(LIKE_PACKAGES) - np.log(wished + 1)[:, None]).argmin(axis=1)][account]
    likes = np.where(packages, (size * (1 + rng.uniform(0, 0.05, rows))).astype(np.int64), 0)
    # As many likes as the bought followers would give, on every post, with a spread like that of real ones.
    part = np.nan_to_num(people.trait("likes_bought").astype(np.float64))
    missing = (10 ** usual_likes(total) - 10 ** usual_likes(people.organic)) * part
    spread = np.exp(rng.normal(0, 1, rows) * rng.uniform(0.05, 0.30, n)[account])
    likes = np.where((people.engagement == "proportional")[account], (missing[account] * spread).astype(np.int64), likes)
    place = np.clip(rng.integers(-1, 2, n) + (np.log10(total + 10) - 1.5).astype(np.int64), 0, len(COMMENT_PACKAGES) - 1)
    said = people.trait("comments_bought").astype(np.float64)
    ordered = np.where(np.isnan(said), COMMENT_PACKAGES[place], np.nan_to_num(said)).astype(np.int64)
    comments = np.where(packages, ordered[account], 0)
    # A pod has 20 to 100 members; in practice a part of them turns up, under most posts.
    members = people.between(rng, "members").astype(np.int64)
    in_pod = np.char.startswith(people.engagement, "pod")[account] & (rng.random(rows) < rng.uniform(0.5, 1.0, n)[account])
    pod = np.where(in_pod, rng.binomial(members[account], rng.uniform(0.1, 0.5, n)[account]), 0)
    return likes, comments, pod


def table(rng: np.random.Generator, people: People, ids: pa.Array, posts: Posts) -> pa.Table:
    """The posts table. Likes are hidden by one account in 25, and always where the platform shows views instead."""
    rows, account, on = len(posts.account), posts.account, people.platform[posts.account]
    name = np.array(PLATFORMS)[on]
    hidden = (rng.random(people.n) < np.where(people.trait("closed"), 0.5, 0.04))[account] | (name == "snapchat")
    video_share = rng.beta(2, 2, people.n)[account]
    kind = np.select(
        [np.isin(name, ("tiktok", "youtube")), name == "snapchat", name == "x"],
        ["video", "story", np.where(rng.random(rows) < 0.7, "text", "photo")],
        np.where(rng.random(rows) < video_share, "video", "photo"),
    )
    seen = np.isin(kind, ("video", "story")) | (name == "x")
    views = (posts.likes + 1) / np.exp(rng.normal(np.log(0.07), 0.4, people.n)[account] + rng.normal(0, 0.25, rows))
    shares = rng.poisson(posts.likes * np.exp(rng.normal(np.log(0.04), 0.6, people.n))[account])
    adverts = rng.beta(1.2, 9, people.n) * np.where(people.topics == "diluted", 1.8, 1.0)
    own_adverts = people.between(rng, "sponsored")
    sponsored = rng.random(rows) < np.where(np.isnan(own_adverts), adverts, own_adverts)[account]
    tags = _hashtags(rng, people, posts, sponsored)
    closed = people.trait("closed").astype(bool)[account]
    return pa.table(
        {
            "account_id": ids.take(pa.array(account)),
            "post_id": post_ids(people, posts),
            "posted_at": moments.column(moments.before(people.observed_us[account], posts.age)),
            "likes": pa.array(posts.likes, mask=hidden),
            "comments": pa.array(posts.comments, mask=closed),
            "views": pa.array(views.astype(np.int64), mask=~seen),
            "shares": pa.array(shares, mask=~np.isin(name, ("tiktok", "x"))),
            "caption": _captions(rng, people, posts, tags, sponsored),
            "hashtags": tags,
            "kind": pa.array(kind, pa.large_string()),
            "sponsored": pa.array(sponsored),
        }
    )


def post_ids(people: People, posts: Posts) -> pa.Array:
    turn = np.arange(len(posts.account)) - np.searchsorted(posts.account, posts.account)
    return pa.array((people.first + posts.account + 1) * 1000 + turn).cast(pa.large_string())


def _captions(rng: np.random.Generator, people: People, posts: Posts, tags: pa.Array, sponsored: Flags) -> pa.Array:
    spoken = people.language[posts.account]
    body = phrases().pick(rng, np.full(len(spoken), KINDS.index("caption")), spoken, posts.topic)
    # An account comes back to its few brands; a rule of the platforms wants them named.
    few = rng.integers(1, 7, people.n)[posts.account]
    brand = ((people.first + posts.account) * 31 + (rng.random(len(spoken)) ** 2 * few).astype(np.int64)) % BRANDS
    named = np.where(sponsored & (rng.random(len(spoken)) < 0.8), np.char.add("@brand.", brand.astype(str)), "")
    body = pc.utf8_rtrim_whitespace(joined(body, pa.array(named, pa.large_string()), by=" "))
    hashes = pc.binary_join(tags.cast(pa.list_(pa.string())), " ").cast(pa.large_string())
    return pc.utf8_rtrim_whitespace(joined(body, hashes, by=" "))


def _hashtags(rng: np.random.Generator, people: People, posts: Posts, sponsored: Flags) -> pa.Array:
    """Up to six of a topic's tags for each post, then the mark of an advertisement where there is one."""
    words, start, size, marks = _tag_lists()
    rows, spoken = len(posts.account), people.language[posts.account]
    habit = np.where(rng.random(people.n) < 0.08, 0, rng.integers(1, 8, people.n))
    many = rng.binomial(habit[posts.account], 0.75)
    owner = np.repeat(np.arange(rows), many)
    low, span = start[spoken, posts.topic][owner], size[spoken, posts.topic][owner]
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    # Everybody has favourites and comes back to them. Tags of a post lie one stride apart, so none stands twice.
    favourite = (people.first + posts.account) * 7919 + posts.topic * 104_729
    place = (np.repeat(favourite + (rng.random(rows) ** 4 * 24).astype(np.int64), many) + turn) % span
    advert = np.flatnonzero(sponsored)
    chosen = np.concatenate([low + place, marks[spoken[advert]] + rng.integers(0, 2, len(advert))])
    order = np.lexsort((np.arange(len(chosen)), np.concatenate([owner, advert])))
    lengths = many + sponsored
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.LargeListArray.from_arrays(pa.array(offsets), words.take(pa.array(chosen[order])))


def _tag_lists() -> tuple[pa.Array, Ints, Ints, Ints]:
    """All hashtags; where each (language, topic) starts and how long it is; where a language's two marks of advertising start."""
    words: list[str] = []
    start = np.zeros((len(LANGUAGES), len(NICHES)), dtype=np.int64)
    size = np.zeros_like(start)
    for i, name in enumerate(LANGUAGES):
        for j, niche in enumerate(NICHES):
            own = [re.sub(r"[ '-]", "", word).lower() for word in language(name)["topics"][niche]]
            tags = ["#" + tag for tag in dict.fromkeys([*own, niche, f"{niche}lover", f"insta{niche}", *(f"{word}love" for word in own)])]
            start[i, j], size[i, j] = len(words), len(tags)
            words += tags
    marks = np.zeros(len(LANGUAGES), dtype=np.int64)
    for i, name in enumerate(LANGUAGES):
        marks[i] = len(words)
        words += language(name)["ad"]
    return pa.array(words, pa.large_string()), start, size, marks
