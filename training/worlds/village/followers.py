"""The follower sample: agents at their places in the line, with what a crawler reads of each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.worlds import moments
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, joined, language, phrases
from training.worlds.village import agents
from training.worlds.village.agents import Ids, Seen, luck
from training.worlds.village.crowds import FIRST_LOT
from training.worlds.village.encounters import Agents
from training.worlds.village.faces import COUNTRIES
from training.worlds.village.residents import PLATFORMS, Ints, Residents
from training.worlds.village.town import Town
from training.worlds.village.vendors import TRAITS

# Platforms differ in what they show of a follower: chance that a crawl has the moment of its making, its biography, language, country.
SHOWN = {
    "created": {"x": 0.97, "youtube": 0.85, "instagram": 0.35, "tiktok": 0.35, "snapchat": 0.2},
    "bio": {"x": 0.95, "youtube": 0.6, "instagram": 0.8, "tiktok": 0.8, "snapchat": 0.3},
    "origin": {"x": 0.6, "youtube": 0.6, "instagram": 0.5, "tiktok": 0.6, "snapchat": 0.3},
}
ORDERED = 0.85
TAILS = (
    *("", " · {y}", " | est. {y}", " {y}", " ✨", " ❤️", " 📍", " · mum of two", " · she/her", " · he/him"),
    *(" | {y} 🌍", " 🎓", " · 24/7", " ☕", " 🐾", " · DM"),
)
PROMISES = ("follow back", "f4f", "like 4 like", "new here", "follow me", "hi", "just for fun", "love life", "official", "dm open")


def table(rng: np.random.Generator, town: Town, people: Agents) -> pa.Table:
    who, row, cause = town.who, people.row, people.cause
    seen = _seen(rng, town, people)
    sold = cause >= FIRST_LOT
    before = np.where(
        sold,
        agents.batch_age(people.ids, town.scene.vendors, town.orders.vendor[row], np.maximum(cause - FIRST_LOT, 0)),
        agents.age_at_follow(people.ids, seen.kind),
    )
    created = moments.before(who.observed_us[row], np.minimum(people.age + before, 5_800.0))
    known = {name: _known(rng, who, chances)[row] for name, chances in SHOWN.items()}
    bio = _bios(people, seen)
    has_bio = seen.flag("bio")
    text = pc.if_else(pa.array(has_bio), bio, pa.scalar("", pa.large_string()))
    spoken = pa.array(np.array(LANGUAGES), pa.large_string()).take(pa.array(people.spoken))
    countries = pa.array([country for name in LANGUAGES for country in COUNTRIES[name]], pa.large_string())
    country = people.spoken * 3 + np.minimum(np.floor(3 * luck(people.ids, "country") ** 1.8), 2).astype(np.int64)
    return pa.table(
        {
            "account_id": town.ids.take(pa.array(row)),
            "follower_id": pa.array(people.ids, pa.uint64()).cast(pa.large_string()),
            "rank": pa.array(people.rank, mask=~(rng.random(who.n) < ORDERED)[row]),
            "handle": handles(people, seen),
            "followers": pa.array(seen.count("followers")),
            "following": pa.array(seen.count("following", agents.FOLLOW_LIMIT)),
            "post_count": pa.array(seen.posts()),
            "has_picture": pa.array(seen.flag("picture")),
            "bio": pc.if_else(pa.array(known["bio"]), text, pa.scalar(None, pa.large_string())),
            "bio_length": pc.utf8_length(text).cast(pa.int64()),
            "has_link": pa.array(seen.flag("link")),
            "private": pa.array(seen.flag("private")),
            "verified": pa.array(seen.flag("verified")),
            "created_at": moments.column(created, known["created"]),
            "language": pc.if_else(pa.array(known["origin"]), spoken, pa.scalar(None, pa.large_string())),
            "country": pc.if_else(pa.array(known["origin"]), countries.take(pa.array(country)), pa.scalar(None, pa.large_string())),
        }
    )


def _seen(rng: np.random.Generator, town: Town, people: Agents) -> Seen:
    who, vendors = town.who, town.scene.vendors
    row, sold = people.row, people.cause >= FIRST_LOT
    vendor = town.orders.vendor[row]
    kind = agents.kinds(people.ids, people.cause, vendors.aged[vendor], np.where(sold, who["aged"][row], 0.0))
    return Seen(
        ids=people.ids,
        kind=kind,
        slant=np.where(sold, 0.0, rng.normal(0, agents.AUDIENCE, who.n)[row]),
        taste=np.where(sold[:, None], vendors.taste[vendor], np.zeros((1, len(TRAITS)))),
        decorated=np.where(sold, np.clip(who["aged"][row] - 1, 0, None), 0.0),
        young=np.where(sold, 0.0, who["young"][row]),
        shy=np.where(sold, 0.0, who["private"][row]),
    )


def _known(rng: np.random.Generator, who: Residents, chances: dict[str, float]) -> np.ndarray:
    return np.asarray(rng.random(who.n) < np.array([chances[platform] for platform in PLATFORMS])[who.platform])


def _bios(people: Agents, seen: Seen) -> pa.Array:
    """What they say of themselves: what they came for if they speak of it, else anything; bots repeat a few promises."""
    anything = np.floor(luck(people.ids, "talk") * len(NICHES)).astype(np.int64)
    about = np.where((people.interest >= 0) & (luck(people.ids, "about") < 0.7), people.interest, anything)
    body = _phrase(people.ids, "bio", people.spoken, about)
    years = pa.array([tail.format(y=year) for tail in TAILS for year in range(1971, 2012)], pa.large_string())
    tail = years.take(pa.array(np.floor(luck(people.ids, "tail") * len(years)).astype(np.int64)))
    own = joined(body, tail)
    promised = pa.array(PROMISES, pa.large_string()).take(pa.array(np.floor(luck(people.ids, "promise") * len(PROMISES)).astype(np.int64)))
    hollow = (seen.kind >= agents.PURCHASED_FROM) & (luck(people.ids, "hollow") < 0.35)
    return pc.if_else(pa.array(hollow), promised, own)


def _phrase(ids: Ids, kind: str, spoken: Ints, topic: Ints) -> pa.Array:
    said, k = phrases(), KINDS.index(kind)
    start, size = said.start[k, spoken, topic], said.size[k, spoken, topic]
    return said.texts.take(pa.array(start + np.floor(size * luck(ids, f"say {kind}")).astype(np.int64)))


def _names(part: str) -> list[str]:
    return sorted({name.lower() for spoken in LANGUAGES for name in language(spoken)[part] if name.isascii() and name.isalpha()})


FIRST, LAST = pa.array(_names("first_names"), pa.large_string()), pa.array(_names("last_names"), pa.large_string())
BETWEEN = pa.array([".", "_", "", "", "__"], pa.large_string())
NUMBERS = pa.array([*map(str, range(1960, 2014)), *map(str, range(1, 100)), *(f"{i:02d}" for i in range(60, 100))], pa.large_string())


def handles(people: Agents, seen: Seen) -> pa.Array:
    """First and last name or what one came for, with a number behind it for some; fresh accounts carry whatever the machine made up."""
    ids = people.ids

    def one(of: pa.Array, trait: str) -> pa.Array:
        return of.take(pa.array(np.floor(luck(ids, trait) * len(of)).astype(np.int64)))

    second = pc.if_else(pa.array(luck(ids, "by niche") < 0.15), one(pa.array(NICHES, pa.large_string()), "niche"), one(LAST, "last"))
    plain = joined(one(FIRST, "first"), one(BETWEEN, "between"), second)
    digits = pa.array(np.floor(1000 + 98_000 * luck(ids, "serial")).astype(np.int64)).cast(pa.large_string())
    machine = pa.array((seen.kind >= agents.PURCHASED_FROM) & (luck(ids, "machine") < 0.6))
    number = pc.if_else(machine, digits, one(NUMBERS, "number"))
    return pc.if_else(pa.array(seen.flag("digits")), joined(plain, number), plain)
