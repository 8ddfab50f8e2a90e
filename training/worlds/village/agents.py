"""A follower as others see it: class, counts, picture and age all follow from its id, so it is the same wherever it turns up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri

from training.draws import mixed
from training.worlds.village.crowds import CAUSES, FIRST_LOT
from training.worlds.village.residents import Flags, Floats, Ints
from training.worlds.village.vendors import TRAITS, Vendors

# Followers of their own accord, from a vendor's stock, members of a pod, a vendor's commenters, strangers who advertise.
KINDS = ("own", "sold", "pod", "worker", "stranger")
Ids = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Class:
    """What accounts of a class look like: median and sd of the natural logarithm of a count, shares of the rest.

    followed_after: days between the making of an account and its following somebody, median and sd of the logarithm.
    """

    followers: tuple[float, float]
    following: tuple[float, float]
    posts: tuple[float, float]
    no_post: float
    picture: float
    bio: float
    link: float
    private: float
    verified: float
    digits: float
    followed_after: tuple[float, float]


# Anchors (method.md 1.2, 2 D and 5.3; SRF 2017 and InstaFake 2019, hand-labelled): following over five times as many as follow back 18 %
# of real, 77 % of purchased-type ones; more than 1,500 followings 27 % against 55 %; no post 5 % against 34 %; at most one 7 % against
# 56 %; no picture 0.6-1.3 % against 7-40 %; a digit at the end 14 % against 42 %; private 21-72 % against 31-33 %.
CLASSES = {
    "lurker": Class((190, 1.0), (300, 0.95), (14, 1.3), 0.085, 0.985, 0.50, 0.03, 0.42, 0.0, 0.18, (1100, 0.8)),
    "regular": Class((340, 0.9), (430, 0.75), (110, 1.1), 0.01, 0.995, 0.78, 0.12, 0.27, 0.002, 0.11, (1300, 0.7)),
    "creator": Class((4500, 1.4), (750, 0.8), (480, 0.9), 0.0, 1.0, 0.97, 0.60, 0.03, 0.03, 0.05, (1500, 0.6)),
    "mass": Class((800, 1.1), (2700, 0.45), (130, 1.3), 0.03, 0.985, 0.75, 0.20, 0.18, 0.001, 0.17, (1200, 0.8)),
    "fresh": Class((16, 1.3), (900, 1.1), (1.6, 0.9), 0.42, 0.80, 0.18, 0.01, 0.22, 0.0, 0.46, (60, 1.0)),
    "aged": Class((95, 1.1), (1500, 0.85), (12, 0.9), 0.07, 0.965, 0.50, 0.03, 0.24, 0.0, 0.30, (900, 0.6)),
    "farm": Class((55, 1.2), (2600, 0.65), (6, 1.1), 0.20, 0.91, 0.35, 0.02, 0.26, 0.0, 0.38, (420, 0.9)),
}
NAMES = tuple(CLASSES)
PURCHASED_FROM = NAMES.index("fresh")
# Who comes for which cause [D]; a lot's classes depend on its vendor and on how well it is aged.
MIXES = {
    "interest": (0.46, 0.34, 0.06, 0.14, 0, 0, 0),
    "event": (0.50, 0.33, 0.03, 0.14, 0, 0, 0),
    "cheap": (0.42, 0.22, 0.02, 0.34, 0, 0, 0),
    "reciprocal": (0.08, 0.17, 0.10, 0.65, 0, 0, 0),
    "unsolicited": (0, 0, 0, 0, 0.52, 0.18, 0.30),
}
FRESH_LOT, AGED_LOT = (0, 0, 0, 0, 0.68, 0.07, 0.25), (0, 0, 0, 0, 0.12, 0.66, 0.22)
# What decorating an account at attack level 1, 2, 3 adds to its logs of followers and posts, and to its logits of picture and biography.
DECORATED = 0.45
FOLLOW_LIMIT = 7_500
# Audiences differ: sd of an account's own followers in logs and logits around the classes. It gives the share of high follow ratios
# a between-account sd of 3-4 pp (method.md 0.6).
AUDIENCE = 0.07
TABLE = {
    name: np.array([np.atleast_1d(getattr(kind, name)) for kind in CLASSES.values()], dtype=np.float64)
    for name in Class.__dataclass_fields__
}


def ids(of: str, group: Ints, member: Ints, salt: int) -> Ids:
    """An id for each member of each group, in the shape of a platform's; unequal members of one kind and salt never share one."""
    place = (np.uint64(KINDS.index(of) + 1) << np.uint64(60)) + (group.astype(np.uint64) << np.uint64(32)) + member.astype(np.uint64)
    return mixed(place ^ mixed(np.array([salt], dtype=np.uint64)))


