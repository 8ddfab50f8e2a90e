"""Which words of the posts stand together more often than their languages explain, and the directions in which they point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.utils.extmath import randomized_svd

from training.reference.languages import LANGUAGES

# A word of fewer accounts than this may be somebody's name, and teaches nothing about others.
FEWEST_ACCOUNTS = 10
MOST_CANDIDATES = 8_000
DIMENSIONS = 16
# Counts that are shrunk: accounts that a pair or a word must have before it is believed by half or more.
PAIR_DOUBT, WORD_DOUBT, LANGUAGE_DOUBT = 2.0, 5.0, 150.0


@dataclass(frozen=True)
class Corpus:
    """Posts as sets of words. posts (p, v): 1 where a post has a word. account (p,), rising, and language (p,): of each post. words (v,):
    codes, rising. accounts (v,): how many accounts use each word."""

    posts: sp.csr_matrix
    account: np.ndarray
    language: np.ndarray
    words: np.ndarray
    accounts: np.ndarray


def gather(codes: np.ndarray, post: np.ndarray, account: np.ndarray, language: np.ndarray) -> Corpus:
    """The words that enough accounts use, and the posts that have any. codes, post (w,); account, language (m,) of each post."""
    words, column = np.unique(codes, return_inverse=True)
    post, column = np.divmod(np.unique(post * max(len(words), 1) + column), max(len(words), 1))
    users = np.unique(account[post] * max(len(words), 1) + column)
    accounts = np.bincount(users % max(len(words), 1), minlength=len(words))
    kept = accounts >= max(FEWEST_ACCOUNTS, np.sort(accounts)[-MOST_CANDIDATES] if len(words) > MOST_CANDIDATES else 0)
    place = np.cumsum(kept) - 1
    post, column = post[kept[column]], place[column[kept[column]]]
    rows, row = np.unique(post, return_inverse=True)
    posts = sp.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(rows), int(kept.sum())))
    return Corpus(posts, account[rows], language[rows], words[kept], accounts[kept])


def directions(corpus: Corpus, seed: int) -> np.ndarray:
    """(v, DIMENSIONS) a vector for each word, as long as the word says something about a topic: 0 to 1.

    Pointwise mutual information of words in one post, positive and shrunk, against what the words' languages alone would bring, over
    contexts that many languages share; truncated SVD; length times inverse frequency. Sources: Levy & Goldberg 2014 (PPMI and SVD),
    Bullinaria & Levy 2012.
    """
    together, contexts = _association(corpus), _shared(corpus)
    left, strength, _ = randomized_svd(together @ sp.diags(contexts), DIMENSIONS, n_iter=7, random_state=seed)
    crowd = len(np.unique(corpus.account))
    rare = np.log(crowd / corpus.accounts) / np.log(crowd / FEWEST_ACCOUNTS)
    vectors = left * np.sqrt(strength) * rare[:, None]
    length = np.linalg.norm(vectors, axis=1)
    longest = np.quantile(length, 0.9)
    return vectors / np.maximum(length, longest)[:, None] if longest > 0 else np.zeros_like(vectors)


def _association(corpus: Corpus) -> sp.csr_matrix:
    """Positive pointwise mutual information of two words in one post, against independence within each language, shrunk where rare."""
    size = np.asarray(corpus.posts.sum(axis=1)).ravel()
    # A long caption pairs each of its words with many others; together they say as much as those of a short one.
    weight = np.where(size > 1, 1 / np.maximum(size - 1, 1), 0.0)
    pairs = (corpus.posts.T @ sp.diags(weight) @ corpus.posts).tocsr()
    pairs.setdiag(0)
    pairs.eliminate_zeros()
    one, other, found = sp.find(pairs)
    used = _used(corpus)
    mass = np.maximum(used.sum(axis=1), 1.0)
    expected = sum(used[g, one] * used[g, other] / mass[g] for g in range(LANGUAGES))
    # Posts of one account do not confirm each other.
    accounts = np.asarray(_accounts_of_pairs(corpus)[one, other]).ravel()
    fewer = np.minimum(corpus.accounts[one], corpus.accounts[other])
    believed = (accounts - 1) / (accounts - 1 + PAIR_DOUBT) * fewer / (fewer + WORD_DOUBT)
    value = np.log(found / expected) * believed
    kept = value > 0
    return sp.csr_matrix((value[kept], (one[kept], other[kept])), shape=pairs.shape)


def _used(corpus: Corpus) -> np.ndarray:
    """(LANGUAGES, v) posts of more than one word in each language that have each word."""
    several = np.asarray(corpus.posts.sum(axis=1)).ravel() > 1
    member = sp.csr_matrix((several.astype(float), (corpus.language, np.arange(len(several)))), shape=(LANGUAGES, len(several)))
    return (member @ corpus.posts).toarray()


def _accounts_of_pairs(corpus: Corpus) -> sp.csr_matrix:
    """(v, v) how many accounts have a post with both words."""
    starts = np.flatnonzero(np.diff(corpus.account, prepend=-1))
    v, keys = corpus.posts.shape[1], []
    for begin, end in zip(starts, [*starts[1:], len(corpus.account)], strict=True):
        mine = corpus.posts[begin:end]
        pair = (mine.T @ mine).tocoo()
        keys.append(pair.row.astype(np.int64) * v + pair.col)
    pairs, accounts = np.unique(np.concatenate(keys), return_counts=True)
    return sp.csr_matrix((accounts.astype(float), (pairs // v, pairs % v)), shape=(v, v))


def _shared(corpus: Corpus) -> np.ndarray:
    """(v,) the share of all posts whose language uses a word as often as the language that uses it most: 1 for an international hashtag.

    Only what is common to languages can tell which words of two languages mean the same.
    """
    used = _used(corpus)
    posts = np.bincount(corpus.language, minlength=LANGUAGES).astype(float)
    rate = (used + LANGUAGE_DOUBT * used.sum(axis=0) / posts.sum()) / (posts + LANGUAGE_DOUBT)[:, None]
    return np.asarray(posts / posts.sum() @ (rate / rate.max(axis=0)))
