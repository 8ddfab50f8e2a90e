"""What is learnt of comments: phrases that stand under everybody's posts, and the words of promotion."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from features.columns import Labels
from features.reference import PeerComments
from features.text import Reading, Text
from training.reference.ordinary import Ordinary

# A phrase belongs to everybody when it stands under so many accounts, and under so large a share of those that have comments.
FEWEST_ACCOUNTS, LEAST_SHARE = 5, 0.005
MOST_PHRASES = 2_000
# Of comments that promote nothing one in a hundred may be called promotion.
FALSE_ALARMS = 0.01
FOLDS = 8


def fit(ordinary: Ordinary) -> PeerComments:
    """Stock phrases from the accounts nobody labelled as having bought; promotion from labelled comments that come with the project."""
    words, weights, threshold = promotion()
    return PeerComments(_stock(ordinary), words, weights, threshold)


def _stock(ordinary: Ordinary) -> np.ndarray:
    """Sorted codes of the folded comments (words only) that stand under many different accounts, the most widespread first to be kept."""
    reading: Reading = ordinary.inputs("their_reading")["their_reading"]
    folded: Labels = reading.folded
    owner = np.repeat(np.arange(ordinary.table.n), np.diff(folded.starts))
    used = ordinary.clean[owner] & (folded.codes != 0) & (np.diff(reading.words.inner) > 0)
    once = np.unique(np.stack([folded.codes[used], owner[used]]), axis=1)
    codes, accounts = np.unique(once[0], return_counts=True)
    enough = max(FEWEST_ACCOUNTS, LEAST_SHARE * len(np.unique(once[1])))
    order = np.lexsort((codes, -accounts))[:MOST_PHRASES]
    return np.sort(codes[order[accounts[order] >= enough]])


@cache
def promotion() -> tuple[np.ndarray, np.ndarray, float]:
    """Codes of words, what each adds to the log-odds of promotion, and the sum above which a comment promotes.

    Logistic regression on which words stand in a comment; the threshold leaves FALSE_ALARMS of the other comments above it when each is
    judged by a model that has seen no comment of its campaign.
    """
    X, y, campaign, codes = examples()
    apart = out_of_fold(X, y, campaign)
    learner = _learner().fit(X, y)
    threshold = float(np.quantile(apart[~y], 1 - FALSE_ALARMS, method="higher"))
    return codes, learner.coef_[0], threshold - float(learner.intercept_[0])


def examples() -> tuple[csr_matrix, np.ndarray, np.ndarray, np.ndarray]:
    """Which words stand in each labelled comment (n, w), whether it promotes (n,), its campaign (n,), and the words' codes (w,)."""
    pool = pool_of_comments()
    text = Text.from_list([" ".join(words) for words in pool["words"].to_pylist()], np.array([0, len(pool)], dtype=np.int64))
    words = text.reading.words
    codes, column = np.unique(words.codes, return_inverse=True)
    X = csr_matrix((np.ones(len(column)), column, words.inner), shape=(len(pool), len(codes)))
    return X, pool["scam"].to_numpy(), pool["campaign"].to_numpy(), codes


def out_of_fold(X: csr_matrix, y: np.ndarray, campaign: np.ndarray) -> np.ndarray:
    """Log-odds of each comment by a model that has seen none of its campaign, (n,)."""
    scores = np.empty(len(y))
    for train, test in GroupKFold(FOLDS).split(X, y, campaign):
        scores[test] = _learner().fit(X[train], y[train]).decision_function(X[test])
    return scores


def pool_of_comments() -> pa.Table:
    """Labelled comments as the words in them: `words` (list), `scam`, `campaign` (comments that share most of their words)."""
    with as_file(files("training.pools") / "scamspot.parquet") as path:
        return pq.read_table(path)


def _learner() -> LogisticRegression:
    return LogisticRegression(C=1.0, solver="newton-cg", max_iter=200, tol=1e-8)
