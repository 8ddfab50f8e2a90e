"""Closeness: does the account answer, and do the comments speak to the person?"""

from functools import lru_cache

import numpy as np

from features import answers, names, utterances
from features.alphabet import alphabet
from features.columns import Column, Events, Labels, median, share
from features.comments import COMMENTS, FEW
from features.feature import derived
from features.languages import LANGUAGES
from features.lexicon import Lexicon
from features.text import Reading, Text
from features.words import ADDRESS, ADDRESS_ELSEWHERE, FUNCTION_WORDS, OTHER_FUNCTION_WORDS, SUBJECT_WORDS

FEW_ANSWERS = 3
_FEW = "fewer than 10 comments by others were seen"


@lru_cache(maxsize=1)
def address() -> Lexicon:
    """For each word the languages in which it addresses (bit = place in LANGUAGES), and one bit more if it does so in any comment."""
    elsewhere = set(ADDRESS_ELSEWHERE.split())
    notes: dict[str, int] = {}
    for place, language in enumerate(LANGUAGES):
        for word in ADDRESS[language].split():
            notes[word] = notes.get(word, 0) | 1 << place | (0 if word in elsewhere else 1 << len(LANGUAGES))
    return Lexicon.of_words(notes)


@lru_cache(maxsize=1)
def _no_names() -> Lexicon:
    """Words that say nothing of the owner although they stand in the name."""
    lists = (*FUNCTION_WORDS.values(), OTHER_FUNCTION_WORDS, SUBJECT_WORDS, *ADDRESS.values())
    return Lexicon.of_words({word: 1 for words in lists for word in words.split()})


@derived
def owner_names(name: Text, handle: Text) -> Labels:
    """The words of each account's name and handle that are its own."""
    kind, *_ = alphabet()
    data, offsets = names.long_words(name.data, name.offsets, handle.data, handle.offsets, kind)
    words = Text(data, offsets, np.ones(len(name.known), dtype=np.bool_), name.starts).reading.words.flat
    common = _no_names()
    return Labels(*names.without_noted(words.codes, words.starts, common.keys, common.notes))


@derived
def owner_answers(
    comment_comment_id: Labels,
    comment_reply_to: Labels,
    comment_author_id: Labels,
    comment_commented_at: Events,
    owner_comments: tuple[Events, Events],
) -> tuple[Events, Column]:
    """Hours to the owner's first answer to each comment, and the share of different commenters answered."""
    own, told = owner_comments
    ids, to, authors, at = comment_comment_id.codes, comment_reply_to.codes, comment_author_id.codes, comment_commented_at.values
    hours, answered = answers.answers(ids, to, authors, at, own.values, told.values, own.starts, FEW)
    return Events(hours, own.starts), Column(answered)


@derived
def reply_rate(owner_comments: tuple[Events, Events]) -> Column:
    own, told = owner_comments
    return Column(answers.per_comment(own.values, told.values, own.starts, FEW))


@COMMENTS.feature(
    unit="ratio",
    raises_suspicion=-1,
    source="Wies, Bleier & Edeling 2023: personal answers keep an audience",
    unknown="the export does not tell which comments are the owner's, or fewer than 10 comments by others were seen",
    high="The account writes {value} comments of its own for each one by others.",
    low="The account writes only {value} comments of its own for each one by others.",
)
def owner_reply_rate(reply_rate: Column) -> Column:
    """Comments by the owner for each comment by others."""
    return reply_rate


@COMMENTS.feature(
    unit="hours",
    raises_suspicion=0,
    source="method E15; how soon says more of time zones and habits than of closeness",
    unknown="fewer than three answers of the owner to comments that were seen",
    high="A typical answer of the account comes after {value} hours.",
    low="A typical answer of the account comes within {value} hours.",
)
def owner_reply_hours(owner_answers: tuple[Events, Column]) -> Column:
    """Median time from a comment to the owner's first answer to it."""
    return median(owner_answers[0], at_least=FEW_ANSWERS)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Wies, Bleier & Edeling 2023: personal answers keep an audience",
    unknown="the export does not tell what the owner's comments answer, or fewer than 10 comments by others were seen",
    high="{value} of the people who comment got an answer.",
    low="Only {value} of the people who comment got an answer.",
)
def answered_commenter_share(owner_answers: tuple[Events, Column]) -> Column:
    """Share of the different commenters whom the owner answered at least once."""
    return owner_answers[1]


@derived
def addressed(their_reading: Reading, their_languages: Labels, owner_names: Labels) -> Column:
    words, spoken, known = their_reading.words, their_languages.codes, address()
    keys, notes, own = known.keys, known.notes, owner_names
    return Column(
        utterances.addressed_share(
            words.codes, words.inner, words.known, words.starts, spoken, keys, notes, own.codes, own.starts, len(LANGUAGES), FEW
        )
    )


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Thelwall et al. 2022: comments that say you measure parasocial closeness",
    unknown=_FEW,
    high="{value} of the comments speak to the account in person.",
    low="Only {value} of the comments speak to the account in person.",
)
def address_share(addressed: Column) -> Column:
    """Share of comments with a word of the second person, a thank-you, or a word of the owner's name; a word that another of the seven
    languages has in another sense counts only where the comment's language is known."""
    return addressed


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Thelwall et al. 2022: an audience that is near asks questions",
    unknown=_FEW,
    high="{value} of the comments ask something.",
    low="Only {value} of the comments ask something.",
)
def question_share(their_reading: Reading) -> Column:
    """Share of comments with a question mark of any script."""
    return share(their_reading.asks, FEW)
