"""Why many followers may come, or go, within days without anybody having ordered them."""

from functools import lru_cache

import numpy as np

from features.bursts import REFILL_DAYS
from features.coupling import DAYS_AFTER, DAYS_BEFORE
from features.schema import PLATFORMS
from features.text import word_codes
from models.circumstances import Burst, Circumstances, count, day, percent
from models.explanation import Finding, innocent, not_seen, refuted, supported

BURST = (
    "growth_burst",
    "growth_burst_share",
    "growth_gini",
    "growth_top_days_share",
    "burst_without_post_share",
    "burst_unexplained_share",
    "burst_decay",
    "growth_on_posts",
)
LOSS = ("purge_loss", "churn_share", "loss_evenness", "burst_decay")

# The likes of one account's posts spread by 0.33 (ln) at the median (InstaFake 2019), so three times the usual lies over three spreads out.
VIRAL = 3.0
# A giveaway or a word from elsewhere is announced up to a week before it works.
ANNOUNCED_DAYS = 7.0
# Advertising is paid by the day and runs for weeks; a lot is delivered within days.
CAMPAIGN_DAYS, EVEN, POORER = 10, 0.5, 0.9
PURGED, PURGE_DAYS, REGAINED = 0.02, 3, 0.5

# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Russian, Japanese, Chinese, Korean.
GIVEAWAY = """
    giveaway giveaways raffle sweepstakes sweepstake gewinnspiel gewinnspiele verlosung verlosen verlose concours sorteo sorteos sorteio
    rifa estrazione winactie prijsvraag konkurs rozdanie çekiliş cekilis çekilişi розыгрыш конкурс 懸賞 抽獎 抽奖 이벤트
"""
ELSEWHERE = {
    "instagram": "instagram insta ig reels",
    "youtube": "youtube yt",
    "x": "twitter tweet tweets",
    "snapchat": "snapchat snap",
    "tiktok": "tiktok tiktoks",
    "": "twitch discord facebook podcast spotify patreon threads bluesky",
}


@lru_cache(maxsize=1)
def _giveaway_words() -> np.ndarray:
    return word_codes(GIVEAWAY.split())


@lru_cache(maxsize=len(PLATFORMS))
def _other_platforms(own: str) -> np.ndarray:
    return word_codes([word for platform, words in ELSEWHERE.items() if platform != own for word in words.split()])


def _no_burst(c: Circumstances) -> Finding:
    if c.history_read:
        return refuted("No day or week of those seen stands out enough to need an explanation.")
    return not_seen("The follower counts of the days are not known, so no burst could be laid beside the posts.")


@innocent("Did a post go viral in those days?", bears_on=(*BURST, "creation_date_burst", "follower_young_share"))
def viral_post(c: Circumstances) -> Finding:
    if (burst := c.burst) is None:
        return _no_burst(c)
    likes, usual = c.numbers("post_likes"), c.number("typical_likes")
    if np.isnan(usual) or not len(likes):
        return not_seen(f"Whether a post went viral around {burst.said()} could not be seen: too few posts show their likes.")
    near = [int(j) for j in c.posts_near(burst, DAYS_BEFORE, DAYS_AFTER) if not np.isnan(likes[j])]
    if not near:
        return refuted(f"No post with known likes lies near {burst.said()}.")
    best = max(near, key=lambda j: (likes[j], -j))
    times = likes[best] / max(usual, 1.0)
    said = (
        f"the post of {day(c.numbers('post_posted_at')[best])} got {count(likes[best])} likes, {times:.1f} times the usual {count(usual)}"
    )
    if times >= VIRAL:
        return supported(f"A viral post may explain it: {said}, and {burst.said()} lies beside it.")
    return refuted(f"No post near {burst.said()} went viral: {said}.")


def _named_near(c: Circumstances, burst: Burst, words: np.ndarray) -> tuple[int, list[int]]:
    """How many captions were read from a week before the burst to its end, and the places of those with one of the words."""
    read, hits = 0, []
    if len(near := c.posts_near(burst, ANNOUNCED_DAYS, 0.0)):
        found = c.given("post_caption").reading.words
        for j in near:
            read += int(found.known[j])
            if np.isin(found.codes[found.inner[j] : found.inner[j + 1]], words).any():
                hits.append(int(j))
    return read, hits


@innocent("Was something given away?", bears_on=(*BURST, "churn_share", "follower_no_posts_share", "follower_few_posts_share"))
def giveaway(c: Circumstances) -> Finding:
    if (burst := c.burst) is None:
        return _no_burst(c)
    read, hits = _named_near(c, burst, _giveaway_words())
    if hits:
        when = day(c.numbers("post_posted_at")[hits[0]])
        return supported(f"A giveaway may explain it: the caption of {when} announces one, and {burst.said()} follows it.")
    if read:
        return refuted(f"None of the {read} captions in the week before {burst.said()} speaks of a giveaway.")
    return not_seen(f"No caption of the week before {burst.said()} was seen, so a giveaway can be neither found nor ruled out.")


