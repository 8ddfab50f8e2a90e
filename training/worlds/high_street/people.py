"""Who has an account: platform, language, niche, size, and the kind of account it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.worlds.high_street.kinds import ALSO_BUYS, ALSO_DILUTED, ALSO_PACKAGES, ARCHETYPES, KINDS, between, frequencies, trait
from training.worlds.moments import DAY_US, LOOK_US
from training.worlds.phrases import LANGUAGES, NICHES

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PLATFORMS = ("instagram", "tiktok", "youtube", "x", "snapchat")
PLATFORM_SHARES = (0.56, 0.18, 0.14, 0.09, 0.03)
LANGUAGE_SHARES = {"de": 0.22, "en": 0.28, "tr": 0.10, "es": 0.14, "fr": 0.09, "it": 0.08, "pt": 0.09}

# Most influencers are small. log10 of followers: mean, sd, weight; the last one is a Pareto tail with the density exponent 2.1 that
# method.md 5.3 gives (2.0-2.3), so that a few reach millions.
SIZES = ((2.55, 0.35, 0.12), (3.15, 0.38, 0.56), (4.05, 0.45, 0.22))
TAIL_FROM, TAIL_EXPONENT, LARGEST = 2e4, 1.1, 2e7
CELEBRITY_FROM = 5e4


@dataclass(frozen=True)
class People:
    """Accounts as columns; every array is (n,). `organic` counts followers who came by themselves, up to now."""

    first: int
    kind: Ints
    shard: Ints
    platform: Ints
    language: Ints
    niche: Ints
    observed_us: Ints
    organic: Ints
    life_days: Floats
    buys: npt.NDArray[np.str_]
    topics: npt.NDArray[np.str_]
    engagement: npt.NDArray[np.str_]
    growth: npt.NDArray[np.str_]
    personal: Floats
    personal_expected: Floats
    replies_lost: Flags

    @property
    def n(self) -> int:
        return len(self.kind)

    @property
    def celebrity(self) -> Flags:
        return np.asarray(self.growth == "celebrity")

    def trait(self, name: str) -> npt.NDArray[np.generic]:
        """What each account's kind says of one field."""
        return trait(self.kind, name)

    def between(self, rng: np.random.Generator, name: str) -> Floats:
        """A value out of the range of each account's kind, NaN where it says nothing."""
        return between(rng, self.kind, name)

    def on(self, *platforms: str) -> Flags:
        return np.isin(self.platform, [PLATFORMS.index(platform) for platform in platforms])


def draw(rng: np.random.Generator, first: int, n: int, shard_shares: tuple[float, ...], frequency: Floats | None = None) -> People:
    """Accounts `first` to `first + n`; `frequency` (kinds,) says how common each kind is, None is the natural mixture."""
    kind = rng.choice(len(KINDS), n, p=frequencies(None) if frequency is None else frequency)
    growth = _trait(kind, "growth")
    organic = _sizes(rng, n, growth == "celebrity")
    own_size = between(rng, kind, "size")
    organic = np.where(np.isnan(own_size), organic, 10 ** np.nan_to_num(own_size)).astype(np.int64)
    mixes = kind < len(ARCHETYPES)
    topics = _trait(kind, "topics")
    topics = np.where(topics == "either", np.where(rng.random(n) < 0.65, "focused", "wide"), topics)
    topics = np.where((rng.random(n) < ALSO_DILUTED) & (_trait(kind, "buys") != "never") & mixes, "diluted", topics)
    troubled = (topics == "diluted") | (_trait(kind, "replies") == "lost") | (growth == "dormant")
    may_also_buy = troubled | (_trait(kind, "engagement") != "own")
    also = np.where(rng.random(n) < 0.5, "instant", "drip")
    buys = _trait(kind, "buys")
    buys = np.where((buys == "never") & may_also_buy & (rng.random(n) < ALSO_BUYS), also, buys)
    engagement = _trait(kind, "engagement")
    likes_too = (rng.random(n) < ALSO_PACKAGES) & mixes
    engagement = np.where((engagement == "own") & (buys != "never") & likes_too, "packages", engagement)
    lost = _trait(kind, "replies") == "lost"
    # Replying by hand does not scale: what an account of a size usually manages falls by a quarter with each tenfold.
    expected = np.clip(0.6 * 10 ** (-0.125 * (np.log10(organic + 1) - 3)), 0.05, 0.9)
    personal = expected * np.exp(rng.normal(0, 0.3, n)) * np.where(lost, rng.uniform(0.1, 0.45, n), 1.0)
    life = np.clip(np.exp(rng.normal(7.1, 0.6, n)), 150, 5200)
    own_life = between(rng, kind, "life_days")
    languages = np.array([LANGUAGE_SHARES[language] for language in LANGUAGES])
    return People(
        first=first,
        kind=kind,
        shard=rng.choice(len(shard_shares), n, p=shard_shares),
        platform=rng.choice(len(PLATFORMS), n, p=PLATFORM_SHARES),
        language=rng.choice(len(LANGUAGES), n, p=languages / languages.sum()),
        niche=rng.integers(len(NICHES), size=n),
        observed_us=LOOK_US - (rng.random(n) * 2 * DAY_US).astype(np.int64) // 1_000_000 * 1_000_000,
        organic=organic,
        life_days=np.where(np.isnan(own_life), life, own_life),
        buys=buys,
        topics=topics,
        engagement=engagement,
        growth=growth,
        personal=np.clip(personal, 0.01, 0.95),
        personal_expected=expected,
        replies_lost=lost,
    )


def _trait(kind: Ints, name: str) -> npt.NDArray[np.str_]:
    return trait(kind, name).astype(np.str_)


def _sizes(rng: np.random.Generator, n: int, celebrity: Flags) -> Ints:
    weights = np.array([weight for _, _, weight in SIZES])
    part = rng.choice(len(SIZES) + 1, n, p=[*weights, 1 - weights.sum()])
    body = np.array([[mean, sd] for mean, sd, _ in SIZES])[part.clip(max=len(SIZES) - 1)]
    sizes = 10 ** rng.normal(body[:, 0], body[:, 1])
    tail = rng.pareto(TAIL_EXPONENT, n) + 1
    sizes = np.where(part == len(SIZES), TAIL_FROM * tail, sizes)
    sizes = np.where(celebrity, CELEBRITY_FROM * tail, sizes)
    return np.clip(sizes, 40, LARGEST).astype(np.int64)
