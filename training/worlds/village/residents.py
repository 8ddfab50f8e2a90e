"""Who lives in the village: platform, language, niche, size and the scenario of each account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from training.worlds.moments import DAY_US, LOOK_US
from training.worlds.phrases import LANGUAGES, NICHES
from training.worlds.scenarios import SCENARIOS
from training.worlds.village.recipes import ALSO_BUYS, RECIPES, TROUBLED, Normal, Recipe
from training.worlds.village.vendors import SHARDS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PLATFORMS = ("instagram", "youtube", "x", "snapchat", "tiktok")
PLATFORM_WEIGHTS = (0.45, 0.17, 0.14, 0.04, 0.20)
LANGUAGE_WEIGHTS = {"de": 0.20, "en": 0.30, "es": 0.13, "fr": 0.10, "it": 0.09, "pt": 0.09, "tr": 0.09}
# Density exponent 2.15 (method.md 5.3: 2.0-2.3) from where vendors' tiers begin to be called macro.
TAIL_FROM, TAIL, LARGEST = 15_000.0, 1.15, 8e6
# Replies do not scale: an account of a thousand answers about four in ten of its comments, one of a million hardly any [D; Wies 2023].
USUAL_REPLIES, HALF_AT, FALL = 0.62, 4_000.0, 0.45


@dataclass(frozen=True)
class Residents:
    """Accounts as columns of length n. `drawn` holds each number of the recipes, drawn for each account; `real` is how many followers
    came by themselves, roughly: what really happens, happens in the crowds."""

    first: int
    scenario: Ints
    drawn: Mapping[str, Floats]
    topics: npt.NDArray[np.str_]
    method: npt.NDArray[np.str_]
    shard: Ints
    platform: Ints
    language: Ints
    niche: Ints
    observed_us: Ints
    real: Floats
    usual_personal: Floats

    def __getitem__(self, trait: str) -> Floats:
        return self.drawn[trait]

    @property
    def n(self) -> int:
        return len(self.scenario)

    @property
    def number(self) -> Ints:
        return np.arange(self.first, self.first + self.n)

    @property
    def personal(self) -> Floats:
        """Share of comments that are answered, and how close the tone is (0-1)."""
        return np.clip(self.usual_personal * self["personal"], 0.004, 0.95)

    def on(self, *platforms: str) -> Flags:
        return np.isin(self.platform, [PLATFORMS.index(platform) for platform in platforms])


def weights(scenarios: Mapping[str, float] | None) -> Floats:
    """The chance of each of SCENARIOS; None is the natural mixture. Raises ValueError for unknown scenarios and useless weights."""
    given = {name: recipe.often for name, recipe in RECIPES.items()} if scenarios is None else dict(scenarios)
    unknown = sorted(set(given) - set(SCENARIOS))
    faults = [f"scenario {name!r} is unknown; there are: {', '.join(SCENARIOS)}" for name in unknown]
    faults += [f"scenario {name!r} has weight {given[name]}; expected a number of 0 or more" for name in given if not given[name] >= 0]
    if not faults and not 0 < sum(given.values()) < np.inf:
        faults.append(f"the weights of the scenarios add up to {sum(given.values())}; expected a positive number")
    if faults:
        raise ValueError("; ".join(faults))
    chances = np.array([given.get(name, 0.0) for name in SCENARIOS], dtype=np.float64)
    return np.asarray(chances / chances.sum())


def draw(rng: np.random.Generator, first: int, n: int, chances: Floats, natural: bool) -> Residents:
    """n accounts; in a natural mixture some of those in other trouble also buy."""
    scenario = rng.choice(len(SCENARIOS), n, p=chances)
    recipes = [RECIPES[name] for name in SCENARIOS]
    drawn = {field.name: _drawn(rng, field.name, scenario) for field in fields(Recipe) if field.name not in ("topics", "method")}
    if natural:
        drawn = _also_buy(rng, drawn, scenario)
    real = 10 ** drawn["size"]
    real = np.where(rng.random(n) < drawn["famous"], TAIL_FROM * (1 + rng.pareto(TAIL, n)), real)
    real = np.clip(real, 45, LARGEST)
    languages = np.array([LANGUAGE_WEIGHTS[language] for language in LANGUAGES])
    return Residents(
        first=first,
        scenario=scenario,
        drawn=drawn,
        topics=np.array([recipe.topics for recipe in recipes])[scenario],
        method=np.array([recipe.method for recipe in recipes])[scenario],
        shard=rng.integers(SHARDS, size=n),
        platform=rng.choice(len(PLATFORMS), n, p=PLATFORM_WEIGHTS),
        language=rng.choice(len(LANGUAGES), n, p=languages / languages.sum()),
        niche=rng.integers(len(NICHES), size=n),
        observed_us=LOOK_US - rng.integers(0, 3 * 86_400, n) * (DAY_US // 86_400),
        real=real,
        usual_personal=USUAL_REPLIES / (1 + (real / HALF_AT) ** FALL),
    )


def _drawn(rng: np.random.Generator, name: str, scenario: Ints) -> Floats:
    """One number of the recipes for each account; as many draws whatever the scenarios, so that accounts of equal seeds are twins."""
    given = [getattr(RECIPES[scenario], name) for scenario in SCENARIOS]
    if isinstance(given[0], Normal):
        mean, sd = np.array([(value.mean, value.sd) for value in given])[scenario].T
        return rng.normal(mean, sd)
    low, high = np.array([value if isinstance(value, tuple) else (value, value) for value in given], dtype=np.float64)[scenario].T
    return np.asarray(low + (high - low) * rng.random(len(scenario)))


def _also_buy(rng: np.random.Generator, drawn: dict[str, Floats], scenario: Ints) -> dict[str, Floats]:
    also = np.isin(scenario, [SCENARIOS.index(name) for name in TROUBLED]) & (rng.random(len(scenario)) < ALSO_BUYS)
    ways = [SCENARIOS.index(name) for name in ("bought_instant", "bought_drip_aged")]
    way = np.array(ways)[rng.integers(0, len(ways), len(scenario))]
    orders = {name: _drawn(rng, name, way) for name in ("bought", "lots", "delivery", "begun", "aged")}
    return drawn | {name: np.where(also, values, drawn[name]) for name, values in orders.items()}
