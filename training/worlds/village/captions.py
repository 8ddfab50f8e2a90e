"""The posts as a crawler reads them: captions, hashtags, brands and counts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.worlds import moments
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, joined, language, phrases
from training.worlds.village.posts import Posts
from training.worlds.village.residents import Floats, Residents

# Brands that pay are at home in a niche or two; an account that posts about everything mentions many kinds.
BRANDS = tuple(
    f"{first}{last}" for first in ("nord", "luma", "vela", "kora", "mira", "oak", "tivo") for last in ("studio", ".co", "labs", "_official")
)
TAGS = 4
# The share of posts of which no likes are shown; who closes the comments hides likes more often.
HIDDEN, ALSO_HIDDEN = 0.02, 0.3


def post_ids(who: Residents, posts: Posts) -> pa.Array:
    """As platforms write them: digits that rise with time."""
    at = moments.before(who.observed_us[posts.account], posts.calendar.age)
    number = (at // 1_000_000).astype(np.uint64) * np.uint64(1_000_000) + (who.first + posts.account).astype(np.uint64) % np.uint64(
        1_000_000
    )
    return pa.array(number + _place(posts), pa.uint64()).cast(pa.large_string())


def _place(posts: Posts) -> np.ndarray:
    """Posts of one second stay apart."""
    first = np.searchsorted(posts.account, posts.account)
    return (np.arange(len(first)) - first).astype(np.uint64) * np.uint64(10_000_000_000_000_000)


def table(rng: np.random.Generator, who: Residents, ids: pa.Array, post_id: pa.Array, posts: Posts) -> pa.Table:
    account, m = posts.account, len(posts.account)
    spoken = who.language[account]
    caption = phrases().pick(rng, np.full(m, KINDS.index("caption")), spoken, posts.topic)
    brand = np.floor(_brand(rng, who, posts) * len(BRANDS)).astype(np.int64) % len(BRANDS)
    paid = joined(pa.array([f" @{name} " for name in BRANDS], pa.large_string()).take(pa.array(brand)), _ads(rng, spoken))
    caption = pc.if_else(pa.array(posts.sponsored), joined(caption, paid), caption)
    prize = joined(caption, pa.scalar(" 🎁", pa.large_string()))
    video = np.where(posts.video, "video", np.where(who.on("x")[account], "text", "photo"))
    hidden = rng.random(m) < HIDDEN + ALSO_HIDDEN * who["comments_closed"][account]
    return pa.table(
        {
            "account_id": ids.take(pa.array(account)),
            "post_id": post_id,
            "posted_at": moments.column(moments.before(who.observed_us[account], posts.calendar.age)),
            "likes": pa.array(posts.likes, mask=hidden),
            "comments": pa.array(posts.comments),
            "views": pa.array(posts.views, mask=~posts.video),
            "shares": pa.array(posts.shares, mask=~who.on("x", "tiktok")[account]),
            "caption": pc.if_else(pa.array(posts.calendar.prize), prize, caption),
            "hashtags": _hashtags(rng, who, posts),
            "kind": pa.array(video, pa.large_string()),
            "sponsored": pa.array(posts.sponsored),
        }
    )


def _brand(rng: np.random.Generator, who: Residents, posts: Posts) -> Floats:
    return np.asarray((posts.topic / len(NICHES) + 0.12 * rng.random(len(posts.topic)) + who.niche[posts.account] * 0.013) % 1.0)


def _ads(rng: np.random.Generator, spoken: np.ndarray) -> pa.Array:
    words = [language(name)["ad"] for name in LANGUAGES]
    start = np.cumsum([0, *map(len, words)])
    turn = np.floor(rng.random(len(spoken)) * np.array([len(mine) for mine in words])[spoken]).astype(np.int64)
    return pa.array([word for mine in words for word in mine], pa.large_string()).take(pa.array(start[spoken] + turn))


def _hashtags(rng: np.random.Generator, who: Residents, posts: Posts) -> pa.Array:
    """Up to four words of the post's topic, and the topic itself."""
    words = [
        [word.replace(" ", "").replace("'", "").lower() for word in language(name)["topics"][topic]]
        for name in LANGUAGES
        for topic in NICHES
    ]
    start = np.cumsum([0, *map(len, words)])
    cell = who.language[posts.account] * len(NICHES) + posts.topic
    many = rng.integers(0, TAGS + 1, len(cell))
    size = np.array([len(mine) for mine in words])[cell]
    step = rng.integers(0, 1_000, len(cell))
    offsets = np.concatenate([[0], np.cumsum(many)])
    post = np.repeat(np.arange(len(cell)), many)
    turn = np.arange(len(post)) - offsets[post]
    place = start[cell[post]] + (step[post] + turn) % size[post]
    tags = pa.array([word for mine in words for word in mine], pa.large_string()).take(pa.array(place))
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), tags)
