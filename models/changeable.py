"""What could have been otherwise about an account, for each head: the features that would change, together where they say one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.catalog import BY_NAME


@dataclass(frozen=True)
class Change:
    """One thing that could be otherwise. features: each feature that shows it, with the words for it; the first known one is named.

    low_of: a feature that is the lower bound of another, and the column whose known rows it counts: it follows from the share and the
    size of the sample, which stays. directions: the sign of features that have none of their own.
    """

    features: Mapping[str, str]
    low_of: Mapping[str, tuple[str, str]] | None = None
    directions: Mapping[str, int] | None = None

    def direction(self, name: str, head: Mapping[str, int]) -> int:
        """+1 if a higher value speaks for a yes, -1 for a no, 0 if neither is known."""
        return head.get(name, 0) or (self.directions or {}).get(name, 0) or BY_NAME[name].raises_suspicion


PICTURES = Change(
    {
        "follower_no_picture_share": "the share of followers without a picture",
        "follower_no_picture_share_low": "the sure share of followers without a picture",
    },
    low_of={"follower_no_picture_share_low": ("follower_no_picture_share", "follower_has_picture")},
)
RATIOS = Change(
    {
        "follower_high_ratio_share": "the share of followers that follow more than five accounts for each of their own followers",
        "follower_follow_ratio": "the number of accounts that a typical follower follows for each of its own followers",
        "follower_following_per_post": "the number of accounts that a typical follower follows for each of its posts",
        "follower_high_ratio_share_low": "the sure share of followers that follow more than five accounts for each of their own followers",
    },
    low_of={"follower_high_ratio_share_low": ("follower_high_ratio_share", "follower_following")},
)
POSTS = Change(
    {
        "follower_few_posts_share": "the share of followers with one post or none",
        "follower_no_posts_share": "the share of followers without posts",
        "follower_few_posts_share_low": "the sure share of followers with one post or none",
    },
    low_of={"follower_few_posts_share_low": ("follower_few_posts_share", "follower_post_count")},
)
TYPE = Change(
    {
        "purchased_type_share": "the share of followers that look like the purchased type",
        "purchased_type_share_low": "the sure share of followers that look like the purchased type",
    },
    low_of={"purchased_type_share_low": ("purchased_type_share", "follower_following")},
)
FIT = Change(
    {
        "follower_residual": "the distance of the followers' facts from what fits together (deviations)",
        "follower_residual_high": "the distance of the oddest twentieth of the followers (deviations)",
    }
)
SHIFT = Change({"audience_shift": "the share of pairs in which one count tells a follower from an ordinary one"})
BIOGRAPHIES = Change(
    {
        "follower_empty_bio_share": "the share of followers without a biography",
        "follower_copied_bio_share": "the share of biographies that repeat another's",
    }
)
CREATED = Change({"creation_date_burst": "the deviation of the fullest weeks of the followers' creation"})
ORDER = Change({"follow_order_anomaly_share": "the share of followers who came one after another and were created in one month"})
BURST = Change(
    {
        "growth_burst": "the strength of the strongest burst of followers (deviations)",
        "growth_burst_share": "the share of followers that came in bursts",
        "growth_top_days_share": "the share of the new followers that the three best days brought",
        "growth_gini": "the inequality of the days' gains",
    }
)
EXPLAINED = Change(
    {
        "burst_unexplained_share": "the share of the burst without a post that did much better than usual",
        "burst_without_post_share": "the share of the burst on days without a post",
    }
)
LOSS = Change({"purge_loss": "the loss beyond that of peers when the platform removed followers"})
REFILLS = Change({"refill_count": "the number of jumps that made good a loss"})
LIKES = Change(
    {
        "engagement_residual": "the distance of the likes from those of accounts of this size (spreads)",
        "engagement_rate": "likes and comments for each follower",
        "follower_surplus": "the surplus of followers over what posts and likes let expect (spreads)",
    },
    directions={"engagement_rate": -1},
)
VIEWS = Change(
    {
        "view_residual": "the distance of the views from those of accounts of this size (spreads)",
        "view_rate": "views for each follower",
    },
    directions={"view_rate": -1},
)
COHERENCE = Change({"metric_incoherence": "the distance of likes, comments and views from what goes together (deviations)"})
PACKAGES = Change({"like_package_share": "the share of posts with just the likes of a package, beyond chance"})
COPIES = Change({"comment_near_duplicate_share": "the share of comments that repeat another person's"})
STOCK = Change({"comment_stock_share": "the share of comments that are stock phrases"})
WORDS = Change(
    {
        "comment_mattr": "the share of different words in every fifty of the comments",
        "comment_mtld": "the length of the comments' runs of different words",
        "comment_distinct_words": "the share of different words among the newest hundred of the comments",
        "comment_distinct_pairs": "the share of different pairs of words in the comments",
        "comment_evenness": "the variety of whole comments",
    }
)
LENGTH = Change(
    {
        "comment_length": "the characters of a typical comment",
        "comment_brief_share": "the share of comments of one or two words",
    }
)
DELAYS = Change({"comment_delay_misfit": "the distance of the comments' delays from people's"})
REPLIES = Change(
    {
        "owner_reply_rate": "the owner's replies for each comment",
        "answered_commenter_share": "the share of commenters who were answered",
    }
)
ADDRESS = Change(
    {
        "address_share": "the share of comments that address the owner",
        "question_share": "the share of comments that ask something",
    }
)
FOCUS = Change(
    {
        "topic_focus": "the focus of the posts",
        "effective_topics": "the number of topics",
        "topic_entropy": "the variety of topics",
    }
)
DRIFT = Change(
    {
        "topic_drift": "the divergence between newer and older posts",
        "topic_focus_trend": "the change of the focus from older to newer posts",
    }
)
BY_TOPIC = Change(
    {
        "topic_like_variance": "the part of the differences in likes that the topic decides",
        "like_loss_off_topic": "the likes of the post most like the others, over those of the typical post",
    }
)
OVERLAP = Change({"topic_audience_overlap": "the rate at which commenters come back on another topic, against chance"})
MATCH = Change({"audience_content_match": "the fit of the followers' own words to the posts"})
SPONSORS = Change(
    {
        "sponsored_share": "the share of sponsored posts",
        "sponsored_trend": "the rise of the share of sponsored posts",
    }
)

# Left out is what nobody can change or what is no fact about the audience: size, age, platform, how much was seen.
CHANGEABLE: Mapping[str, tuple[Change, ...]] = {
    "bought_followers": (
        *(PICTURES, RATIOS, POSTS, TYPE, FIT, SHIFT, BIOGRAPHIES, CREATED, ORDER, BURST, EXPLAINED, LOSS, REFILLS),
        *(LIKES, VIEWS, COHERENCE),
    ),
    "bought_engagement": (COHERENCE, PACKAGES, COPIES, STOCK, WORDS, LENGTH, DELAYS, ADDRESS),
    "diluted_audience": (FOCUS, DRIFT, BY_TOPIC, OVERLAP, MATCH, SPONSORS, LIKES, REPLIES, ADDRESS),
    "depersonalised_audience": (REPLIES, ADDRESS, LENGTH, WORDS, LIKES),
}
