"""Comments under the posts: fans, packages, pods, giveaways, spam, and what the owner answers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training import draws
from training.worlds import moments
from training.worlds.high_street.audiences import Friends
from training.worlds.high_street.people import Floats, Ints, People
from training.worlds.high_street.posts import Posts, post_ids
from training.worlds.high_street.topics import Interests
from training.worlds.high_street.vendors import Vendors
from training.worlds.phrases import EMOJI_ONLY, ENDINGS, KINDS, LANGUAGES, SPAM, joined, language, phrases

MOST = 120
FAN_KINDS = ("generic", "topic", "address", "question", "story")
FAN, PACKAGE, POD, ENTRY, SPAMMER = range(5)
PODS = 40
FANS_WHO_FOLLOW = 0.8


def table(
    rng: np.random.Generator,
    people: People,
    ids: pa.Array,
    names: pa.Array,
    posts: Posts,
    interests: Interests,
    vendors: Vendors,
    vendor: Ints,
    friends: Friends,
    followers: Ints,
) -> pa.Table:
    """The comments table: up to MOST per account from the newest posts on, as a crawler that takes a few per post would see them.

    `vendor` (n,) is from whom an account would order its packages, `followers` (n,) how many it has; `friends` are the people among those
    that were sampled.
    """
    post, role = _rows(rng, people, posts)
    account = posts.account[post]
    fan = _authors(rng, people, posts, interests, vendor, post, role)
    text = _texts(rng, people, posts, names, post, role)
    from_library = (role == PACKAGE) & ~people.trait("on_topic").astype(bool)[account]
    text = pc.if_else(pa.array(from_library), _from_library(rng, vendors, vendor[account], role), text)
    delay = np.minimum(_delays(rng, people, vendors, vendor, account, role), 0.98 * posts.age[post])
    said = posts.age[post] - delay
    answered = np.flatnonzero((rng.random(len(post)) < 0.5 * posts.personal[post]) & np.isin(role, (FAN, POD)))
    reply_text = _replies(rng, people, posts, post[answered], fan[answered])
    reply_age = said[answered] * np.exp(-rng.exponential(0.15, len(answered)))
    n, m = len(post), len(answered)
    order = np.lexsort((np.concatenate([-said, -reply_age]), np.concatenate([account, account[answered]])))
    own = np.concatenate([np.zeros(n, dtype=bool), np.ones(m, dtype=bool)])[order]
    source = np.concatenate([np.arange(n), answered])[order]
    comment_id = draws.follower_ids(people.first + account, np.arange(n) - np.searchsorted(account, account), 2)
    reply_id = draws.follower_ids(people.first + account[answered], np.arange(m), 3)
    at = moments.before(people.observed_us[account[source]], np.concatenate([said, reply_age])[order])
    author = _followers_too(pa.array(fan, pa.uint64()).cast(pa.large_string()), fan, account, role, friends, followers)
    every = pa.array(source)
    return pa.table(
        {
            "account_id": ids.take(pa.array(account[source])),
            "post_id": post_ids(people, posts).take(pa.array(post[source])),
            "comment_id": pa.concat_arrays([comment_id, reply_id]).take(pa.array(order)),
            "author_id": pc.if_else(pa.array(own), ids.take(pa.array(account[source])), author.take(every)),
            "commented_at": moments.column(at),
            "text": pa.concat_arrays([text, reply_text]).take(pa.array(order)),
            "likes": pa.array(rng.poisson(rng.standard_gamma(0.3, n + m) * np.log1p(posts.likes[post[source]]))),
            "by_owner": pa.array(own),
            "reply_to": pc.if_else(pa.array(own), comment_id.take(every), pa.scalar(None, pa.large_string())),
        }
    )


def _rows(rng: np.random.Generator, people: People, posts: Posts) -> tuple[Ints, Ints]:
    """(post, role) of each comment that is seen, grouped by account."""
    shown = np.minimum(posts.comments, rng.integers(4, 15, people.n)[posts.account])
    newest_first = np.lexsort((posts.age, posts.account))
    counted = np.cumsum(shown[newest_first])
    first = np.searchsorted(posts.account, posts.account)
    so_far = counted - np.concatenate([[0], counted])[first]
    shown[newest_first] -= np.clip(so_far - MOST, 0, shown[newest_first])
    package = rng.hypergeometric(posts.from_package, posts.comments - posts.from_package, shown)
    pod = rng.hypergeometric(posts.from_pod, posts.comments - posts.from_package - posts.from_pod, shown - package)
    post = np.repeat(np.arange(len(shown)), shown)
    turn = np.arange(len(post)) - np.repeat(np.cumsum(shown) - shown, shown)
    role = np.where(turn < package[post], PACKAGE, np.where(turn < (package + pod)[post], POD, FAN))
    entry = posts.giveaway[post] & (rng.random(len(post)) < 0.6)
    spam_rate = np.where(people.celebrity, 0.09, 0.004)[posts.account[post]]
    role = np.where((role == FAN) & entry, ENTRY, role)
    return post, np.where((role == FAN) & (rng.random(len(post)) < spam_rate), SPAMMER, role)


def _authors(
    rng: np.random.Generator, people: People, posts: Posts, interests: Interests, vendor: Ints, post: Ints, role: Ints
) -> np.ndarray:
    """One id per commenter (uint64). Who cares for the person comes to every topic; who cares for a topic comes to that topic only."""
    account, topic = posts.account[post], posts.topic[post]
    loyal = rng.random(len(post)) < interests.core[account] / interests.cares[account, topic]
    group = np.where(loyal, 0, topic + 1)
    circle = np.clip(people.organic[account] ** 0.7, 12, 20_000) * np.where(loyal, 1.0, 0.5)
    fan = (circle * rng.random(len(post)) ** 2.2).astype(np.int64)
    pod = (people.shard * PODS + rng.integers(0, PODS, people.n))[account]
    place = (people.first + account) * 16 + group
    place = np.select(
        [role == PACKAGE, role == POD, role == SPAMMER], [1_000_000_000 + vendor[account], 1_100_000_000 + pod, 1_200_000_000], place
    )
    fan = np.select(
        [role == PACKAGE, role == POD, role == SPAMMER, role == ENTRY],
        [
            rng.integers(0, 3000, len(post)),
            rng.integers(0, 100, len(post)),
            rng.integers(0, 5000, len(post)),
            2**21 + rng.integers(0, 2**20, len(post)),
        ],
        fan,
    )
    return np.asarray(draws.mixed(place.astype(np.uint64) * np.uint64(2**24) + fan.astype(np.uint64)))


def _followers_too(author: pa.Array, fan: np.ndarray, account: Ints, role: Ints, friends: Friends, followers: Ints) -> pa.Array:
    """Most fans follow; as many of them stand in the follower sample as a sample of that size would meet, always the same ones."""
    start, size = (np.cumsum(friends.size) - friends.size)[account], friends.size[account]
    chance = draws.mixed(fan) / 2.0**64
    known = (role == FAN) & (chance * followers[account] < FANS_WHO_FOLLOW * size)
    place = start + (fan % np.maximum(size, 1).astype(np.uint64)).astype(np.int64)
    return pc.if_else(pa.array(known), friends.ids.take(pa.array(np.where(known, place, 0))), author) if len(friends.ids) else author


def _texts(rng: np.random.Generator, people: People, posts: Posts, names: pa.Array, post: Ints, role: Ints) -> pa.Array:
    account, n = posts.account[post], len(post)
    own = rng.random(n) < 1 - people.between(rng, "foreign")[account]
    spoken = np.where(
        own, people.language[account], np.where(rng.random(n) < 0.6, LANGUAGES.index("en"), rng.integers(0, len(LANGUAGES), n))
    )
    kind = _kinds(rng, people, posts, post)
    kind = np.select([role == ENTRY, role == POD], [KINDS.index("giveaway"), KINDS.index("pod")], kind)
    on_topic = ((role == POD) & (people.engagement == "pod_topic")[account]) | (role == PACKAGE)
    kind = np.where(on_topic & (rng.random(n) < 0.7), KINDS.index("topic"), kind)
    body = phrases().pick(rng, kind, spoken, posts.topic[post])
    is_generic = kind == KINDS.index("generic")
    more_emoji = (role == FAN) & (rng.random(n) < people.between(rng, "emoji")[account])
    emoji = (is_generic & (rng.random(n) < 0.22)) | ((role == FAN) & (rng.random(n) < 0.02)) | more_emoji
    body = pc.if_else(pa.array(emoji), _one_of(rng, EMOJI_ONLY, n), body)
    more = (rng.random(n) < 0.16) & ~emoji & (role == FAN) & (kind != KINDS.index("question"))
    second = phrases().pick(rng, np.where(rng.random(n) < 0.6, KINDS.index("generic"), kind), spoken, posts.topic[post])
    body = pc.if_else(pa.array(more), joined(body, _one_of(rng, (". ", "! ", " ", " 😊 "), n), second), body)
    addressed = (kind == KINDS.index("address")) & (rng.random(n) < 0.22)
    body = pc.if_else(pa.array(addressed), joined(names.take(pa.array(account)), body, by=", "), body)
    tagged = (is_generic & (role == FAN) & (rng.random(n) < 0.10)) | ((role == ENTRY) & (rng.random(n) < 0.7))
    body = pc.if_else(pa.array(tagged), joined(_handles(rng.integers(0, 2**31, n)), body, by=" "), body)
    asks = kind == KINDS.index("question")
    asks &= ~pc.ends_with(body, "?").to_numpy(zero_copy_only=False) & (rng.random(n) < 0.85)
    ending = pc.if_else(pa.array(asks), pa.scalar("?", pa.large_string()), _one_of(rng, ENDINGS, n))
    text = joined(body, pc.if_else(pa.array(emoji), pa.scalar("", pa.large_string()), ending))
    return pc.if_else(pa.array(role == SPAMMER), _one_of(rng, SPAM, n), text)


def _kinds(rng: np.random.Generator, people: People, posts: Posts, post: Ints) -> Ints:
    """What fans write: the closer the tie, the more they speak to the person, ask, and tell of themselves."""
    personal = posts.personal[post]
    wanted = np.stack(
        [0.50 - 0.25 * personal, np.full(len(post), 0.27), 0.05 + 0.22 * personal, 0.06 + 0.08 * personal, 0.03 + 0.07 * personal], axis=1
    )
    taste = rng.standard_gamma(12.0, (people.n, len(FAN_KINDS)))
    weights = np.cumsum(wanted * taste[posts.account[post]], axis=1)
    choice = (rng.random(len(post))[:, None] * weights[:, -1:] > weights).sum(axis=1)
    return np.array([KINDS.index(kind) for kind in FAN_KINDS])[np.minimum(choice, len(FAN_KINDS) - 1)]


def _delays(rng: np.random.Generator, people: People, vendors: Vendors, vendor: Ints, account: Ints, role: Ints) -> Floats:
    """Days between post and comment: fans decay over hours, pods come within minutes, a package at its vendor's pace."""
    n = len(account)
    fans = rng.weibull(0.6, n) * np.exp(rng.normal(np.log(6), 0.5, people.n))[account] / 24
    package = (vendors.comment_delay_hours[vendor][account] + rng.exponential(0.4, n)) / 24
    return np.select([role == PACKAGE, role == POD], [package, rng.exponential(0.4, n) / 24], fans)


