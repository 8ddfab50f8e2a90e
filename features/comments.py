"""Comments: does an audience speak, or a template? And does the account answer?"""

from features import diversity
from features.columns import Column, Events, Labels, clipped, deviation, kinds, log, mean, share, total
from features.feature import Family, derived
from features.text import Reading, Text
from features.words import ADDRESS, codes

COMMENTS = Family("comments", "Does an audience speak here, and is it answered?")

# Below this many comments a share says more about chance than about the audience.
FEW = 10
# Distinct words are compared over one fixed number of words, because the share falls with length.
WORDS_COMPARED = 100
WINDOW = 50

_FEW = "fewer than 10 comments by others were seen"
_FEW_WORDS = "the comments seen by others hold too few words"


@derived
def by_others(comment_by_owner: Events) -> Events:
    """1 for comments by others than the owner; a comment counts as another's when nothing says it is the owner's."""
    return Events((comment_by_owner.values != 1.0).astype(float), comment_by_owner.starts)


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
def owner_names(name: Text, handle: Text) -> tuple[Reading, Reading]:
    return name.reading, handle.reading


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Li et al. 2016 (distinct-1)",
    unknown=_FEW_WORDS,
    high="{value} of the words in the comments are different words.",
    low="Only {value} of the words in the comments are different words.",
)
def comment_distinct_words(their_reading: Reading) -> Column:
    """Distinct words among the newest 100 words of comments."""
    words = their_reading.words
    return Column(diversity.distinct_share(words.codes, words.inner, words.starts, 1, WORDS_COMPARED))


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
def comment_mattr(their_reading: Reading) -> Column:
    """Moving-average type-token ratio: mean share of different words in every run of 50 words, comments in order of time."""
    flat = their_reading.words.flat
    return Column(diversity.moving_type_token_ratio(flat.codes, flat.starts, WINDOW))


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
    return clipped(groups.entropy / log(groups.many), 0.0, 1.0)


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
    raises_suspicion=0,
    source="pods and packages use emoji alone; fans do too",
    unknown=_FEW,
    high="{value} of the comments are emoji alone.",
    low="Only {value} of the comments are emoji alone.",
)
def comment_emoji_only_share(their_reading: Reading) -> Column:
    """Share of comments that hold emoji and no word."""
    return share((their_reading.word_count <= 0) & (their_reading.emoji > 0), FEW)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=+1,
    source="generic comments (HypeAuditor); weak, because fans are brief as well",
    unknown=_FEW,
    high="{value} of the comments have one or two words.",
    low="Only {value} of the comments have one or two words.",
)
def comment_brief_share(their_reading: Reading) -> Column:
    """Share of comments with one or two words."""
    return share((their_reading.word_count >= 1) & (their_reading.word_count <= 2), FEW)


@COMMENTS.feature(
    unit="log ratio",
    raises_suspicion=-1,
    source="Ikram et al. 2017: fewer words from farms",
    unknown=_FEW,
    high="A typical comment is {value} characters long.",
    low="A typical comment is only {value} characters long.",
)
def comment_length(their_reading: Reading) -> Column:
    """Mean of ln(1 + characters) of a comment."""
    return mean(log(their_reading.characters + 1), FEW)


@COMMENTS.feature(
    unit="nat",
    raises_suspicion=-1,
    source="Ikram et al. 2017: templates are of one length",
    unknown=_FEW,
    high="Short and long comments stand side by side (spread {value}).",
    low="The comments are all about as long (spread {value}).",
)
def comment_length_spread(their_reading: Reading) -> Column:
    """Standard deviation of ln(1 + characters) of a comment."""
    return deviation(log(their_reading.characters + 1), FEW)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=+1,
    source="pods: few people comment on everything; unbiased Herfindahl index",
    unknown=_FEW,
    high="Few people write most comments (two comments drawn are by one person in {value} of cases).",
    low="Many people write the comments (two comments drawn are by one person in {value} of cases).",
)
def commenter_concentration(their_authors: Labels) -> Column:
    """Chance that two comments drawn at random are by one author: unbiased sum of squared shares."""
    return kinds(their_authors, FEW).repeat


@derived
def reply_rate(comment_by_owner: Events, by_others: Events) -> Column:
    told = comment_by_owner >= 0
    others = total(by_others & told)
    return (total(comment_by_owner) / others).where_known(others >= FEW)


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


@derived
def addressed(their_reading: Reading, owner_names: tuple[Reading, Reading]) -> Column:
    spoken = their_reading.any_of(codes(ADDRESS))
    for names in owner_names:
        named = their_reading.any_shared(names.words)
        spoken = Events((spoken.values + named.values > 0).astype(float) + 0 * spoken.values, spoken.starts)
    return share(spoken, FEW)


@COMMENTS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Thelwall et al. 2022: comments that say you measure parasocial closeness",
    unknown=_FEW,
    high="{value} of the comments speak to the account in person.",
    low="Only {value} of the comments speak to the account in person.",
)
def address_share(addressed: Column) -> Column:
    """Share of comments with a word of the second person (seven languages) or a word of the owner's name."""
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
