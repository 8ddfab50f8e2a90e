"""Where followers come from and how they show themselves: language, country, length of the biography, privacy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.worlds.high_street import marginals
from training.worlds.high_street.people import Ints, People
from training.worlds.high_street.profiles import COUNTRIES
from training.worlds.phrases import LANGUAGES

# Sellers let the buyer choose an origin; about half of what is bought speaks like the audience, the rest comes from anywhere. That is
# weak on purpose: a foreign audience is no sign of a purchase (method.md 2, D17).
ORIGIN_CHOSEN = 0.5
# Platforms tell the language or country of few followers' accounts to everybody.
TOLD = 0.7


def faces(rng: np.random.Generator, people: People, account: Ints, kind: Ints, seen: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The columns language, country, bio_length, private and handle of followers; `account`, `kind` (followers,), `seen` their records.

    What a record knows stands. `kind` is 0 for people; only their privacy and digits follow the kind of account they came to.
    """
    rows = len(account)
    away = people.between(rng, "foreign")[account]
    foreign = rng.random(rows) < np.where(kind == 0, away, 1 - ORIGIN_CHOSEN * (1 - away))
    spoken = np.where(foreign, rng.integers(0, len(LANGUAGES), rows), people.language[account])
    lands = np.array([COUNTRIES[name] for name in LANGUAGES])
    told = rng.random(rows) < TOLD
    hidden = people.between(rng, "private")[account]
    private = np.where(np.isnan(hidden) | (kind != 0), -1, rng.random(rows) < hidden)
    length = np.where(kind == 0, marginals.sample(rng, "bio_length_people", rows), marginals.sample(rng, "bio_length_purchased", rows))
    digits = people.trait("digits").astype(bool)[account] & (kind == 0) & (rng.random(rows) < 0.6)
    ending = pa.array(np.where(digits, rng.integers(10, 2012, rows).astype(str), ""), pa.large_string())
    return {
        "language": pa.array(np.array(LANGUAGES)[spoken], pa.large_string(), mask=~told),
        "country": pa.array(lands[spoken, rng.integers(0, lands.shape[1], rows)], pa.large_string(), mask=~told),
        "bio_length": pc.coalesce(seen["bio_length"], pa.array(np.rint(length).astype(np.int64))),
        "private": pc.if_else(pa.array(private >= 0), pa.array(private == 1), seen["private"]),
        "handle": pc.binary_join_element_wise(seen["handle"], ending, pa.scalar("", pa.large_string())),
    }
