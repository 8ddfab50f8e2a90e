"""A line that parts labelled purchased-type followers from others: few weights, each with the sign that holds in every source."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from features import standing
from features.catalog import inputs_of
from training.follower_model import FALSE_ALARMS, FOLDS, table_of
from training.pools.usual import as_ordinary, centre_and_scale
from training.reference.ordinary import Ordinary

# What is weighed, as sums of the facts of features/standing.py: following over followers, following over posts, few posts, no picture.
# None of them may speak against a purchase. Digits in handles are left out: on X in 2013 bought followers had fewer of them.
SIGNS = np.array([[1, -1, 0, 0], [1, 0, -1, 0], [0, 0, -1, 0], [0, 0, 0, 1]], dtype=np.float64)
# So that a fact that parts a small pool wholly gets a finite weight.
RIDGE = 1.0


def fit(ordinary: Ordinary) -> dict[str, np.ndarray]:
    """Parts of PeerAudience by name. Threshold and rates are those of records that the line has not seen, at 3 % false alarms.

    The records are centred and scaled as ordinary accounts' followers are, whatever their platform: SRF's line then finds 98 % of the
    followers bought on X (Cresci et al. 2015) at 2 % false alarms, and none at all when it reads the counts as they are
    (bench/real_signs.py measures it on accounts).
    """
    if ordinary.pool is None:
        return {}
    y = ordinary.pool.purchased.astype(np.float64)
    if min(y.sum(), len(y) - y.sum()) < 2 * FOLDS:
        return {}
    found = inputs_of(table_of(ordinary.pool), ("follower_sizes", "follower_has_picture"))
    facts = standing.facts(found["follower_sizes"], found["follower_has_picture"])
    placed = _placed(facts, y)
    score = np.empty(len(y))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=ordinary.seed).split(placed, y):
        weights, constant = _line(placed[seen], y[seen])
        score[unseen] = placed[unseen] @ weights + constant
    threshold = float(np.quantile(score[y == 0], 1.0 - FALSE_ALARMS))
    flagged = score >= threshold
    # Jeffreys' estimates: a pool may be so small that none is flagged.
    true, false = ((flagged[y == label].sum() + 0.5) / ((y == label).sum() + 1.0) for label in (1.0, 0.0))
    weights, constant = _line(placed, y)
    return {"purchased_weights": weights, "purchased_rule": np.array([threshold - constant, true, false])}


def _placed(facts: np.ndarray, y: np.ndarray) -> np.ndarray:
    centre, scale = centre_and_scale(facts, as_ordinary(y == 1))
    return np.nan_to_num((facts - centre) / scale)


def _line(placed: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression with weights >= 0 on what SIGNS weighs: the weights of the facts, and the constant."""
    x = placed @ SIGNS.T

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = x @ w[:-1] + w[-1]
        penalty = RIDGE * np.append(w[:-1], 0.0)
        away = expit(margin) - y
        return float(np.logaddexp(0.0, margin).sum() - y @ margin + penalty @ w / 2), np.append(x.T @ away, away.sum()) + penalty

    k = x.shape[1]
    found = minimize(loss, np.zeros(k + 1), jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * k + [(None, None)]).x
    return found[:-1] @ SIGNS, float(found[-1])
