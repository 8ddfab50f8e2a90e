"""Which comments, or whose, drive a number of the comments. What one person wrote is never repeated here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from features.text import Text
from models.circumstances import Circumstances, count, day
from models.finders.record import CANDIDATES, Record, counted, first_by, identity, pseudonym

_TABLE = "comments"
_MOST_QUOTED = 40
# As the feature counts them: the newest 256 of three words or more (features/copies.py).
_NEWEST, _WORDS = 256, 3
_MANY_MINUTES = 10.0
_SHARED = 0.6


class _Theirs:
    """The comments by others than the owner."""

    def __init__(self, c: Circumstances):
        self.account, by_others = c.table.account_ids[0], c.given("by_others")
        self.text: Text = c.given("their_text")
        self.authors: np.ndarray = c.given("their_authors").codes
        self.at: np.ndarray = c.given("comment_commented_at").only(by_others).values
        self.post: np.ndarray = c.given("comment_post_id").only(by_others).codes
        self.ids, self.people = (None if ids is None else ids.only(by_others) for ids in _ids(c))

    def comment(self, j: int, sentence: str) -> Record:
        own = self.ids is not None and self.ids.known[j]
        name = identity(self.ids, j) if own else identity(self.people, j) + b"\0%r" % float(self.at[j])
        return Record(_TABLE, pseudonym(self.account, name), sentence)

    def person(self, j: int, sentence: str) -> Record:
        return Record(_TABLE, pseudonym(self.account, identity(self.people, j)), sentence)


def _ids(c: Circumstances) -> tuple[Text | None, Text | None]:
    return c.ids(_TABLE, "comment_id"), c.ids(_TABLE, "author_id")


def repeated(c: Circumstances) -> Iterator[Record]:
    """The words that most different people wrote alike; where no two did, the pairs that share most of their words."""
    theirs = _Theirs(c)
    words = c.given("their_reading").word_count.values
    folded, first, group = np.unique(c.given("their_reading").folded.codes, return_index=True, return_inverse=True)
    pairs = np.unique(np.column_stack([group, theirs.authors.view(np.int64)]), axis=0)
    authors = np.bincount(pairs[:, 0], minlength=len(folded)).astype(np.float64)
    shared = (authors > 1) & (words[first] > 0) & (folded != 0)
    found = [
        theirs.comment(
            int(first[g]), f"“{_quoted(theirs.text, int(first[g]))}” stands here in the same words by {count(authors[g])} people."
        )
        for g in first_by(shared, authors * (words[first] >= _WORDS), authors, words[first])
    ]
    return iter(found) if found else _nearly_repeated(c, theirs, words)


def _nearly_repeated(c: Circumstances, theirs: _Theirs, words: np.ndarray) -> Iterator[Record]:
    """Pairs of newest comments by two people that begin a sorted list of their words alike (bottom-2 sketch) and share most of them."""
    reading = c.given("their_reading").words
    met: dict[bytes, tuple[int, np.ndarray]] = {}
    found: list[tuple[float, int, Record]] = []
    for j in np.flatnonzero(words >= _WORDS)[: -_NEWEST - 1 : -1]:
        mine = np.unique(reading.codes[reading.inner[j] : reading.inner[j + 1]])
        other = met.setdefault(mine[:2].tobytes(), (int(j), mine))
        if theirs.authors[other[0]] != theirs.authors[j]:
            both = len(np.intersect1d(mine, other[1], assume_unique=True))
            if both >= _SHARED * max(len(mine), len(other[1])):
                said = f"A comment of {day(theirs.at[j])} that shares {both} of its {len(mine)} words with one by another person."
                found.append((-both / len(mine), len(found), theirs.comment(int(j), said)))
    return (record for _, _, record in sorted(found, key=lambda entry: entry[:2])[:CANDIDATES])


def _quoted(text: Text, j: int) -> str:
    """A phrase that several people share identifies none of them; names, numbers and addresses in it are left out all the same."""
    # Four bytes a character at most, and a fold that left out signs may hide a long run of them.
    content = bytes(text.data[text.offsets[j] : text.offsets[j + 1]][: 8 * _MOST_QUOTED]).decode("utf-8", "ignore")
    words = ["…" if _telling(word) else word for word in content.split()]
    kept = "".join(sign for sign in " ".join(words) if unicodedata.category(sign)[0] != "C")
    short = "".join(sign for sign, after in pairwise(kept + " ") if (sign, after) != ("…", "…"))
    return short if len(short) <= _MOST_QUOTED else short[: _MOST_QUOTED - 1].rstrip() + "…"


def _telling(word: str) -> bool:
    return word[0] in "@#" or any(sign.isdigit() or sign in "@/\\:" for sign in word) or "." in word.strip(".")


def of_emoji_alone(c: Circumstances) -> Iterator[Record]:
    theirs, reading = _Theirs(c), c.given("their_reading")
    alone = (reading.word_count.values == 0.0) & (reading.emoji.values > 0.0)
    emoji = reading.emoji.values
    return (theirs.comment(j, f"A comment of {day(theirs.at[j])}: {count(emoji[j])} emoji, no word.") for j in first_by(alone, theirs.at))


def brief(c: Circumstances) -> Iterator[Record]:
    theirs, words = _Theirs(c), c.given("their_reading").word_count.values
    short = (words >= 1.0) & (words <= 2.0)
    return (theirs.comment(j, f"A comment of {day(theirs.at[j])} of {counted(words[j], 'words')}.") for j in first_by(short, theirs.at))


def earliest(c: Circumstances) -> Iterator[Record]:
    theirs, delays = _Theirs(c), c.given("comment_delays").only(c.given("by_others")).values * 1440.0
    return (
        theirs.comment(j, f"A comment {delays[j]:.1f} minutes after its post of {day(theirs.at[j])}.")
        for j in first_by(delays < _MANY_MINUTES, -delays)
    )


def by_the_busiest(c: Circumstances) -> Iterator[Record]:
    theirs = _Theirs(c)
    people, first, many = np.unique(theirs.authors, return_index=True, return_counts=True)
    return (
        theirs.person(int(first[g]), f"One person wrote {many[g]} of the {len(theirs.authors)} comments.")
        for g in first_by((people != 0) & (many > 1), many.astype(np.float64), -first.astype(np.float64))
    )


def by_the_most_faithful(c: Circumstances) -> Iterator[Record]:
    theirs = _Theirs(c)
    people, first, group = np.unique(theirs.authors, return_index=True, return_inverse=True)
    visits = np.unique(np.column_stack([group, theirs.post]), axis=0)
    posts, of = np.bincount(visits[:, 0], minlength=len(people)), len(np.unique(theirs.post))
    return (
        theirs.person(int(first[g]), f"One person commented under {posts[g]} of the {of} posts with comments.")
        for g in first_by((people != 0) & (posts > 1), posts.astype(np.float64), -first.astype(np.float64))
    )
