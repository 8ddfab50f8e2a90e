"""Commenters: are they always the same, do they come together, by what clock, and do they follow?"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from features import arrivals, attendance, companions
from features.columns import Array, Column, Events, Labels, kinds
from features.comments import COMMENTS, FEW
from features.feature import derived
from features.text import Text

FEW_POSTS = 4
# Among fewer posts than this hardly anybody could stand out from chance.
FEW_POSTS_FOR_COMPANY = 8
# A sample that would hold fewer commenters than this, if all of them followed, says nothing about the others.
FEWEST_EXPECTED = 5.0

_FEW = "fewer than 10 comments by others were seen"


@dataclass(frozen=True)
class Attendance:
    """Who comments where; as `attendance.attend` gives it, comments by others only."""

    post_of: Array
    many: Array
    people: Array
    starts: Array
    marks: Array
    said: Array


@derived
def attended(comment_post_id: Labels, comment_author_id: Labels, by_others: Events) -> Attendance:
    return Attendance(*attendance.attend(comment_post_id.codes, comment_author_id.codes, by_others.values, by_others.starts))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=0,
    source="unbiased Herfindahl index; few people are a pod or regulars, and packages come from many",
    unknown=_FEW,
    high="Few people write most comments (two comments drawn are by one person in {value} of cases).",
    low="Many people write the comments (two comments drawn are by one person in {value} of cases).",
)
def commenter_concentration(their_authors: Labels) -> Column:
    """Chance that two comments drawn at random are by one author: unbiased sum of squared shares."""
    return kinds(their_authors, FEW).repeat


@COMMENTS.feature(
    unit="z",
    raises_suspicion=0,
    source="Ferreira et al. 2021 (commenters against a null of independent ones); pods come again, and so do regulars",
    unknown="comments by others were seen under fewer than four posts, or nobody could have come again",
    high="The same people comment from post to post more often than their number lets expect ({value} standard deviations).",
    low="Fewer people come again from post to post than chance would bring ({value} standard deviations).",
)
def commenter_overlap(attended: Attendance) -> Column:
    """Mean Jaccard similarity of the commenters of consecutive posts, against draws from all commenters (hypergeometric); newest 64
    posts."""
    return Column(attendance.overlap(attended.marks, attended.starts, attended.many, FEW_POSTS))


@COMMENTS.feature(
    unit="share",
    raises_suspicion=0,
    source="Ferreira et al. 2021 (salient co-commenters); Tumminello et al. 2011 (validated links); Weerasinghe et al. 2020 (pods)",
    unknown="comments by others were seen under fewer than eight posts, or fewer than 10 of them",
    high="{value} of the comments are by people who keep company under post after post, more than chance explains.",
    low="Only {value} of the comments are by people who keep company under the posts.",
)
def co_commenter_share(attended: Attendance) -> Column:
    """Share of comments by people who meet somebody under more posts than chance allows (5 % over all pairs), newest 64 posts."""
    seen = attended
    return Column(companions.companions(seen.marks, seen.said, seen.starts, seen.many, FEW_POSTS_FOR_COMPANY, FEW))


@COMMENTS.feature(
    unit="index",
    raises_suspicion=0,
    source="Goh & Barabasi 2008, for few events Kim & Jo 2016; CrowdTarget 2015: bought reactions keep their own time",
    unknown="four comments or more were seen under fewer than three posts",
    high="Under a post the comments come in bursts (burstiness {value}).",
    low="Under a post the comments come evenly (burstiness {value}).",
)
def comment_burstiness(comment_commented_at: Events, attended: Attendance) -> Column:
    """Burstiness of the times between comments under a post, -1 (a metronome) over 0 (chance) to 1; mean over posts."""
    starts = comment_commented_at.starts
    return Column(arrivals.burstiness(comment_commented_at.values, attended.post_of, starts, attended.many))


@COMMENTS.feature(
    unit="ratio",
    raises_suspicion=-1,
    source="Sen et al. 2018: who likes without following was often bought",
    unknown="the follower sample is too small to hold five of the commenters, holds none, or only the newest followers",
    high="Of the commenters {value} times as many follow the account as its follower sample lets expect.",
    low="Of the commenters only {value} times as many follow the account as would if all of them did.",
)
def commenter_follower_ratio(attended: Attendance, follower_follower_id: Labels, followers: Column, sample_method: Text) -> Column:
    """Different commenters found in the follower sample, over those who would be if all followed: commenters x sampled / followers.

    A sample of the newest followers is left out: who comments has mostly followed for longer.
    """
    people, starts, sample = attended.people, attended.starts, follower_follower_id
    found = attendance.followers_met(people, starts, sample.codes, sample.starts, followers.values, FEWEST_EXPECTED)
    return Column(np.where(sample_method.codes == _newest(), np.nan, found))


@lru_cache(maxsize=1)
def _newest() -> int:
    return int(Text.from_list(["newest"], np.array([0, 1], dtype=np.int64)).codes[0])
