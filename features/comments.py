"""Comments: does an audience speak, or a template? In which language, and is it promotion?"""

import numpy as np

from features import answers, diversity, recurrence, utterances
from features.columns import Column, Events, Labels, kinds
from features.feature import Family, derived
from features.languages import differing_share, languages, owner_languages
from features.reference import PeerComments
from features.text import Reading, Text

COMMENTS = Family("comments", "Does an audience speak here, and is it answered?")

# Below this many comments a share says more about chance than about the audience.
FEW = 10
# Distinct words are compared over one fixed number of words, because the share falls with length.
WORDS_COMPARED = 100
WINDOW = 50

_FEW = "fewer than 10 comments by others were seen"
_FEW_WORDS = "the comments seen by others hold too few words"


@derived
def owner_comments(comment_by_owner: Events, comment_author_id: Labels, account_id: Labels) -> tuple[Events, Events]:
    """1 for the owner's comments (the export says so, or the author's id is the account's), and 1 where that is known."""
    own, told = answers.spoken_by_owner(comment_by_owner.values, comment_author_id.codes, account_id.codes, comment_author_id.starts)
    return Events(own, comment_author_id.starts), Events(told, comment_author_id.starts)


@derived
def by_others(owner_comments: tuple[Events, Events]) -> Events:
    """1 for comments by others than the owner; a comment counts as another's when nothing says it is the owner's."""
    return ~owner_comments[0]


@derived
def their_text(comment_text: Text, by_others: Events) -> Text:
    return comment_text.only(by_others)


@derived
def their_reading(their_text: Text) -> Reading:
    return their_text.reading


@derived
def their_authors(comment_author_id: Labels, by_others: Events) -> Labels:
    return comment_author_id.only(by_others)


@derived
def their_repetition(their_reading: Reading) -> Labels:
    """All their words in the order of time, each as the distance to the same word before it (0 = new)."""
    flat = their_reading.words.flat
    return Labels(recurrence.earlier_places(flat.codes, flat.starts), flat.starts)


@derived
def their_sizes(their_reading: Reading) -> tuple[Column, Column, Column, Column]:
    """Share of emoji-only and of brief comments, mean and standard deviation of ln(1 + characters)."""
    words, reading = their_reading.words, their_reading
    found = utterances.sizes(words.inner, reading.characters.values, reading.emoji.values, words.starts, FEW)
    alone, brief, mean, spread = map(Column, found)
    return alone, brief, mean, spread


@derived
def their_languages(their_text: Text) -> Labels:
    """The language of each comment by others, where its words or its script leave no doubt."""
    return languages(their_text)


@derived
def owner_language(language: Text, post_caption: Text) -> np.ndarray:
    """The code of the account's language: as the platform tells, else that of its captions; 0 where neither is known."""
    return owner_languages(language, post_caption)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Li et al. 2016 (distinct-1)",
    unknown=_FEW_WORDS,
    high="{value} of the words in the comments are different words.",
    low="Only {value} of the words in the comments are different words.",
)
def comment_distinct_words(their_repetition: Labels) -> Column:
    """Distinct words among the newest 100 words of comments."""
    return Column(recurrence.newest_distinct_share(their_repetition.codes, their_repetition.starts, WORDS_COMPARED))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Li et al. 2016 (distinct-2)",
    unknown=_FEW_WORDS,
    high="{value} of the word pairs in the comments are different pairs.",
    low="Only {value} of the word pairs in the comments are different pairs.",
)
def comment_distinct_pairs(their_reading: Reading) -> Column:
    """Distinct neighbouring word pairs (within a comment) among the newest 100 pairs."""
    words = their_reading.words
    return Column(diversity.distinct_share(words.codes, words.inner, words.starts, 2, WORDS_COMPARED))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Covington & McFall 2010 (MATTR)",
    unknown=_FEW_WORDS,
    high="Runs of fifty words in the comments hold {value} different words.",
    low="Runs of fifty words in the comments hold only {value} different words.",
)
def comment_mattr(their_repetition: Labels) -> Column:
    """Moving-average type-token ratio: mean share of different words in every run of 50 words, comments in order of time."""
    return Column(recurrence.moving_type_token_ratio(their_repetition.codes, their_repetition.starts, WINDOW))


