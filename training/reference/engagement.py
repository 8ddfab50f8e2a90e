"""What posts get: curves by platform and format, numbers that go together, and how fast comments come."""

import numpy as np

from features.columns import Events, log10, median, quantile
from features.posts import LEAST_POSTS
from features.reference import Curve, PeerEngagement
from features.reference.engagement import METRICS
from features.schema import POST_KINDS
from training.reference import curves, metrics
from training.reference.ordinary import Ordinary

# Where no slope can be measured: likes grow with followers, and comments with likes, by about these powers (603 accounts of InstaFake
# 2019); views are taken to grow like likes.
LIKES_SLOPE, COMMENTS_SLOPE = 0.75, 0.73
FEW_COMMENTS = 20


def fit(ordinary: Ordinary) -> PeerEngagement:
    """Robust to a minority of bought audiences; the numbers that go together are learnt from accounts that nobody labelled as bought."""
    facts = ordinary.inputs("mature_likes", "mature_views", "mature_formats", "followers_at_post", "account_metrics", "fan_delays")
    likes, comments = (facts["account_metrics"][METRICS.index(name)] for name in ("likes", "comments"))
    centre, covariance = metrics.fit(ordinary)
    return PeerEngagement(
        likes=_by_followers(facts["mature_likes"], facts["followers_at_post"], facts["mature_formats"], ordinary),
        comments=curves.by_platform(likes, comments, ordinary, COMMENTS_SLOPE),
        views=_by_followers(facts["mature_views"], facts["followers_at_post"], facts["mature_formats"], ordinary),
        metric_centre=centre,
        metric_covariance=covariance,
        comment_delay=_delay(facts["fan_delays"], ordinary),
    )


def _by_followers(amount: Events, followers: Events, formats: Events, ordinary: Ordinary) -> dict[str, Curve]:
    """Curves of the typical post over the followers of its day: of all formats together, and of each."""

    def middle(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        usable = chosen & ~np.isnan(amount.values + followers.values)
        sizes, amounts = (log10(Events(np.where(usable, x.values, np.nan), x.starts) + 1) for x in (followers, amount))
        return median(sizes, LEAST_POSTS).values, median(amounts, LEAST_POSTS).values

    size, typical = middle(np.ones(len(amount.values), dtype=bool))
    each = [middle(formats.values == code) for code in range(len(POST_KINDS))]
    sizes, amounts = (np.array(part) for part in zip(*each, strict=True))
    return curves.by_platform(size, typical, ordinary, LIKES_SLOPE) | curves.by_format(sizes, amounts, ordinary, LIKES_SLOPE)


def _delay(delays: Events, ordinary: Ordinary) -> np.ndarray:
    """Shape and scale of Weibull's distribution: the median over clean accounts of what the quartiles of each say."""
    low, middle, high = (quantile(delays, q, FEW_COMMENTS).values[ordinary.clean] for q in (0.25, 0.5, 0.75))
    usable = (low > 0.0) & (high > low)
    if usable.sum() < curves.FEWEST:
        return np.zeros(0)
    # Weibull's quantile is scale * (-ln(1 - p)) ** (1 / shape).
    shape = float(np.median(np.log(np.log(4.0) / np.log(4.0 / 3.0)) / np.log(high[usable] / low[usable])))
    scale = float(np.exp(np.median(np.log(middle[usable]))) / np.log(2.0) ** (1.0 / shape))
    return np.array([shape, scale])
