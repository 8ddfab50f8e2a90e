"""What the followers of ordinary accounts look like: creation dates, ages, sizes, handles, and the usual shares."""

import numpy as np

from features import counts, handles, origins, standing
from features.columns import Events, share
from features.counts import LOWEST, POINTS, STEP
from features.follower_peers import FEW_COUNTS
from features.followers import FEW
from features.reference import PeerAudience
from features.reference.audience import AGE_STEP_DAYS, SIZES
from features.schema import PLATFORMS
from training.pools.usual import centre_and_scale
from training.reference import creation, purchased
from training.reference.ordinary import Ordinary, by_platform

# Followers of which a distribution is learnt, and accounts of which a usual share is.
FEWEST_FOLLOWERS = 1_000
FEWEST_ACCOUNTS = 30

AGES = 200
# Followers differ first in size, in all counts at once.
DIRECTIONS = 1
# What was never seen counts as seen half a time.
UNSEEN = 0.5


def fit(ordinary: Ordinary) -> PeerAudience:
    """All from the clean accounts, except for the score of single followers, which labelled followers teach."""
    owner = ordinary.owner("follower_sample")
    codes, clean = ordinary.table.platform_codes[owner], ordinary.clean[owner]
    return PeerAudience(
        **creation.fit(ordinary, codes, clean),
        age_share=_ages(ordinary, codes, clean),
        size_share=_sizes(ordinary, codes, clean),
        **_facts(ordinary, codes, clean),
        **purchased.fit(ordinary),
        handle_likelihood=_likelihood(ordinary, clean),
        **_norms(ordinary),
        benford=_benford(ordinary),
    )


def _ages(ordinary: Ordinary, codes: np.ndarray, clean: np.ndarray) -> np.ndarray:
    ages = ordinary.inputs("follower_age_at_follow")["follower_age_at_follow"].values
    ends = AGE_STEP_DAYS * np.arange(1, AGES + 1)

    def learn(rows: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.sort(ages[rows]), ends, side="left") / len(rows)

    return by_platform(codes, clean & ~np.isnan(ages), FEWEST_FOLLOWERS, learn).round(5)


def _sizes(ordinary: Ordinary, codes: np.ndarray, clean: np.ndarray) -> np.ndarray:
    following, followers, posts = (each.values for each in ordinary.inputs("follower_sizes")["follower_sizes"])
    grid = LOWEST + STEP * np.arange(POINTS)

    def learn(rows: np.ndarray) -> np.ndarray:
        found = []
        for values in (following[rows], followers[rows], posts[rows], following[rows] - followers[rows]):
            known = np.sort(values[~np.isnan(values)])
            below, upto = (np.searchsorted(known, grid, side=side) for side in ("left", "right"))
            found.append((below + upto) / (2 * len(known)) if len(known) else np.full(POINTS, 0.5))
        return np.stack(found)

    return by_platform(codes, clean & ~np.isnan(following + followers), FEWEST_FOLLOWERS, learn).round(5)


def _facts(ordinary: Ordinary, codes: np.ndarray, clean: np.ndarray) -> dict[str, np.ndarray]:
    """Centre, spread and main directions of the facts of single followers."""
    found = ordinary.inputs("follower_sizes", "follower_has_picture")
    facts = standing.facts(found["follower_sizes"], found["follower_has_picture"])
    usable = clean & ~np.isnan(facts[:, :3]).any(axis=1)
    place = by_platform(codes, usable, FEWEST_FOLLOWERS, lambda rows: np.stack(centre_and_scale(facts[rows], np.ones(len(rows)))))
    if not place.size:
        return {}
    centre, scale = place[:, 0], place[:, 1]
    placed = np.nan_to_num(((facts - centre[codes]) / scale[codes])[usable])
    _, directions = np.linalg.eigh(placed.T @ placed / len(placed))
    basis = directions[:, ::-1].T[:DIRECTIONS]
    # An eigenvector has no sign of its own.
    basis *= np.sign(basis[np.arange(DIRECTIONS), np.abs(basis).argmax(axis=1)])[:, None]
    return {"fact_centre": centre, "fact_scale": scale, "fact_basis": basis}


def _likelihood(ordinary: Ordinary, clean: np.ndarray) -> np.ndarray:
    text = ordinary.table.text("follower_handle")
    if (text.known & clean).sum() < FEWEST_FOLLOWERS:
        return np.zeros(0)
    seen = handles.pairs(text.only(Events(clean.astype(np.float64), text.starts))) + UNSEEN
    return np.asarray(np.log(seen / seen.sum(axis=1, keepdims=True)).round(4))


def _norms(ordinary: Ordinary) -> dict[str, np.ndarray]:
    """Mean over ordinary accounts of each share among their followers."""
    facts = ordinary.inputs("follower_private", "language", "country", "follower_languages", "follower_countries")
    shares = {
        "private_share": share(facts["follower_private"], FEW).values,
        "foreign_language": origins.foreign_share(facts["language"], facts["follower_languages"], FEW),
        "foreign_country": origins.foreign_share(facts["country"], facts["follower_countries"], FEW),
    }
    return {name: _usual(ordinary, values) for name, values in shares.items()}


def _usual(ordinary: Ordinary, shares: np.ndarray) -> np.ndarray:
    usable = ordinary.clean & ~np.isnan(shares)
    return by_platform(ordinary.table.platform_codes, usable, FEWEST_ACCOUNTS, lambda rows: np.mean(shares[rows]))


def _benford(ordinary: Ordinary) -> np.ndarray:
    """Median distance by platform and size; that of the whole platform for a size seen too seldom."""
    facts = ordinary.inputs("follower_following", "follower_followers", "followers")
    size = np.searchsorted(SIZES, facts["followers"].values, side="right")
    found = []
    for name in ("follower_following", "follower_followers"):
        distance = counts.benford(facts[name], FEW_COUNTS)
        codes, usable = ordinary.table.platform_codes, ordinary.clean & ~np.isnan(distance)

        def learn(rows: np.ndarray, distance: np.ndarray = distance) -> np.ndarray:
            own = [distance[rows[size[rows] == k]] for k in range(len(SIZES) + 1)]
            return np.array([np.median(mine if len(mine) >= FEWEST_ACCOUNTS else distance[rows]) for mine in own])

        found.append(by_platform(codes, usable, FEWEST_ACCOUNTS, learn))
    unknown = np.full((len(PLATFORMS), len(SIZES) + 1), np.nan)
    return np.stack([each if each.size else unknown for each in found]) if any(each.size for each in found) else np.zeros(0)
