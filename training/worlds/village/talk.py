"""Who comments: followers who care, a vendor's accounts, a pod, those who want the prize, strangers, and the owner who answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.village import agents, encounters
from training.worlds.village.crowds import REAL
from training.worlds.village.encounters import Agents
from training.worlds.village.interests import PERSON, SIMILAR
from training.worlds.village.posts import BOT_LIKES, Posts
from training.worlds.village.residents import Floats, Ints, Residents
from training.worlds.village.town import Town

FAN, PACKAGE, POD, ENTRY, SPAM = range(5)
# A crawler reads the newest posts first and a few comments of each.
MOST, EACH = 110, (5, 16)
# Followers differ in activity by the power law of such things: the k-th most active comments as k^-this [D].
ACTIVITY = 1.1
# Chances at meeting a follower that cares before whoever comes is taken.
MEETINGS = 5
PODS, WORKERS, STRANGERS = 12, 4_000, 6_000
ENTRIES, SPAM_SHARE, SPAM_FAMOUS = 0.7, 0.004, 0.07
HOURS = {FAN: 7.0, POD: 0.35, ENTRY: 10.0, SPAM: 1.5}
BEND = 0.6


@dataclass(frozen=True)
class Talk:
    """Comments that are seen: the post, the role of the author, its id, language (-1: the account's own) and the hours until it came."""

    post: Ints
    role: Ints
    author: np.ndarray
    spoken: Ints
    hours: Floats


def draw(rng: np.random.Generator, town: Town) -> Talk:
    who, posts, orders, salt = town.who, town.posts, town.orders, town.scene.salt
    post = _shown(rng, who, posts)
    account, m = posts.account[post], len(post)
    role = _roles(rng, who, posts, post)
    met = fans(rng, town, post)
    pod = who.shard * PODS + who.number % PODS
    of_pod = agents.ids("pod", pod[account], _any(rng, np.maximum(who["pod"][account], 1)), salt)
    of_vendor = agents.ids("worker", orders.vendor[account], _any(rng, np.full(m, WORKERS)), salt)
    stranger = agents.ids("stranger", who.shard[account], _any(rng, np.full(m, STRANGERS)), salt)
    author = np.select([role == POD, role == PACKAGE, role == SPAM], [of_pod, of_vendor, stranger], met.ids)
    pace = np.select([role == kind for kind in HOURS], list(HOURS.values()), town.scene.vendors.hours[orders.vendor[account]])
    own_pace = np.exp(rng.normal(0, 0.4, who.n))[account]
    hours = np.where(role == FAN, pace * own_pace * rng.weibull(BEND, m), pace * rng.gamma(1.5, 0.7, m))
    # A post is seen until the look.
    hours = np.minimum(hours, 24 * 0.97 * posts.calendar.age[post] * rng.random(m) ** 0.1)
    return Talk(post, role, author, np.where(np.isin(role, (FAN, ENTRY)), met.spoken, -1), hours)


def _shown(rng: np.random.Generator, who: Residents, posts: Posts) -> Ints:
    wanted = np.minimum(posts.comments, rng.integers(*EACH, who.n)[posts.account])
    # Posts lie oldest first; the sum of what newer ones show goes first.
    total = np.bincount(posts.account, weights=wanted, minlength=who.n)
    upto = np.cumsum(wanted) - (np.cumsum(total) - total)[posts.account]
    newer = total[posts.account] - upto
    return np.repeat(np.arange(len(wanted)), np.clip(MOST - newer, 0, wanted).astype(np.int64))


def _roles(rng: np.random.Generator, who: Residents, posts: Posts, post: Ints) -> Ints:
    chance = rng.random(len(post)) * posts.comments[post]
    role = np.where(
        chance < posts.package_comments[post], PACKAGE, np.where(chance < (posts.package_comments + posts.pod_comments)[post], POD, FAN)
    )
    role = np.where((role == FAN) & posts.calendar.prize[post] & (rng.random(len(post)) < ENTRIES), ENTRY, role)
    spam = np.where(who.real > 1e5, SPAM_FAMOUS, SPAM_SHARE)[posts.account[post]]
    return np.where((role == FAN) & (rng.random(len(post)) < spam), SPAM, role)


def fans(rng: np.random.Generator, town: Town, post: Ints) -> Agents:
    """For each comment a follower who was there when the post went out, the more probably the more active it is and the more it cares."""
    posts, line = town.posts, town.line
    row, m = posts.account[post], len(post)
    there = np.maximum(line.upto(row, np.maximum(town.clock.bin(row, posts.calendar.age[post]) - 1, 0)), 1)
    everybody = line.before[:, -1] + line.stay[:, -1].sum(axis=1)
    rows = np.repeat(row, MEETINGS)
    rank = _active(rng, everybody[rows], rows) % np.repeat(there, MEETINGS)
    met = encounters.meet(town, rows, rank)
    topic = np.repeat(posts.topic[post], MEETINGS)
    cares = np.where(met.interest < 0, PERSON, SIMILAR[np.maximum(met.interest, 0), topic])
    cares = np.where(met.cause < REAL, cares * town.interests.care[rows, np.minimum(met.cause, REAL - 1)], BOT_LIKES)
    willing = (rng.random(len(rows)) < cares).reshape(m, MEETINGS)
    chosen = np.where(willing.any(axis=1), willing.argmax(axis=1), cares.reshape(m, MEETINGS).argmax(axis=1)) + np.arange(m) * MEETINGS
    return Agents(*(getattr(met, name)[chosen] for name in Agents.__dataclass_fields__))


def _active(rng: np.random.Generator, many: Ints, row: Ints) -> Ints:
    """A follower's place in the line, drawn by activity: the k-th most active stands anywhere, but always at the same place."""
    bend = 1 - ACTIVITY
    place = ((rng.random(len(many)) * (many.astype(np.float64) ** bend - 1) + 1) ** (1 / bend)).astype(np.int64) - 1
    return np.asarray((place.clip(0) * 2_147_483_629 + row * 7_919) % many)


def _any(rng: np.random.Generator, of: Floats | Ints) -> Ints:
    return np.floor(rng.random(len(of)) * of).astype(np.int64)