@COMMENTS.feature(
    unit="count",
    raises_suspicion=-1,
    source="McCarthy & Jarvis 2010 (MTLD, threshold 0.72, forwards and backwards)",
    unknown="the comments seen by others hold fewer than 100 words",
    high="The comments go on for {value} words before they repeat themselves.",
    low="The comments repeat themselves after only {value} words.",
)
def comment_mtld(their_repetition: Labels) -> Column:
    """Mean length of the runs of words that keep a share of different words of 0.72; comments in order of time."""
    return Column(recurrence.textual_diversity(their_repetition.codes, their_repetition.starts, WORDS_COMPARED))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="entropy of normalised comments; packages repeat themselves",
    unknown=_FEW,
    high="Hardly a comment is said twice (evenness {value}).",
    low="The same comments come again and again (evenness {value}).",
)
def comment_evenness(their_reading: Reading) -> Column:
    """Entropy (Miller-Madow) of whole comments, without case, signs and emoji, over ln of their number."""
    groups = kinds(their_reading.folded, FEW)
    return Column(utterances.evenness(groups.entropy.values, groups.many.values))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Ikram et al. 2017: like farms write duplicate comments",
    unknown="fewer than 10 comments of three words or more were seen",
    high="{value} of the longer comments are nearly the same as another person's.",
    low="Only {value} of the longer comments are nearly the same as another person's.",
)
def comment_near_duplicate_share(their_text: Text, their_authors: Labels) -> Column:
    """Share of comments (three words or more, newest 256) like another author's: Jaccard similarity of character triples >= 0.8."""
    return their_text.copied_share(their_authors, FEW)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=+1,
    source="generic comments (HypeAuditor), learnt as those under many accounts; weak, because fans write them as well",
    unknown="fewer than 10 comments with words were seen, or no stock phrases were learnt",
    high="{value} of the comments are phrases that stand under everybody's posts.",
    low="Only {value} of the comments are phrases that stand under everybody's posts.",
)
def comment_stock_share(their_reading: Reading, peer_comments: PeerComments) -> Column:
    """Share of the comments with words that are, without case, signs and emoji, among the phrases common to many accounts."""
    words, stock = their_reading.words, peer_comments.stock
    found = utterances.noted_share(their_reading.folded.codes, words.inner, words.known, words.starts, stock.keys, stock.notes, FEW)
    return Column(found if len(peer_comments.stock_phrases) else np.full_like(found, np.nan))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=0,
    source="pods and packages use emoji alone; fans do too",
    unknown=_FEW,
    high="{value} of the comments are emoji alone.",
    low="Only {value} of the comments are emoji alone.",
)
def comment_emoji_only_share(their_sizes: tuple[Column, ...]) -> Column:
    """Share of comments that hold emoji and no word."""
    return their_sizes[0]


@COMMENTS.feature(
    unit="share",
    raises_suspicion=+1,
    source="generic comments (HypeAuditor); weak, because fans are brief as well",
    unknown=_FEW,
    high="{value} of the comments have one or two words.",
    low="Only {value} of the comments have one or two words.",
)
def comment_brief_share(their_sizes: tuple[Column, ...]) -> Column:
    """Share of comments with one or two words."""
    return their_sizes[1]


@COMMENTS.feature(
    unit="log ratio",
    raises_suspicion=-1,
    source="Ikram et al. 2017: fewer words from farms",
    unknown=_FEW,
    high="A typical comment is {value} characters long.",
    low="A typical comment is only {value} characters long.",
)
def comment_length(their_sizes: tuple[Column, ...]) -> Column:
    """Mean of ln(1 + characters) of a comment."""
    return their_sizes[2]


@COMMENTS.feature(
    unit="nat",
    raises_suspicion=-1,
    source="Ikram et al. 2017: templates are of one length",
    unknown=_FEW,
    high="Short and long comments stand side by side (spread {value}).",
    low="The comments are all about as long (spread {value}).",
)
def comment_length_spread(their_sizes: tuple[Column, ...]) -> Column:
    """Standard deviation of ln(1 + characters) of a comment."""
    return their_sizes[3]


@COMMENTS.feature(
    unit="share",
    raises_suspicion=0,
    source="Zarei et al. 2020: strangers promote under celebrities; words of Erben & Waldis 2024 (ScamSpot)",
    unknown="fewer than 10 comments by others were seen, or the words of promotion were not learnt",
    high="{value} of the comments promote something, as strangers do under known accounts.",
    low="Only {value} of the comments promote something.",
)
def comment_promotion_share(their_reading: Reading, peer_comments: PeerComments) -> Column:
    """Share of comments whose words weigh for promotion or a scam; context, because nobody chooses who advertises under the posts."""
    words, learnt = their_reading.words, peer_comments
    known, keys, notes = words.known, learnt.promotion.keys, learnt.promotion.notes
    found = utterances.outweighing_share(
        words.codes, words.inner, known, words.starts, keys, notes, learnt.promotion_weights, learnt.promotion_threshold, FEW
    )
    return Column(found if len(learnt.promotion_words) else np.full_like(found, np.nan))


@COMMENTS.feature(
    unit="nat",
    raises_suspicion=0,
    source="entropy of languages; packages come in any, and so do fans of football and music",
    unknown="fewer than 10 comments whose language leaves no doubt were seen",
    high="The comments are in many languages (entropy {value}).",
    low="The comments are in few languages (entropy {value}).",
)
def comment_language_entropy(their_languages: Labels) -> Column:
    """Variety of the languages of comments, Miller-Madow corrected; comments too short to tell are left out."""
    return kinds(their_languages, FEW).entropy


@COMMENTS.feature(
    unit="share",
    raises_suspicion=0,
    source="foreign comments are confounded with fame abroad (method, evidence grade C)",
    unknown="the account's language is unknown, or fewer than 10 comments whose language leaves no doubt were seen",
    high="{value} of the comments are in another language than the account's.",
    low="Only {value} of the comments are in another language than the account's.",
)
def comment_other_language_share(their_languages: Labels, owner_language: np.ndarray) -> Column:
    """Share of comments in another language than the account's own, of those whose language leaves no doubt."""
    return Column(differing_share(their_languages.codes, their_languages.starts, owner_language, FEW))
