"""The comments as a crawler reads them: what fans, packages, pods and strangers write, and what the owner answers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.draws import mixed
from training.worlds import moments
from training.worlds.phrases import EMOJI_ONLY, ENDINGS, KINDS, SPAM, joined, phrases
from training.worlds.village import talk
from training.worlds.village.followers import FIRST, NUMBERS
from training.worlds.village.posts import Posts
from training.worlds.village.residents import Ints, Residents
from training.worlds.village.talk import ENTRY, FAN, PACKAGE, POD, Talk
from training.worlds.village.town import Town
from training.worlds.village.vendors import Vendors

# What fans write. The closer the tie, the more they speak to the person (Thelwall 2022), ask and tell [D].
KINDS_SAID = ("generic", "topic", "address", "question", "story")
DISTANT, CLOSE = np.array([0.52, 0.28, 0.08, 0.08, 0.04]), np.array([0.24, 0.24, 0.28, 0.14, 0.10])
# Closeness beyond which the tone grows no closer, as a share of comments that are answered.
CLOSEST = 0.6
NAMED, TAGGED, TWO_SENTENCES, ASKED = 0.2, 0.08, 0.15, 0.8
ANSWER_HOURS = 5.0


def table(rng: np.random.Generator, town: Town, names: pa.Array, said: Talk) -> pa.Table:
    who, posts = town.who, town.posts
    account, m = posts.account[said.post], len(said.post)
    text = _texts(rng, town, names, said)
    age = posts.calendar.age[said.post] - said.hours / 24
    answered = np.flatnonzero((rng.random(m) < who.personal[account]) & np.isin(said.role, (FAN, POD)))
    reply_age = age[answered] * np.exp(-rng.exponential(ANSWER_HOURS / 24, len(answered)) / np.maximum(age[answered], 0.05))
    reply = _replies(rng, who, posts, said, answered)
    order = np.lexsort((-np.concatenate([age, reply_age]), np.concatenate([account, account[answered]])))
    source = np.concatenate([np.arange(m), answered])[order]
    own = np.concatenate([np.zeros(m, dtype=bool), np.ones(len(answered), dtype=bool)])[order]
    numbers = np.arange(m + len(answered)).astype(np.uint64) + (np.uint64(who.first) << np.uint64(32))
    comment_id = pa.array(mixed(numbers + (np.uint64(7) << np.uint64(60))), pa.uint64()).cast(pa.large_string())
    author = pa.array(said.author, pa.uint64()).cast(pa.large_string()).take(pa.array(source))
    likes = rng.poisson(rng.standard_gamma(0.35, len(order)) * 0.8 * np.log1p(posts.own_likes[said.post[source]]))
    return pa.table(
        {
            "account_id": town.ids.take(pa.array(account[source])),
            "post_id": town.post_ids.take(pa.array(said.post[source])),
            "comment_id": comment_id.take(pa.array(order)),
            "author_id": pc.if_else(pa.array(own), town.ids.take(pa.array(account[source])), author),
            "commented_at": moments.column(
                moments.before(who.observed_us[account[source]], np.maximum(np.concatenate([age, reply_age])[order], 0.0))
            ),
            "text": pa.concat_arrays([text, reply]).take(pa.array(order)),
            "likes": pa.array(likes),
            "by_owner": pa.array(own),
            "reply_to": pc.if_else(pa.array(own), comment_id.take(pa.array(source)), pa.scalar(None, pa.large_string())),
        }
    )


def _texts(rng: np.random.Generator, town: Town, names: pa.Array, said: Talk) -> pa.Array:
    who, posts = town.who, town.posts
    account, m, role = posts.account[said.post], len(said.post), said.role
    topic = posts.topic[said.post]
    spoken = np.where(said.spoken >= 0, said.spoken, who.language[account])
    kind = _kinds(rng, who, posts, said)
    body = phrases().pick(rng, kind, spoken, topic)
    generic = kind == KINDS.index("generic")
    emoji = (role == FAN) & (rng.random(m) < who["emoji"][account])
    twice = (role == FAN) & ~emoji & (rng.random(m) < TWO_SENTENCES)
    second = phrases().pick(rng, np.where(rng.random(m) < 0.5, KINDS.index("generic"), kind), spoken, topic)
    body = pc.if_else(pa.array(twice), joined(body, second, by=". "), body)
    named = (kind == KINDS.index("address")) & (rng.random(m) < NAMED)
    body = pc.if_else(pa.array(named), joined(names.take(pa.array(account)), body, by=" "), body)
    tagged = ((role == FAN) & generic & (rng.random(m) < TAGGED)) | ((role == ENTRY) & (rng.random(m) < 0.6))
    body = pc.if_else(pa.array(tagged), joined(_friend(mixed(said.author)), body, by=" "), body)
    asked = pa.array((kind == KINDS.index("question")) & ~twice & (rng.random(m) < ASKED))
    body = joined(body, pc.if_else(asked, pa.scalar("?", pa.large_string()), _any_of(rng, ENDINGS, m)))
    body = pc.if_else(pa.array(emoji), _any_of(rng, EMOJI_ONLY, m), body)
    from_library = (role == PACKAGE) & (who["comment_craft"][account] < 2)
    body = pc.if_else(pa.array(from_library), _library(rng, town.scene.vendors, town.orders.vendor[account]), body)
    return pc.if_else(pa.array(role == talk.SPAM), _any_of(rng, SPAM, m), body)


def _kinds(rng: np.random.Generator, who: Residents, posts: Posts, said: Talk) -> Ints:
    account, m = posts.account[said.post], len(said.post)
    close = np.minimum(who.personal / CLOSEST, 1)[:, None]
    habit = rng.standard_gamma(15.0, (who.n, len(KINDS_SAID)))
    chances = np.cumsum((DISTANT + close * (CLOSE - DISTANT)) * habit, axis=1)[account]
    fan = (chances < (rng.random(m) * chances[:, -1])[:, None]).sum(axis=1).clip(max=len(KINDS_SAID) - 1)
    kind = np.array([KINDS.index(name) for name in KINDS_SAID])[fan]
    on_topic = rng.random(m) < who["pod_on_topic"][account]
    pod = np.where(on_topic, KINDS.index("topic"), KINDS.index("pod"))
    # Comments made for the language praise; made for the topic, by a machine, they speak of nothing else.
    made = np.where(who["comment_craft"][account] >= 3, KINDS.index("topic"), KINDS.index("generic"))
    return np.select([said.role == POD, said.role == PACKAGE, said.role == ENTRY], [pod, made, KINDS.index("giveaway")], kind)


def _library(rng: np.random.Generator, vendors: Vendors, vendor: Ints) -> pa.Array:
    """A vendor's phrases by Zipf's law: a few make up most of a delivery."""
    size = vendors.library[vendor]
    place = np.floor(np.exp(rng.random(len(vendor)) * np.log(size + 1.0))).astype(np.int64) - 1
    return vendors.texts.take(pa.array(vendors.first_text[vendor] + np.minimum(place, size - 1)))


def _replies(rng: np.random.Generator, who: Residents, posts: Posts, said: Talk, answered: Ints) -> pa.Array:
    post = said.post[answered]
    body = phrases().pick(rng, np.full(len(post), KINDS.index("reply")), who.language[posts.account[post]], posts.topic[post])
    called = joined(_friend(said.author[answered]), body, by=" ")
    body = pc.if_else(pa.array(rng.random(len(post)) < 0.5), called, body)
    return joined(body, _any_of(rng, ENDINGS, len(post)))


def _friend(numbers: np.ndarray) -> pa.Array:
    """A handle to call somebody by, the same for the same number."""
    first = FIRST.take(pa.array((numbers % np.uint64(len(FIRST))).astype(np.int64)))
    last = NUMBERS.take(pa.array(((numbers >> np.uint64(20)) % np.uint64(len(NUMBERS))).astype(np.int64)))
    return joined(pa.scalar("@", pa.large_string()), first, last)


def _any_of(rng: np.random.Generator, choices: tuple[str, ...], n: int) -> pa.Array:
    return pa.array(choices, pa.large_string()).take(pa.array(rng.integers(0, len(choices), n)))
