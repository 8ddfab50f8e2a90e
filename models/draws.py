"""What could be true of an account, drawn evenly: the flagged share of all followers and the rates of flagging in its population."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from models.layers import MOST

DRAWS = 512
_ROWS = ("flagged", "unflagged", "purchased", "others", "foreign")


@lru_cache(maxsize=1)
def evenly() -> dict[str, np.ndarray]:
    """The same evenly spread points for every account: standard normals (DRAWS,) by name, and `foreign` uniform on (0, 1).

    The additive recurrence whose steps are powers of the root of x^6 = x + 1 (Roberts 2018); scipy's own sequences take a second to
    import.
    """
    root = 1.1347241384015194
    steps = root ** -np.arange(1.0, len(_ROWS) + 1.0)
    points = (0.5 + np.arange(1, DRAWS + 1)[:, None] * steps) % 1.0
    drawn = dict(zip(_ROWS, ndtri(points).T, strict=True))
    return drawn | {"foreign": points[:, -1]}


@lru_cache(maxsize=1)
def _of_layers() -> tuple[np.ndarray, np.ndarray]:
    """The points of the two gammas in another order for each layer, so that layers of one account err independently: (MOST, DRAWS) each."""
    rng = np.random.default_rng(20261124)
    turns = np.stack([np.arange(DRAWS), *(rng.permutation(DRAWS) for _ in range(MOST - 1))])
    return evenly()["flagged"][turns], evenly()["unflagged"][turns]


def flagged_share(flagged: np.ndarray, judged: np.ndarray, population: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """Draws (r, DRAWS) of the share of `population` (r,) that would be flagged, of which `judged` were seen and `flagged` were.

    Jeffreys' beta-binomial: what was seen is known, the rest is Beta about it, with the rest's own binomial noise folded in; a census has
    nothing left to draw. The Beta comes from two gammas by Wilson and Hilferty's cube (1931).
    """
    unseen = np.clip((population - judged) / population, 0.0, 1.0)
    # Most accounts have one layer; nothing is copied for them.
    turned = [points[layer] if layer.any() else points[0] for points in _of_layers()]
    up = _gamma(unseen * (flagged + 0.5), turned[0])
    drawn = _gamma(unseen * (judged - flagged + 0.5), turned[1])
    drawn += up
    np.maximum(drawn, 1e-12, out=drawn)
    np.divide(up, drawn, out=drawn)
    drawn *= unseen[:, None]
    drawn += ((1.0 - unseen) * (flagged / judged))[:, None]
    return drawn


def _gamma(shape: np.ndarray, normals: np.ndarray) -> np.ndarray:
    ninth = 1.0 / (9.0 * np.maximum(shape, 1e-3))
    root = np.sqrt(ninth)[:, None] * normals
    root += (1.0 - ninth)[:, None]
    np.maximum(root, 0.0, out=root)
    drawn: np.ndarray = root * root
    drawn *= root
    drawn *= shape[:, None]
    return drawn
