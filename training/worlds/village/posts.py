"""Posts as events: when each went out, what it is about, and how many of the followers of that day liked, saw and shared it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.moments import DAYS
from training.worlds.village.clock import Clock
from training.worlds.village.crowds import REAL, UNSOLICITED, Crowds
from training.worlds.village.interests import Audience, Interests
from training.worlds.village.orders import POPULAR
from training.worlds.village.residents import Flags, Floats, Ints, Residents

# Nobody crawls a whole life: so many of the newest posts.
SEEN = (14, 42)
# Likes per real follower of an account of a thousand; with the loosening below, 3.3 % at ten thousand (method.md 5.3).
LIKED, LOOSER = 0.082, 0.24
# Cross-account scatter of the likes' level, dex (method.md 5.3: .24 ordinary, .30 default, .39 top), beside what interest explains.
TALENT = 0.27
# Closeness shows in likes: half the usual replies, about a fifth less likes [D; Wies 2023].
CLOSENESS = 0.45
# Sd of ln likes of one account's posts: median .35, 5-95 % .17-.58 (method.md B5); the topics bring some of it by themselves.
NOISE, NOISE_SPREAD = 0.29, 0.38
# How much the purchased type likes, against a real follower: next to never.
BOT_LIKES = 0.015
# Comments: 10^-1.15 L^.73, account scatter .29 dex, Fano 3 (method.md 5.3).
COMMENTS_AT, COMMENTS_SLOPE, COMMENTS_SCATTER, COMMENTS_FANO = -1.15, 0.73, 0.29, (2.0, 4.5)
# Likes come as a Weibull of hours (Vassio 2021; Osaka 2025).
LIKE_HOURS, LIKE_BEND = 14.0, 0.65
SPONSORED_DEX = -0.09
# What posts and weekdays do to a day's new followers; more, and organic accounts would burst as no real series does (docs/results.md:
# 227 YouTube channels).
BY_POSTS, MOST_DRAWN, BY_WEEKDAY = 0.15, 4.0, 0.08
FORWARDED = 0.02


@dataclass(frozen=True)
class Calendar:
    """Posts by account, oldest first: `account`, `age` in days, and whether a post is why an event or a prize drew followers."""

    account: Ints
    age: Floats
    hit: Flags
    prize: Flags

    @property
    def m(self) -> int:
        return len(self.account)

    def pulse(self, who: Residents) -> Floats:
        """(n, DAYS) how much each of the last days draws: mostly by itself, the rest by the posts of that and the two days before."""
        day = DAYS - 1 - np.floor(self.age).astype(np.int64)
        fresh = np.zeros((who.n, DAYS + 2))
        for later, weight in ((0, 0.55), (1, 0.3), (2, 0.15)):
            seen = (day >= 0) & (day + later < DAYS)
            np.add.at(fresh, (self.account[seen], day[seen] + later), weight)
        usual = fresh[:, :DAYS].mean(axis=1, keepdims=True)
        drawn = np.where(usual > 0, fresh[:, :DAYS] / np.maximum(usual, 1e-9), 1.0)
        # More people look on Sundays.
        week = 1 + BY_WEEKDAY * np.cos(2 * np.pi * (np.arange(DAYS)[None, :] - (who.observed_us[:, None] // 86_400_000_000) % 7) / 7)
        return np.asarray((1 - BY_POSTS + BY_POSTS * np.minimum(drawn, MOST_DRAWN)) * week)


@dataclass(frozen=True)
class Posts:
    """Posts in the calendar's order; `own_likes` and `fan_comments` came by themselves, the rest was ordered or owed in a pod."""

    calendar: Calendar
    topic: Ints
    likes: Ints
    own_likes: Ints
    fan_comments: Ints
    package_comments: Ints
    pod_comments: Ints
    video: Flags
    views: Ints
    shares: Ints
    sponsored: Flags

    @property
    def account(self) -> Ints:
        return self.calendar.account

    @property
    def comments(self) -> Ints:
        return self.fan_comments + self.package_comments + self.pod_comments


def calendar(rng: np.random.Generator, who: Residents) -> Calendar:
    """When each account posted: gaps of its own rhythm, none in the silence before the look."""
    n, most = who.n, SEEN[1]
    rhythm = np.exp(rng.normal(0, 0.7, (n, most)))
    age = who["silent"][:, None] + np.cumsum(who["gap"][:, None] * rhythm, axis=1)
    many = rng.integers(*SEEN, n, endpoint=True)
    # Who wipes the past deletes the posts of the time of the purchase; that is where the likes stood still.
    oldest = np.where(who["posts_deleted"] > 0, np.minimum(0.97 * who["life"], 60.0), 0.97 * who["life"])
    shown = (np.arange(most) < many[:, None]) & (age < oldest[:, None])
    # Every account that is looked at has posted.
    age[:, 0] = np.minimum(age[:, 0], 0.9 * oldest)
    shown[:, 0] = True
    begun = np.minimum(who["event_begun"], 0.7 * who["life"])
    nearest = np.abs(age - begun[:, None] - 0.2).argmin(axis=1)
    marked = np.zeros_like(shown)
    marked[np.arange(n), nearest] = True
    hit = marked & (who["event_post"] > 0)[:, None] & (who["event"] > 0)[:, None]
    prize = marked & (who["cheap"] > 0)[:, None] & (who["cheap_days"] < 10)[:, None]
    age = np.where(hit | prize, begun[:, None] + 0.2, age)
    shown |= hit | prize
    row, place = np.nonzero(shown)
    order = np.lexsort((-age[row, place], row))
    row, place = row[order], place[order]
    return Calendar(row, age[row, place], hit[row, place], prize[row, place])