@innocent("Did the owner call an audience over from another platform?", bears_on=(*BURST, "creation_date_burst", "follower_young_share"))
def migration(c: Circumstances) -> Finding:
    if (burst := c.burst) is None:
        return _no_burst(c)
    read, hits = _named_near(c, burst, _other_platforms(c.platform))
    if hits:
        when = day(c.numbers("post_posted_at")[hits[0]])
        return supported(
            f"An audience from another platform may explain it: the caption of {when} names one, and {burst.said()} follows it."
        )
    if read:
        return refuted(f"None of the {read} captions in the week before {burst.said()} names another platform.")
    return not_seen(f"No caption of the week before {burst.said()} was seen; a call made on the other platform shows nowhere here.")


@innocent("Was there a campaign of paid advertising?", bears_on=(*BURST, "quiet_fano", "likes_after_jump", "like_elasticity"))
def paid_advertising(c: Circumstances) -> Finding:
    if (burst := c.burst) is None:
        return _no_burst(c)
    at, gain = c.given("days").at.values, c.given("days").gain.values
    gains = gain[(at >= burst.first) & (at <= burst.last)]
    unevenness = float(np.std(gains) / max(np.mean(gains), 1.0))
    if burst.days < CAMPAIGN_DAYS or unevenness > EVEN:
        return refuted(
            f"Advertising brings followers evenly over weeks; {burst.said()} took {burst.days} days, which differ by "
            f"{percent(unevenness)} of their mean."
        )
    even = f"{burst.said()} came evenly over {burst.days} days"
    near = c.posts_near(burst, DAYS_BEFORE, DAYS_AFTER)
    marked = int(np.nansum(c.numbers("sponsored_posts")[near])) if len(near) else 0
    if marked:
        return supported(f"Paid advertising may explain it: {even}, with {marked} sponsored posts.")
    fallen = _likes_after(c, burst)
    if np.isnan(fallen):
        return not_seen(f"Paid advertising is possible: {even}; the posts seen do not tell what came with it.")
    if fallen < POORER:
        return supported(
            f"Paid advertising may explain it: {even}, and posts since get {percent(fallen)} of the likes per follower of before."
        )
    return refuted(f"Little speaks for advertising: {even}, but no post is sponsored and the likes per follower did not fall.")


def _likes_after(c: Circumstances, burst: Burst) -> float:
    """Likes per follower of the typical post after the burst began over those before; NaN for fewer than three posts on either side."""
    at, likes = c.numbers("mature_at"), c.numbers("mature_likes") / c.numbers("followers_at_post")
    before, after = (likes[side & ~np.isnan(likes)] for side in (at < burst.first, at >= burst.first))
    if min(len(before), len(after)) < 3 or not np.median(before) > 0.0:
        return float("nan")
    return float(np.median(after) / np.median(before))


@innocent("Did the platform remove followers from everybody?", bears_on=LOSS)
def purge(c: Circumstances) -> Finding:
    if not c.history_read:
        return not_seen("The follower counts of the days are not known, so losses could not be laid beside the platform's removals.")
    days, peers = c.given("days"), c.reference.peer_growth
    at, gain, level = days.at.values, days.gain.values, float(days.level.values[0])
    own = PLATFORMS.index(c.platform)
    for when, usual, platform in zip(peers.purge_day, peers.purge_loss, peers.purge_platform, strict=True):
        lost = -float(np.sum(gain[at == when])) / max(level, 1.0)
        if platform == own and lost > 0.0:
            said = f"on {day(when)} the platform removed followers; this account lost {percent(lost)}, the usual one {percent(usual)}"
            if lost <= 2.0 * usual:
                return supported(f"A removal by the platform explains the loss: {said}.")
            return refuted(f"A removal by the platform explains only a part of the loss: {said}.")
    return _sharp_drop(at, gain, level)


def _sharp_drop(at: np.ndarray, gain: np.ndarray, level: float) -> Finding:
    """The largest loss within PURGE_DAYS days, and how much of it came back within a month, beyond what the account wins anyway."""
    change = np.convolve(gain, np.ones(PURGE_DAYS), "valid")
    j = int(np.argmin(change))
    lost, before = -float(change[j]), level - float(np.sum(gain[j:]))
    if before <= 0.0 or lost < PURGED * before:
        return refuted("No three days of those seen lost as much as a removal by the platform takes.")
    since = gain[j + PURGE_DAYS : j + PURGE_DAYS + REFILL_DAYS] - max(float(np.median(gain)), 0.0)
    regained = float(np.max(np.cumsum(since), initial=0.0)) / lost
    said = f"from {day(at[j])} on {percent(lost / before)} of the followers went within three days"
    if regained < REGAINED:
        return supported(f"A removal by the platform may explain the loss: {said} and did not come back.")
    return refuted(f"What a platform removes does not come back; {said}, and {percent(min(regained, 1.0))} of them were made good.")


@innocent(
    "Is the account so new that any growth is a burst?", bears_on=(*BURST, "followers_per_day", "followers_per_post", "follower_surplus")
)
def newcomer(c: Circumstances) -> Finding:
    age = c.number("observed_at") - c.number("created_at")
    if np.isnan(age):
        return not_seen("The platform does not tell when the account was created, so fast growth of a new one is possible.")
    followers = count(c.number("followers"))
    if age < 180.0:
        return supported(f"Being new may explain it: the account is {age:.0f} days old and has {followers} followers.")
    return refuted(f"The account is no newcomer: it is {count(age)} days old.")