def luck(ids: Ids, trait: str) -> Floats:
    """A uniform number in (0, 1) for each id and trait, always the same."""
    salt = np.uint64(int.from_bytes(trait.encode()[:8].ljust(8, b"."), "little"))
    return ((mixed(ids ^ salt) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(ids: Ids, trait: str) -> Floats:
    return np.asarray(ndtri(luck(ids, trait)))


@dataclass(frozen=True)
class Seen:
    """Followers with their id, class, the account's own slant and their vendor's taste (zero for nobody's), age in days and where they
    came from."""

    ids: Ids
    kind: Ints
    slant: Floats
    taste: Floats
    decorated: Floats
    young: Floats
    shy: Floats

    def count(self, name: str, most: float = 1e9) -> Ints:
        median, spread = TABLE[name][self.kind].T
        shift = self.taste[:, TRAITS.index(name)] + (self.decorated * DECORATED if name != "following" else 0.0)
        slant = self.slant if name == "followers" else -self.slant if name == "following" else 0.0
        value = np.exp(np.log(median) + shift + slant + spread * normal(self.ids, name))
        return np.minimum(np.floor(value), most).astype(np.int64)

    def posts(self) -> Ints:
        none = TABLE["no_post"][self.kind, 0] * np.exp(-self.decorated) * np.exp(0.5 * self.young)
        return np.where(luck(self.ids, "no_post") < none, 0, self.count("posts"))

    def flag(self, name: str) -> Flags:
        share = TABLE[name][self.kind, 0]
        logit = np.log(np.maximum(share, 1e-6)) - np.log(np.maximum(1 - share, 1e-6))
        if name in TRAITS:
            logit = logit + self.taste[:, TRAITS.index(name)]
        if name in ("picture", "bio"):
            logit = logit + self.decorated * DECORATED
        if name == "digits":
            logit = logit + 1.2 * self.young - 0.5 * self.decorated * DECORATED
        real = self.kind < PURCHASED_FROM
        chance = expit(logit)
        if name == "private":
            chance = np.where(real, chance + (1 - chance) * self.shy, chance)
        return np.asarray(luck(self.ids, name) < chance)


def kinds(ids: Ids, cause: Ints, aged_vendor: Flags, aged: Floats) -> Ints:
    """The class of each follower; lots of fresh accounts hold more and more aged ones as the attack goes further."""
    natural = np.cumsum(np.array([MIXES[name] for name in CAUSES[:FIRST_LOT]]), axis=1)
    lots = np.cumsum(np.array([FRESH_LOT, AGED_LOT]), axis=1)
    upto = np.where((cause < FIRST_LOT)[:, None], natural[np.minimum(cause, FIRST_LOT - 1)], lots[aged_vendor.astype(np.int64)])
    found = (upto <= luck(ids, "class")[:, None]).sum(axis=1).clip(max=len(NAMES) - 1)
    upgraded = (cause >= FIRST_LOT) & (luck(ids, "upgrade") < np.clip(aged - 1, 0, 1) * 0.5)
    return np.where(upgraded, NAMES.index("aged"), found)


def age_at_follow(ids: Ids, kind: Ints) -> Floats:
    """Days between the making of an account and its following, for those that nobody sold."""
    median, spread = TABLE["followed_after"][kind].T
    return np.asarray(median * np.exp(spread * normal(ids, "age")))


def batch_age(ids: Ids, vendors: Vendors, vendor: Ints, lot: Ints) -> Floats:
    """Days between the making of a sold account and its delivery: a vendor hands out its batches one after the other."""
    batch = (lot + (luck(ids, "batch") < 0.3)) % vendors.batch_age.shape[1]
    return np.asarray(vendors.batch_age[vendor, batch] + vendors.batch_width[vendor, batch] * luck(ids, "made"))
