"""The face of each account: handle, name, biography, and its counts day by day."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa

from training.worlds import moments
from training.worlds.moments import DAYS
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, language, phrases
from training.worlds.village.crowds import Crowds
from training.worlds.village.orders import SAMPLED
from training.worlds.village.posts import Posts
from training.worlds.village.residents import PLATFORMS, Ints, Residents

# The first is the commonest.
COUNTRIES = {
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB", "IN"),
    "es": ("ES", "MX", "CO"),
    "fr": ("FR", "CA", "BE"),
    "it": ("IT", "IT", "CH"),
    "pt": ("BR", "PT", "AO"),
    "tr": ("TR", "DE", "NL"),
}
MOST_FOLLOWED = 7_500
# How a crawler that is free to choose takes its sample, and how many it takes.
METHODS, METHOD_WEIGHTS = ("random", "stratified", "newest"), (0.70, 0.20, 0.10)
SIZES, SIZE_WEIGHTS = (150, SAMPLED, 600), (0.2, 0.6, 0.2)


def account_ids(who: Residents) -> pa.Array:
    return pa.array([f"v-{number:06d}" for number in who.number], pa.large_string())


def owners(rng: np.random.Generator, who: Residents) -> tuple[pa.Array, pa.Array]:
    """First and last name of each owner."""
    return tuple(
        pa.array([names[int(place * len(names))] for names, place in zip(lists, rng.random(who.n), strict=True)], pa.large_string())
        for lists in ([language(LANGUAGES[i])[part] for i in who.language] for part in ("first_names", "last_names"))
    )


def sampling(rng: np.random.Generator, who: Residents, followers: Ints) -> tuple[np.ndarray, Ints]:
    """How the followers of each account were sampled, and how many."""
    method = np.where(who.method == "", rng.choice(METHODS, who.n, p=METHOD_WEIGHTS), who.method)
    size = np.where(who.method == "", rng.choice(SIZES, who.n, p=SIZE_WEIGHTS), np.minimum(SAMPLED, followers // 2))
    return np.where(size >= followers, "census", method), size


def table(
    rng: np.random.Generator,
    who: Residents,
    ids: pa.Array,
    names: tuple[pa.Array, pa.Array],
    crowds: Crowds,
    written: Posts,
    method: np.ndarray,
) -> pa.Table:
    n, followers = who.n, crowds.followers
    given, family = (column.to_pylist() for column in names)
    # A renamed or inherited account is called after what it is now about.
    handle = [
        f"{NICHES[niche]}.{LANGUAGES[spoken]}.{number}" if renamed else _handle(first, last, turn)
        for first, last, turn, niche, spoken, number, renamed in zip(
            given, family, rng.integers(0, 5, n), who.niche, who.language, rng.integers(10, 99, n), who["renamed"] > 0, strict=True
        )
    ]
    seen = np.bincount(written.account, minlength=n)
    older = np.rint((who["life"] / who["gap"]) * rng.uniform(0.2, 0.6, n)).astype(np.int64)
    country = [COUNTRIES[LANGUAGES[i]][turn] for i, turn in zip(who.language, rng.choice(3, n, p=(0.7, 0.2, 0.1)), strict=True)]
    return pa.table(
        {
            "account_id": ids,
            "platform": pa.array(np.array(PLATFORMS)[who.platform], pa.large_string()),
            "observed_at": moments.column(who.observed_us),
            "handle": pa.array(handle, pa.large_string()),
            "name": pa.array([f"{first} {last}" for first, last in zip(given, family, strict=True)], pa.large_string()),
            "created_at": moments.column(moments.before(who.observed_us, who["life"] + 2), who.on("x", "youtube") | (rng.random(n) < 0.3)),
            "followers": pa.array(followers),
            "following": pa.array(following(who)[:, -1]),
            "post_count": pa.array(seen + np.where(who["posts_deleted"] > 0, 0, older)),
            "bio": phrases().pick(rng, np.full(n, KINDS.index("bio")), who.language, who.niche),
            "category": pa.array(np.array(NICHES)[who.niche], pa.large_string()),
            "language": pa.array(np.array(LANGUAGES)[who.language], pa.large_string()),
            "country": pa.array(country, pa.large_string()),
            "verified": pa.array(rng.random(n) < np.clip(0.2 * (np.log10(followers) - 3.8), 0.002, 0.6)),
            "private": pa.array(rng.random(n) < 0.01),
            "has_picture": pa.array(rng.random(n) < 0.995),
            "has_link": pa.array(rng.random(n) < 0.6),
            "sample_method": pa.array(method, pa.large_string()),
        }
    )


def following(who: Residents) -> Ints:
    """(n, DAYS) accounts followed: hardly any change, but a saw for those who follow to be followed and then unfollow."""
    end = np.minimum(who["following"], MOST_FOLLOWED)[:, None]
    age = np.arange(DAYS - 1, -1, -1)[None, :]
    slow = end * (1 - 0.0004 * age)
    period = 9 + (who.number % 12)[:, None]
    saw = end * (1 - 0.16 * ((age % period) / period))
    return np.floor(np.where((who["reciprocal"] > 0.2)[:, None], saw, slow)).astype(np.int64)


def history(who: Residents, ids: pa.Array, crowds: Crowds, written: Posts, post_count: Ints) -> pa.Table:
    """The counts at the end of each day, the last day being that of the look."""
    n = who.n
    followers = crowds.alive.sum(axis=1)[:, -DAYS:]
    day = DAYS - 1 - np.floor(written.calendar.age).astype(np.int64)
    new = np.bincount(written.account[day >= 0] * DAYS + day[day >= 0], minlength=n * DAYS).reshape(n, DAYS)
    posts = post_count[:, None] - (new.sum(axis=1, keepdims=True) - np.cumsum(new, axis=1))
    age = np.arange(DAYS - 1, -1, -1)[None, :]
    seen = (age < who["history"][:, None]) & (age < who["life"][:, None])
    row, place = np.nonzero(seen)
    date = who.observed_us[row] // moments.DAY_US - age[0, place]
    return pa.table(
        {
            "account_id": ids.take(pa.array(row)),
            "date": pa.array(date.astype(np.int32)).cast(pa.date32()),
            "followers": pa.array(followers[row, place]),
            "following": pa.array(following(who)[row, place]),
            "post_count": pa.array(posts[row, place]),
        }
    )


def _handle(first: str, last: str, turn: int) -> str:
    plain = [
        unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
        for name in (first, last)
    ]
    first, last = ("".join(letter for letter in name if letter.isalpha()) for name in plain)
    return (f"{first}{last}", f"{first}.{last}", f"its{first}", f"{first}_{last[:3]}", f"{last}.{first}")[turn]
