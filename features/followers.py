"""Follower sample: do the followers look like people who came by themselves?"""

from features import sample
from features.columns import Column, Events, Kinds, kinds, log_ratio, median, share
from features.feature import Family, derived
from features.reference import PeerAudience
from features.text import Text

FOLLOWERS = Family("followers", "Do the sampled followers look like people who came by themselves?")

# Below this many followers a share says more about chance than about the audience.
FEW = 20

_NOT_SAMPLED = "fewer than 20 followers were sampled, or the platform hides this of them"


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017, InstaFake 2019: high lift, low recall (7-40 % of purchased-type followers)",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers have no picture.",
    low="Only {value} of the sampled followers have no picture.",
)
def follower_no_picture_share(follower_has_picture: Events) -> Column:
    """Share of sampled followers without a profile picture."""
    return share(~follower_has_picture, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 42 % of purchased-type handles end in a digit, 14 % of others",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers have a handle that ends in a digit.",
    low="Only {value} of the sampled followers have a handle that ends in a digit.",
)
def follower_handle_digit_share(follower_handle: Text) -> Column:
    """Share of sampled followers whose handle ends in a digit."""
    return share(sample.ends_in_digit(follower_handle), FEW)


@FOLLOWERS.feature(
    unit="log ratio",
    raises_suspicion=+1,
    source="SRF Data 2017 and Cresci et al. 2015: following against followers is the strongest single sign",
    unknown=_NOT_SAMPLED,
    high="The typical sampled follower follows {value} accounts for each one that follows back.",
    low="The typical sampled follower follows only {value} accounts for each one that follows back.",
)
def follower_follow_ratio(follower_following: Events, follower_followers: Events) -> Column:
    """How many accounts a typical follower follows for each of its own followers: median ln((g + 1) / (f + 1))."""
    return median(log_ratio(follower_following, follower_followers), FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 77 % of purchased-type followers, 18 % of others",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers follow more than five accounts for each one that follows them.",
    low="Only {value} of the sampled followers follow more than five accounts for each one that follows them.",
)
def follower_high_ratio_share(follower_following: Events, follower_followers: Events) -> Column:
    """Share of sampled followers with more than five times as many followings as followers (each plus one)."""
    return share(((follower_following + 1) / (follower_followers + 1)) > 5, FEW)


@FOLLOWERS.feature(
    unit="log ratio",
    raises_suspicion=+1,
    source="SRF Data 2017: following per post among its top features",
    unknown=_NOT_SAMPLED,
    high="The typical sampled follower follows {value} accounts for each post of its own.",
    low="The typical sampled follower follows only {value} accounts for each post of its own.",
)
def follower_following_per_post(follower_following: Events, follower_post_count: Events) -> Column:
    """How many accounts a typical follower follows for each of its posts: median ln((g + 1) / (p + 1))."""
    return median(log_ratio(follower_following, follower_post_count), FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="the industry's mass follower (more than 1,500 followings); weak: 27 % of real SRF followers",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers follow more than 1,500 accounts.",
    low="Only {value} of the sampled followers follow more than 1,500 accounts.",
)
def mass_follower_share(follower_following: Events) -> Column:
    """Share of sampled followers that follow more than 1,500 accounts."""
    return share(follower_following > 1500, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 34 % of purchased-type followers, 5 % of others",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers have never posted.",
    low="Only {value} of the sampled followers have never posted.",
)
def follower_no_posts_share(follower_post_count: Events) -> Column:
    """Share of sampled followers without a post."""
    return share(follower_post_count <= 0, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="SRF Data 2017: 56 % of purchased-type followers, 7 % of others",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers have posted once or never.",
    low="Only {value} of the sampled followers have posted once or never.",
)
def follower_few_posts_share(follower_post_count: Events) -> Column:
    """Share of sampled followers with at most one post."""
    return share(follower_post_count <= 1, FEW)


@derived
def creation_burst(peer_audience: PeerAudience, follower_created_at: Events) -> Column:
    if not len(peer_audience.creation_days):
        return Column(sample.unknown(follower_created_at))
    return Column(sample.strongest_window(follower_created_at, peer_audience.creation_days, peer_audience.creation_share))


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=+1,
    source="Zouzou & Varol 2024; Gurajala et al. 2015: accounts made together",
    unknown="the platform does not tell when followers were created, or fewer than 30 were seen",
    high="More of the sampled followers were created within a few weeks of each other than chance explains ({value} deviations).",
    low="The sampled followers were created at all times ({value} deviations at most).",
)
def creation_date_burst(creation_burst: Column) -> Column:
    """How far the fullest window of 1 to 60 days of creation dates exceeds the background: max (n_w - n b_w) / sqrt(n b_w (1 - b_w))."""
    return creation_burst


@derived
def handle_templates(follower_handle: Text) -> Kinds:
    return kinds(sample.templates(follower_handle), FEW)


@FOLLOWERS.feature(
    unit="nat",
    raises_suspicion=0,
    source="Gurajala et al. 2015: batches of handles share a pattern",
    unknown=_NOT_SAMPLED,
    high="The handles of the followers follow many patterns (entropy {value}).",
    low="The handles of the followers follow few patterns (entropy {value}).",
)
def handle_template_entropy(handle_templates: Kinds) -> Column:
    """Variety of the patterns of handles (letters, digits and signs with the length of each run), Miller-Madow corrected."""
    return handle_templates.entropy


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="Gurajala et al. 2015: batches of handles share a pattern",
    unknown=_NOT_SAMPLED,
    high="{value} of the sampled followers have a handle of the same pattern.",
    low="The commonest pattern of handle covers {value} of the sampled followers.",
)
def handle_template_top_share(handle_templates: Kinds) -> Column:
    """Share of sampled followers whose handle has the commonest pattern."""
    return handle_templates.top_share


@FOLLOWERS.feature(
    unit="chi2 per row",
    raises_suspicion=0,
    source="Golbeck 2015: first digits of followers' counts follow Benford's law in organic networks",
    unknown="fewer than 100 followers with a known count were sampled",
    high="The followers' own counts break the law of first digits (distance {value}).",
    low="The followers' own counts follow the law of first digits (distance {value}).",
)
def following_benford_distance(follower_following: Events) -> Column:
    """Distance of the first digits of the followers' followings from Benford's law: (chi-squared - 8) / n, 0 expected."""
    return Column(sample.benford(follower_following, 100))
