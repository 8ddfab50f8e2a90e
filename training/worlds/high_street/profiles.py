"""The face of each account: handle, name, biography and counts."""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa

from training.worlds import moments
from training.worlds.high_street.people import PLATFORMS, Ints, People
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, language, phrases

COUNTRIES = {
    "de": ("DE", "AT", "CH"),
    "en": ("GB", "US", "IE"),
    "es": ("ES", "MX", "AR"),
    "fr": ("FR", "BE", "CH"),
    "it": ("IT", "IT", "CH"),
    "pt": ("BR", "BR", "PT"),
    "tr": ("TR", "TR", "DE"),
}


def account_ids(people: People, world: str) -> pa.Array:
    short = "".join(word[0] for word in world.split("_"))
    return pa.array([f"{short}-{number:06d}" for number in range(people.first, people.first + people.n)], pa.large_string())


def table(rng: np.random.Generator, people: People, ids: pa.Array, bought: Ints, sample: int) -> tuple[pa.Table, pa.Array]:
    """The accounts table, and the first names under which fans address their owners."""
    n, total = people.n, people.organic + bought
    given = [str(rng.choice(language(LANGUAGES[i])["first_names"])) for i in people.language]
    family = [str(rng.choice(language(LANGUAGES[i])["last_names"])) for i in people.language]
    bio = phrases().pick(rng, np.full(n, KINDS.index("bio")), people.language, people.niche)
    following = np.exp(rng.normal(np.log(420), 0.8, n))
    following = np.where(people.growth == "follow_unfollow", rng.uniform(1500, 7400, n), following)
    following = np.where(
        people.trait("mutual")[:, 0].astype(np.float64) >= 1.5, np.maximum(following, rng.uniform(800, 5000, n)), following
    )
    posts = 10 ** (0.9 + 0.38 * np.log10(people.organic + 1) + rng.normal(0, 0.35, n))
    tells_age = people.on("x", "youtube")
    return pa.table(
        {
            "account_id": ids,
            "platform": pa.array(np.array(PLATFORMS)[people.platform], pa.large_string()),
            "observed_at": moments.column(people.observed_us),
            "handle": pa.array([_handle(rng, *names) for names in zip(given, family, strict=True)], pa.large_string()),
            "name": pa.array([" ".join(names) for names in zip(given, family, strict=True)], pa.large_string()),
            "created_at": moments.column(moments.before(people.observed_us, people.life_days), tells_age),
            "followers": pa.array(total),
            "following": pa.array(np.minimum(following, 7500).astype(np.int64), mask=people.on("snapchat")).fill_null(0),
            "post_count": pa.array(np.where(people.trait("posts").astype(np.int64) < 36, 0, posts).astype(np.int64) + 36),
            "bio": bio,
            "category": pa.array(np.array(NICHES)[people.niche], pa.large_string()),
            "language": pa.array(np.array(LANGUAGES)[people.language], pa.large_string()),
            "country": pa.array(
                [COUNTRIES[LANGUAGES[i]][pick] for i, pick in zip(people.language, rng.integers(0, 3, n), strict=True)], pa.large_string()
            ),
            "verified": pa.array(people.celebrity & (rng.random(n) < 0.8) | (rng.random(n) < 0.004 * np.log10(total + 1))),
            "private": pa.array(rng.random(n) < 0.01),
            "has_picture": pa.array(rng.random(n) < 0.997),
            "has_link": pa.array(rng.random(n) < 0.55),
            "sample_method": pa.array(
                np.select([total <= sample, people.trait("shown").astype(np.float64) < 1], ["census", "newest"], "random"),
                pa.large_string(),
            ),
        }
    ), pa.array(given, pa.large_string())


def _handle(rng: np.random.Generator, given: str, family: str) -> str:
    plain = (
        unicodedata.normalize("NFKD", f"{given} {family}".replace("ı", "i").replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    )
    first, last = plain.replace("'", "").split(" ", 1)
    patterns = (f"{first}.{last}", f"{first}_{last}", f"{first}{last[0]}", f"the.{first}", f"{first}.{last}{rng.integers(1, 99)}")
    return patterns[int(rng.integers(len(patterns)))]