def _from_library(rng: np.random.Generator, vendors: Vendors, vendor: Ints, role: Ints) -> pa.Array:
    """Package comments come from the vendor's own library; a few of its phrases make up most of a delivery (Zipf)."""
    texts = pa.concat_arrays(vendors.texts)
    size = np.array([len(library) for library in vendors.texts])
    start = np.cumsum(size) - size
    place = np.minimum(size[vendor] ** rng.random(len(vendor)), size[vendor]) - 1
    return texts.take(pa.array(start[vendor] + np.where(role == PACKAGE, place, 0).astype(np.int64)))


def _replies(rng: np.random.Generator, people: People, posts: Posts, post: Ints, fan: np.ndarray) -> pa.Array:
    n = len(post)
    body = phrases().pick(rng, np.full(n, KINDS.index("reply")), people.language[posts.account[post]], posts.topic[post])
    at = joined(_handles((fan % np.uint64(2**31)).astype(np.int64)), body, by=" ")
    body = pc.if_else(pa.array(rng.random(n) < 0.55), at, body)
    return joined(body, _one_of(rng, ENDINGS, n))


def _one_of(rng: np.random.Generator, choices: tuple[str, ...], n: int) -> pa.Array:
    return pa.array(choices, pa.large_string()).take(pa.array(rng.integers(0, len(choices), n)))


def _handles(seed: Ints) -> pa.Array:
    """A handle for each number, the same for the same number."""
    given = [name.lower() for spoken in LANGUAGES for name in language(spoken)["first_names"] if name.isascii()]
    tails = ["", "_", ".x", "_92", ".photo", "88", "_official", ".k", "__", "2003", "_travels", ".s", "11", "_art", "_m", "07"]
    handles = pa.array([f"@{name}{tail}" for name in given for tail in tails], pa.large_string())
    return handles.take(pa.array(seed % len(handles)))