def draw(rng: np.random.Generator, who: Residents, dates: Calendar, clock: Clock, crowds: Crowds, people: Audience, of: Interests) -> Posts:
    """What came of each post by the look."""
    account, age, m = dates.account, dates.age, dates.m
    topic = (np.cumsum(of.mix(account, age), axis=1) < rng.random(m)[:, None]).sum(axis=1).clip(max=of.early.shape[1] - 1)
    sponsored = rng.random(m) < np.clip(0.04 * np.log10(who.real), 0, 0.25)[account]
    level = rng.normal(0, TALENT, who.n) + who["level"] + CLOSENESS * np.log10(who["personal"])
    noise = NOISE * np.exp(rng.normal(0, NOISE_SPREAD, who.n))[account] * rng.standard_normal(m)
    # A hit reaches many who do not follow.
    reach = np.where(dates.hit, np.exp(rng.uniform(1.2, 2.7, m)), np.where(dates.prize, np.exp(rng.uniform(0.5, 1.4, m)), 1.0))
    ripe = -np.expm1(-((24 * age / LIKE_HOURS) ** LIKE_BEND))
    mean = expected_likes(clock, crowds, people, of, account, age, topic) * 10 ** level[account] * np.exp(noise)
    own = rng.poisson(mean * reach * ripe * np.where(sponsored, 10**SPONSORED_DEX, 1.0))
    video = rng.random(m) < _video_share(rng, who)[account]
    typical = np.exp(_by_account(np.log1p(own), account, who.n))
    fans = _comments(rng, who, dates, own)
    own_comments = np.exp(_by_account(np.log1p(fans), account, who.n))
    packages = rng.poisson((who["comments_bought"] * np.maximum(own_comments, 4))[account] * rng.uniform(0.6, 1.4, m))
    members = np.floor(who["pod"])[account].astype(np.int64)
    pod = rng.binomial(members, rng.uniform(0.45, 0.75, who.n)[account])
    likes = own + _packages(rng, who, crowds, account, typical) + pod
    views = np.rint(
        np.maximum(own, 1) / np.clip(np.exp(rng.normal(np.log(0.07), 0.35, who.n))[account], 0.01, 0.5) * np.exp(rng.normal(0, 0.2, m))
    )
    shares = rng.poisson(FORWARDED * own * np.exp(rng.normal(0, 0.5, m)))
    return Posts(dates, topic, likes, own, fans, packages, pod, video, views.astype(np.int64), shares, sponsored)


def expected_likes(clock: Clock, crowds: Crowds, people: Audience, of: Interests, account: Ints, age: Floats, topic: Ints) -> Floats:
    """(m,) likes of the followers that are there: activity x interest in the topic x how closely an audience of the size is tied."""
    bin = clock.bin(account, age)
    there = crowds.alive[account, :, np.maximum(bin - 1, 0)]
    real = np.maximum(there[:, :REAL].sum(axis=1), 1)
    tied = LIKED * (real / 1_000.0) ** -LOOSER
    caring = (there[:, :REAL] * of.care[account]).sum(axis=1) * people.cares(of, account, bin, topic)
    return np.asarray(tied * (caring + BOT_LIKES * there[:, UNSOLICITED:].sum(axis=1)))


def _comments(rng: np.random.Generator, who: Residents, dates: Calendar, own: Ints) -> Ints:
    scatter = rng.normal(0, COMMENTS_SCATTER, who.n) + who["comment_level"] + 0.3 * CLOSENESS * np.log10(who["personal"])
    mean = 10 ** (COMMENTS_AT + scatter[dates.account]) * np.maximum(own, 0.3) ** COMMENTS_SLOPE * np.where(dates.prize, 6.0, 1.0)
    fano = rng.uniform(*COMMENTS_FANO, who.n)[dates.account]
    crowd = rng.standard_gamma(np.maximum(mean / (fano - 1), 1e-9)) * (fano - 1)
    closed = rng.random(dates.m) < who["comments_closed"][dates.account]
    return np.asarray(np.where(closed, 0, rng.poisson(crowd)))


def _packages(rng: np.random.Generator, who: Residents, crowds: Crowds, account: Ints, typical: Floats) -> Ints:
    """Likes ordered with each post, in round numbers: a share of the own ones, and what the bought followers fail to give."""
    share = crowds.bought_share
    wanted = typical * (who["likes_bought"] + who["likes_matched"] * share / np.maximum(1 - share, 0.05))
    ordered = (who["likes_bought"] + who["likes_matched"] * (share > 0)) > 0
    each = np.maximum(wanted[account] * np.exp(rng.normal(0, 0.12, len(account))), 10)
    scale = 10 ** np.floor(np.log10(each))
    steps = np.concatenate([POPULAR[:3], [2.0, 10.0]])
    lot = steps[np.abs(np.log((each / scale)[:, None] / steps)).argmin(axis=1)] * scale
    # Half of the buyers let a panel split one order over their posts, so that no number is round.
    split = rng.random(who.n)[account] < 0.5
    amount = np.where(split, each, lot) * (1 + rng.uniform(0, 0.04, len(account)))
    return np.where(ordered[account], np.rint(amount), 0).astype(np.int64)


def _by_account(values: Floats, account: Ints, n: int) -> Floats:
    return np.bincount(account, weights=values, minlength=n) / np.maximum(np.bincount(account, minlength=n), 1)


def _video_share(rng: np.random.Generator, who: Residents) -> Floats:
    return np.select([who.on("youtube", "tiktok"), who.on("x")], [1.0, 0.15], rng.uniform(0.1, 0.7, who.n))
