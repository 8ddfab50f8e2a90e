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
    """The same evenly spread points for every account, on (0, 1), (DRAWS,) each by name.

    The additive recurrence whose steps are powers of the root of x^6 = x + 1 (Roberts 2018); scipy's own sequences take a second to
    import.
    """
    root = 1.1347241384015194
    steps = root ** -np.arange(1.0, len(_ROWS) + 1.0)
    points = (0.5 + np.arange(1, DRAWS + 1)[:, None] * steps) % 1.0
    return dict(zip(_ROWS, np.ascontiguousarray(points.T), strict=True))


@lru_cache(maxsize=1)
def _of_layers() -> tuple[np.ndarray, np.ndarray]:
    """The points of the two gammas in another order for each layer, so that layers of one account err independently: (MOST, DRAWS) each."""
    rng = np.random.default_rng(20261124)
    turns = np.stack([np.arange(DRAWS), *(rng.permutation(DRAWS) for _ in range(MOST - 1))])
    return ndtri(evenly()["flagged"])[turns], ndtri(evenly()["unflagged"])[turns]


def flagged_share(flagged: np.ndarray, judged: np.ndarray, fixed: np.ndarray, layer: np.ndarray) -> np.ndarray:
    """Draws (r, DRAWS) of how many would be flagged among followers like these, of whom `judged` (r,) were and `flagged` were flagged.

    Jeffreys' beta-binomial, of whose variance the part `fixed` (0-1) is gone because so many of the account's followers were seen. The Beta
    comes from two gammas by Wilson and Hilferty's cube (1931).
    """
    free = 1.0 - fixed
    # Most accounts have one layer; nothing is copied for them.
    turned = [points[layer] if layer.any() else points[0] for points in _of_layers()]
    up = _gamma(free * (flagged + 0.5), turned[0])
    drawn = _gamma(free * (judged - flagged + 0.5), turned[1])
    drawn += up
    np.maximum(drawn, 1e-12, out=drawn)
    np.divide(up, drawn, out=drawn)
    drawn *= free[:, None]
    drawn += (fixed * (flagged / judged))[:, None]
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
