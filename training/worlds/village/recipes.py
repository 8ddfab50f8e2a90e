"""Every scenario as a few numbers: the one table of the village, read top to bottom like a list of recipes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.worlds.scenarios import ATTACK_LEVELS, SCENARIOS

Range = tuple[float, float]


@dataclass(frozen=True)
class Normal:
    """Drawn from a normal distribution instead of evenly between two ends."""

    mean: float
    sd: float


@dataclass(frozen=True)
class Recipe:
    """One scenario. A range is drawn evenly between its ends for each account; what a scenario does not name is ordinary.

    Shares are of the followers the account ends up with, days count back from the look. Sources stand beside the defaults (method.md
    unless said otherwise, [D] for a proposal of its own that nobody has measured).
    """

    # How often it is drawn when nobody asks for particular scenarios; the attacks are rare among buyers.
    often: float
    # log10 of real followers: between ordinary people (5.3: 2.16, .84) and the tiers that vendors publish.
    size: Normal = Normal(3.35, 0.62)
    # Chance of coming from the Pareto tail of influencers instead (5.3: exponent of the density 2.0-2.3).
    famous: float = 0.10
    life: Range = (400.0, 3500.0)
    # How followers of a lifetime grew: count ~ time^growth; 1 is a steady stream [D].
    growth: Range = (0.9, 2.0)

    # Purchased-type followers beyond the background, in how many lots, delivered over how many days (5.3: 89 % within a day, or
    # 7-60 metered), and the last lot begun how long ago. Whether the owner ordered them or a rival makes no difference to what is seen.
    bought: Range = (0.0, 0.0)
    lots: Range = (1.0, 4.0)
    delivery: Range = (1.0, 1.0)
    begun: Range = (4.0, 75.0)
    # 0: whatever a vendor of fresh accounts sends; 1-3: how well aged and decorated (6: "aged accounts").
    aged: float = 0.0
    # Purchased-type followers that nobody ordered, as a share (5.3: 8-11 %, sd 3-4 pp).
    unsolicited: Normal = Normal(0.095, 0.035)

    # Real people who came for one reason: share of all real followers, over how many days, how long ago, how much they care, and
    # whether a post of the account's own was the reason.
    event: Range = (0.0, 0.0)
    event_days: Range = (2.0, 6.0)
    event_begun: Range = (6.0, 75.0)
    event_care: float = 0.8
    event_post: bool = False
    # Real people who came for a prize or an advertisement, and the share of them that leaves within a month.
    cheap: Range = (0.0, 0.0)
    cheap_days: Range = (2.0, 7.0)
    cheap_leave: float = 0.2
    # Real people who followed because they were followed.
    reciprocal: Range = (0.0, 0.0)
    following: Range = (150.0, 1100.0)
    # A clearing-out by the platform within the days that are seen; otherwise by the platform's own calendar.
    purged: bool = False

    # "focused", "wide" or "widening"; the share of followers who stay for the person.
    topics: str = "focused"
    core: Range = (0.35, 0.60)
    # Replies and address as a factor of what the size usually manages.
    personal: Range = (0.7, 1.4)
    # Likes and comments against the usual, dex: whole kinds of account are liked less (5.5: business, memes).
    level: float = 0.0
    comment_level: float = 0.0
    # Days between posts: influencers post more than ordinary people, whose typical gap is 7 days (5.3).
    gap: Range = (1.2, 4.5)
    silent: Range = (0.0, 2.0)

    # Likes ordered with each post: as a share of the own likes, and of what the bought followers fail to give.
    likes_bought: Range = (0.0, 0.0)
    likes_matched: float = 0.0
    # Comments ordered with each post as a share of the own; 1 a vendor's library, 2 made for the language, 3 made for the topic.
    comments_bought: Range = (0.0, 0.0)
    comment_craft: int = 1
    # Members of a pod and the share of their comments that fit the topic (5.4: 20-100 reciprocal creators).
    pod: Range = (0.0, 0.0)
    pod_on_topic: float = 0.1

    # The audience: share with another language, private, with digits in the handle, and how often a comment is nothing but emoji.
    foreign: Range = (0.05, 0.30)
    private: float = 0.0
    young: float = 0.0
    emoji: float = 0.12
    comments_closed: float = 0.0

    # What the crawler gets: "" is drawn at random; a clean front is the share of a newest-first sample that follows after the last lot.
    method: str = ""
    clean_front: float = 0.0
    history: Range = (90.0, 90.0)
    renamed: bool = False
    posts_deleted: bool = False


_INSTANT = Recipe(often=0.075, bought=(0.05, 0.55), begun=(3.0, 85.0))
_DRIP = replace(_INSTANT, often=0.060, delivery=(30.0, 120.0), begun=(10.0, 110.0), lots=(1.0, 2.0), aged=1.5)
# Attacks hide purchases that matter: a fifth of the followers and more.
_ATTACK = Recipe(often=0.0016, bought=(0.24, 0.50), begun=(6.0, 80.0))

_ARCHETYPES = {
    "organic_boutique": Recipe(often=0.190),
    "organic_general": Recipe(often=0.150, topics="wide", core=(0.65, 0.85)),
    "bought_instant": _INSTANT,
    "bought_drip_aged": _DRIP,
    "bought_then_organic": replace(
        _INSTANT, often=0.035, bought=(0.10, 0.45), begun=(400.0, 1200.0), life=(1300.0, 3500.0), growth=(1.2, 2.0)
    ),
    "bought_engagement": Recipe(often=0.045, likes_bought=(0.3, 1.5), comments_bought=(0.3, 1.5)),
    "pod_general": Recipe(often=0.025, pod=(20.0, 80.0)),
    "pod_topic": Recipe(often=0.020, pod=(20.0, 100.0), pod_on_topic=0.75),
    "follow_unfollow": Recipe(often=0.020, reciprocal=(0.25, 0.55), following=(1500.0, 7400.0)),
    "diluted": Recipe(often=0.085, topics="widening", core=(0.05, 0.28)),
    "depersonalised": Recipe(often=0.075, personal=(0.10, 0.42)),
    "dormant": Recipe(often=0.020, silent=(60.0, 200.0)),
    # @instagram lost about 30 % in 2014 and had bought nothing; 10-30 % purchased-type.
    "celebrity": Recipe(
        often=0.025, size=Normal(5.4, 0.5), famous=0.5, unsolicited=Normal(0.17, 0.05), topics="wide", core=(0.6, 0.85), comment_level=0.1
    ),
}

_HARD_NEGATIVES = {
    "viral": Recipe(often=0.012, event=(0.10, 0.45), event_post=True),
    "platform_boost": Recipe(often=0.008, event=(0.10, 0.40), event_days=(7.0, 25.0), event_care=0.55),
    "giveaway": Recipe(often=0.010, cheap=(0.10, 0.40), cheap_leave=0.35),
    "paid_ads": Recipe(often=0.008, cheap=(0.10, 0.40), cheap_days=(14.0, 45.0), cheap_leave=0.10),
    "migration": Recipe(often=0.006, event=(0.20, 0.60), event_days=(3.0, 12.0), event_care=1.1, personal=(0.9, 1.5)),
    "celebrity_bots": Recipe(
        often=0.006, size=Normal(5.6, 0.5), famous=0.5, unsolicited=Normal(0.24, 0.05), topics="wide", core=(0.6, 0.85)
    ),
    # Sent by somebody else; the owner ordered nothing.
    "rival_attack": Recipe(often=0.008, bought=(0.08, 0.45), lots=(1.0, 2.0)),
    "purge": Recipe(often=0.008, purged=True, unsolicited=Normal(0.13, 0.04)),
    "foreign_fandom": Recipe(often=0.008, foreign=(0.55, 0.85), emoji=0.3, young=0.4),
    "teens": Recipe(often=0.008, young=1.0, private=0.25, level=0.1),
    "emoji_fans": Recipe(often=0.008, emoji=0.6),
    "memes": Recipe(often=0.008, comment_level=-0.35, core=(0.55, 0.8), personal=(0.5, 0.8), gap=(0.5, 1.5), topics="wide"),
    "business": Recipe(often=0.008, level=-0.35, personal=(0.5, 0.9)),
    "dormant_seasonal": Recipe(often=0.006, silent=(30.0, 120.0), gap=(2.0, 5.0)),
    "follow_back_niche": Recipe(often=0.008, reciprocal=(0.15, 0.40), following=(900.0, 5000.0)),
    "fast_newcomer": Recipe(often=0.008, life=(45.0, 180.0), growth=(1.2, 2.5), size=Normal(3.2, 0.5), famous=0.0),
    "closed_comments": Recipe(often=0.008, comments_closed=0.85),
    "private_families": Recipe(often=0.006, private=0.4, size=Normal(2.9, 0.4), famous=0.0),
    # Inherited: the old followers came for something else, and stay for little.
    "renamed": Recipe(often=0.006, renamed=True, core=(0.3, 0.5), level=-0.1),
    "tiny": Recipe(often=0.008, size=Normal(1.85, 0.15), famous=0.0),
}


def _attack(name: str, level: int) -> Recipe:
    """How far an attack of method.md 6 goes at a level from 1 to 3."""

    def at(*levels: float) -> float:
        return levels[level - 1]

    recipes = {
        "drip": replace(_ATTACK, delivery=(at(7, 30, 120),) * 2, begun=(at(10, 34, 125), at(60, 80, 150)), lots=(1.0, 2.0)),
        "aged": replace(_ATTACK, aged=at(1, 2, 3)),
        "proportional_likes": replace(_ATTACK, likes_matched=at(0.4, 0.7, 1.0)),
        "comment_packages": replace(_ATTACK, comments_bought=(0.3, 0.9), comment_craft=level, likes_matched=0.5),
        "topic_pod": replace(_ATTACK, pod=(at(20, 50, 100),) * 2, pod_on_topic=at(0.5, 0.8, 1.0)),
        "cheap_reach": replace(_ATTACK, cheap=(at(0.1, 0.25, 0.5),) * 2, cheap_leave=0.15),
        # Bought before anybody looked; then the posts of that time go, then the name and the count of the past.
        "history_wipe": replace(
            _ATTACK, begun=(95.0, 300.0), history=(at(80, 40, 0),) * 2, posts_deleted=level > 1, renamed=level > 2, life=(500.0, 3500.0)
        ),
        "newest_clean": replace(_ATTACK, method="newest", clean_front=at(0.75, 0.9, 1.0), begun=(10.0, 300.0), life=(500.0, 3500.0)),
    }
    return recipes[name]


def _recipe(scenario: str) -> Recipe:
    known = _ARCHETYPES | _HARD_NEGATIVES
    if scenario in known:
        return known[scenario]
    name, _, level = scenario.rpartition("_")
    return _attack(name, ATTACK_LEVELS[int(level) - 1])


RECIPES: dict[str, Recipe] = {scenario: _recipe(scenario) for scenario in SCENARIOS}
# Troubles come together: in the natural mixture an account of these kinds also buys followers, with this chance.
ALSO_BUYS = 0.15
TROUBLED = ("diluted", "depersonalised", "dormant", "pod_general", "bought_engagement")
