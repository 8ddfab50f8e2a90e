"""Follower sample: do the followers look like people who came by themselves?"""

from features import biographies, counts
from features.bounds import share_and_low
from features.columns import Column, Events, Labels, median, share
from features.feature import Family, derived
from features.text import Text

FOLLOWERS = Family("followers", "Do the sampled followers look like people who came by themselves?")

# Below this many followers a share says more about chance than about the audience.
FEW = 20

Sizes = tuple[Events, Events, Events]
# A share, and what it is at least.
Bounded = tuple[Column, Column]

NOT_SAMPLED = "fewer than 20 followers were sampled, or the platform hides this of them"
NOT_LEARNT = f"{NOT_SAMPLED}, or the bundle has learnt of no ordinary followers of the platform"


@derived
def follower_sizes(follower_following: Events, follower_followers: Events, follower_post_count: Events) -> Sizes:
    """ln(x + 1) of each follower's following, followers and posts."""
    return counts.sizes(follower_following, follower_followers, follower_post_count)


@derived
def no_picture(follower_has_picture: Events) -> Bounded:
    return share_and_low(~follower_has_picture, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017, InstaFake 2019: high lift, low recall (7-40 % of purchased-type followers)",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have no picture.",
    low="Only {value} of the sampled followers have no picture.",
)
def follower_no_picture_share(no_picture: Bounded) -> Column:
    """Share of sampled followers without a profile picture."""
    return no_picture[0]


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Jeffreys' interval (Brown, Cai & DasGupta 2001): where samples differ in size it finds more at 1 % false alarms than the share",
    unknown=NOT_SAMPLED,
    high="At least {value} of the followers have no picture, as far as so few tell.",
    low="It is sure of no more than {value} of the followers that they have no picture.",
)
def follower_no_picture_share_low(no_picture: Bounded) -> Column:
    """Lower end of Jeffreys' 95 % interval of follower_no_picture_share: what is sure with so few sampled."""
    return no_picture[1]


@FOLLOWERS.feature(
    unit="log ratio",
    raises_suspicion=+1,
    source="SRF Data 2017 and Cresci et al. 2015: following against followers is the strongest single sign",
    unknown=NOT_SAMPLED,
    high="The typical sampled follower follows {value} accounts for each one that follows back.",
    low="The typical sampled follower follows only {value} accounts for each one that follows back.",
)
def follower_follow_ratio(follower_sizes: Sizes) -> Column:
    """How many accounts a typical follower follows for each of its own followers: median ln((g + 1) / (f + 1))."""
    following, followers, _ = follower_sizes
    return median(following - followers, FEW)


@derived
def high_ratio(follower_following: Events, follower_followers: Events) -> Bounded:
    return share_and_low(((follower_following + 1) / (follower_followers + 1)) > 5, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 77 % of purchased-type followers, 18 % of others",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers follow more than five accounts for each one that follows them.",
    low="Only {value} of the sampled followers follow more than five accounts for each one that follows them.",
)
def follower_high_ratio_share(high_ratio: Bounded) -> Column:
    """Share of sampled followers with more than five times as many followings as followers (each plus one)."""
    return high_ratio[0]


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Jeffreys' interval (Brown, Cai & DasGupta 2001): where samples differ in size it finds more at 1 % false alarms than the share",
    unknown=NOT_SAMPLED,
    high="At least {value} of the followers follow more than five accounts for each one that follows them, as far as so few tell.",
    low="It is sure of no more than {value} of the followers that they follow over five accounts for each one that follows them.",
)
def follower_high_ratio_share_low(high_ratio: Bounded) -> Column:
    """Lower end of Jeffreys' 95 % interval of follower_high_ratio_share: what is sure with so few sampled."""
    return high_ratio[1]


@FOLLOWERS.feature(
    unit="log ratio",
    raises_suspicion=+1,
    source="SRF Data 2017: following per post among its top features",
    unknown=NOT_SAMPLED,
    high="The typical sampled follower follows {value} accounts for each post of its own.",
    low="The typical sampled follower follows only {value} accounts for each post of its own.",
)
def follower_following_per_post(follower_sizes: Sizes) -> Column:
    """How many accounts a typical follower follows for each of its posts: median ln((g + 1) / (p + 1))."""
    following, _, posts = follower_sizes
    return median(following - posts, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="the industry's mass follower (more than 1,500 followings); weak: 27 % of real SRF followers, fewer among those bought on X",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers follow more than 1,500 accounts.",
    low="Only {value} of the sampled followers follow more than 1,500 accounts.",
)
def mass_follower_share(follower_following: Events) -> Column:
    """Share of sampled followers that follow more than 1,500 accounts."""
    return share(follower_following > 1500, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="HypeAuditor's mass followers at their extreme: Instagram ends at 7,500, and engines fill it up",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers follow 7,000 accounts or more.",
    low="Only {value} of the sampled followers follow 7,000 accounts or more.",
)
def follow_limit_share(follower_following: Events) -> Column:
    """Share of sampled followers that follow at least 7,000 accounts."""
    return share(follower_following >= 7000, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 34 % of purchased-type followers, 5 % of others",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have never posted.",
    low="Only {value} of the sampled followers have never posted.",
)
def follower_no_posts_share(follower_post_count: Events) -> Column:
    """Share of sampled followers without a post."""
    return share(follower_post_count <= 0, FEW)


@derived
def few_posts(follower_post_count: Events) -> Bounded:
    return share_and_low(follower_post_count <= 1, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 56 % of purchased-type followers, 7 % of others",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have posted once or never.",
    low="Only {value} of the sampled followers have posted once or never.",
)
def follower_few_posts_share(few_posts: Bounded) -> Column:
    """Share of sampled followers with at most one post."""
    return few_posts[0]


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Jeffreys' interval (Brown, Cai & DasGupta 2001): where samples differ in size it finds more at 1 % false alarms than the share",
    unknown=NOT_SAMPLED,
    high="At least {value} of the followers have posted once or never, as far as so few tell.",
    low="It is sure of no more than {value} of the followers that they have posted once or never.",
)
def follower_few_posts_share_low(few_posts: Bounded) -> Column:
    """Lower end of Jeffreys' 95 % interval of follower_few_posts_share: what is sure with so few sampled."""
    return few_posts[1]


@derived
def follower_bios(follower_bio: Text, follower_bio_length: Events) -> tuple[Events, Labels]:
    """1 for followers whose biography says something, and a code of what it says where it can be read."""
    return biographies.read(follower_bio, follower_bio_length)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Cresci et al. 2015: an empty biography is among the rules of every fake-follower check",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have no biography.",
    low="Only {value} of the sampled followers have no biography.",
)
def follower_empty_bio_share(follower_bios: tuple[Events, Labels]) -> Column:
    """Share of sampled followers whose biography is empty."""
    says, _ = follower_bios
    return share(~says, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="swarms share biographies (conspirator0's reports); counted on letters and digits alone",
    unknown="fewer than 20 biographies of twelve letters and more were read",
    high="{value} of the sampled followers' biographies say the same as another's.",
    low="Only {value} of the sampled followers' biographies say the same as another's.",
)
def follower_copied_bio_share(follower_bios: tuple[Events, Labels]) -> Column:
    """Share of the biographies of twelve letters and more that equal another follower's but for case, blanks and signs."""
    _, words = follower_bios
    return Column(biographies.repeated_share(words.codes, words.starts, FEW))
