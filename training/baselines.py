"""The simple rules that every model has to beat, fitted and calibrated on the same accounts."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import expit, logit
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from training.calibrate import platt

Score = Callable[[np.ndarray], np.ndarray]
# From values (n, k), the k names, y (n,) and how much each account counts, (n,) or None.
BASELINES: dict[str, Callable[[np.ndarray, Sequence[str], np.ndarray, np.ndarray | None], Score]] = {}
LOWEST_RATE = 1e-6
# Rules that an agency applies with a calculator read what they name among ALL features; what is learnt reads those of its head.
RULES = ("engagement_rule", "audit_rule")
# Usual engagement per follower by size, from the tables that agencies publish (SociaVault 2026: 4.2, 2.8, 1.9, 1.4 and 0.9 %).
AUDIT_SIZES = (1e4, 1e5, 5e5, 1e6)
AUDIT_RATES = np.array([0.042, 0.028, 0.019, 0.014, 0.009])
# Followers that an audit calls suspicious: who follows more than 1,500 accounts (HypeAuditor), shows no picture, or has posted nothing.
AUDIT_SHARES = ("mass_follower_share", "follower_no_picture_share", "follower_no_posts_share")
AUDIT_READS = (*AUDIT_SHARES, "log_followers", "engagement_rate")


def fit(name: str, values: np.ndarray, names: Sequence[str], y: np.ndarray, rows: np.ndarray, weights: np.ndarray | None = None) -> Score:
    """Fit a baseline on the accounts `rows`; the answer maps float (m, k) to scores float (m,), higher = more suspicious.

    values: float (n, k), NaN = unknown; names: the k features; y: bool (n,); name: one of BASELINES (KeyError names them); weights: how
    much each of `rows` counts, where they do not count alike.
    """
    if name not in BASELINES:
        raise KeyError(f"baseline {name!r} is not known; there are: {', '.join(BASELINES)}")
    return BASELINES[name](np.asarray(values, float)[rows], tuple(names), np.asarray(y, bool)[rows], weights)


def calibrated(
    name: str,
    values: np.ndarray,
    names: Sequence[str],
    y: np.ndarray,
    rows: np.ndarray,
    calibration_rows: np.ndarray,
    weights: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
) -> Score:
    """The same as a probability in [0, 1]: fitted on `rows`, calibrated after Platt on `calibration_rows`; a weight for each of both."""
    score = fit(name, values, names, y, rows, weights[0])
    slope, intercept = platt(score(np.asarray(values, float)[calibration_rows]), np.asarray(y, bool)[calibration_rows], weights[1])
    return lambda new: np.asarray(expit(slope * score(new) + intercept))


def _engagement_rule(values: np.ndarray, names: Sequence[str], y: np.ndarray, weights: np.ndarray | None) -> Score:
    """Low engagement is suspicious: minus the residual; where it is unknown, minus log10 of the engagement rate, centred.

    What agencies do with a calculator. It uses no labels; an account with neither number gets the middle score.
    """
    del y, weights

    def column(table: np.ndarray, name: str) -> np.ndarray:
        known: np.ndarray = table[:, names.index(name)] if name in names else np.full(table.shape[0], np.nan)
        return known

    def log_rate(table: np.ndarray) -> np.ndarray:
        return np.asarray(np.log10(np.maximum(column(table, "engagement_rate"), LOWEST_RATE)))

    rates = log_rate(values)
    centre = float(np.median(rates[~np.isnan(rates)])) if (~np.isnan(rates)).any() else 0.0

    def raw(table: np.ndarray) -> np.ndarray:
        residual = column(table, "engagement_residual")
        return np.asarray(-np.where(np.isnan(residual), log_rate(table) - centre, residual))

    known = raw(values)
    known = known[~np.isnan(known)]
    middle = float(np.median(known)) if known.size else 0.0
    return lambda table: np.nan_to_num(raw(np.asarray(table, float)), nan=middle)


def _audit_rule(values: np.ndarray, names: Sequence[str], y: np.ndarray, weights: np.ndarray | None) -> Score:
    """The audits that are sold: suspicious followers added up, and the dex by which engagement falls short of what the size usually has.

    Sources: HypeAuditor's published criteria; tables of engagement by size. It uses no labels; what is unknown counts as the median.
    """
    del y, weights

    def parts(table: np.ndarray) -> np.ndarray:
        known = {name: table[:, names.index(name)] if name in names else np.full(len(table), np.nan) for name in AUDIT_READS}
        size = np.searchsorted(AUDIT_SIZES, np.nan_to_num(10.0 ** known["log_followers"], nan=AUDIT_SIZES[0]), side="right")
        short = np.log10(AUDIT_RATES[size] / np.maximum(known["engagement_rate"], LOWEST_RATE))
        return np.column_stack([*(known[name] for name in AUDIT_SHARES), np.where(short < 0, 0.0, short)])

    usual = [float(np.median(column[seen])) if (seen := ~np.isnan(column)).any() else 0.0 for column in parts(values).T]

    def score(table: np.ndarray) -> np.ndarray:
        found = parts(np.asarray(table, float))
        return np.asarray(np.where(np.isnan(found), usual, found).sum(axis=1))

    return score


def _depth2_tree(values: np.ndarray, names: Sequence[str], y: np.ndarray, weights: np.ndarray | None) -> Score:
    """Two questions about an account. Hays et al. 2023: such trees reach .98 on some bot sets, which says more about the sets."""
    tree = DecisionTreeClassifier(max_depth=2, min_samples_leaf=5, class_weight="balanced", random_state=0).fit(values, y, weights)
    return lambda table: np.asarray(logit(np.clip(tree.predict_proba(table)[:, 1], 1e-3, 1 - 1e-3)))


def _logistic(values: np.ndarray, names: Sequence[str], y: np.ndarray, weights: np.ndarray | None) -> Score:
    """All features in a weighted sum: medians for what is unknown, and a flag that it was."""
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=2000),
    ).fit(values, y, logisticregression__sample_weight=weights)
    return lambda table: np.asarray(model.decision_function(table))


BASELINES |= {"engagement_rule": _engagement_rule, "audit_rule": _audit_rule, "depth2_tree": _depth2_tree, "logistic": _logistic}
