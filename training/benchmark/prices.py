"""What it costs to buy followers, and to hide that, in EUR."""

from __future__ import annotations

# Medians of 86 panels, followed daily for four months (Nevado-Catalan et al. 2023): 1,000 Instagram followers EUR 4.3, likes EUR 1.3.
FOLLOWER, LIKE = 4.3e-3, 1.3e-3
# NATO StratCom paid EUR 300 in 2019 for 3,530 comments, 25,750 likes, 20,000 views and 5,100 followers: what likes and followers leave,
# views counted as free, is the most that a comment can have cost.
COMMENT = (300 - 25_750 * LIKE - 5_100 * FOLLOWER) / 3_530
# A post is liked by 3.3 % of 10,000 followers and commented on by 7 of 100 who like it (method.md 5.3); 12 posts are looked at.
LIKES_PER_FOLLOWER, COMMENTS_PER_LIKE, POSTS = 0.033, 0.07, 12

# Assumed, as no source says it: aged accounts cost one plain price more with each level.
AGED = {1: 1.0, 2: 2.0, 3: 3.0}
# How much of what the bought followers would have given is bought beside them, by level.
PROPORTION = {1: 1 / 3, 2: 2 / 3, 3: 1.0}
# A real follower by advertisement or prize has no panel price; whatever it is, it is no bundle of a panel.
NO_PRICE = ("cheap_reach",)


def extra(attack: str, level: int) -> float | None:
    """EUR that hiding adds to each bought follower: 0 for what a panel's switch or the buyer's own time does, None without a price."""
    if attack in NO_PRICE:
        return None
    likes = POSTS * LIKES_PER_FOLLOWER * PROPORTION[level]
    return {
        "aged": AGED[level] * FOLLOWER,
        "proportional_likes": likes * LIKE,
        "comment_packages": likes * COMMENTS_PER_LIKE * COMMENT,
    }.get(attack, 0.0)
