"""Meeting followers: whoever stands at a place in a line, and all that follows from who it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.phrases import LANGUAGES, NICHES
from training.worlds.village import agents
from training.worlds.village.agents import Ids, luck
from training.worlds.village.crowds import FIRST_LOT, UNSOLICITED
from training.worlds.village.residents import Floats, Ints
from training.worlds.village.town import Town

# How many accounts a vendor holds: no customer gets one twice.
STOCK = 2**26


@dataclass(frozen=True)
class Agents:
    """Followers by account and rank; `age` is how many days ago each followed, `interest` the niche it came for (-1: for the person)."""

    ids: Ids
    row: Ints
    rank: Ints
    cause: Ints
    age: Floats
    interest: Ints
    spoken: Ints


def meet(town: Town, row: Ints, rank: Ints) -> Agents:
    """The followers at these ranks of these accounts (`row`); who is met twice is the same person."""
    line, orders, of = town.line, town.orders, town.interests
    bin, cause, turn = line.look(row, rank)
    stock = (town.shelf[row] + np.maximum(cause - FIRST_LOT, 0) * (STOCK // 8) + turn) % STOCK
    sold = agents.ids("sold", orders.vendor[row], stock, town.scene.salt)
    ids = np.where(cause >= FIRST_LOT, sold, agents.ids("own", town.who.number[row], rank, town.salt))
    # Within a bin the later in line came later.
    here = (rank - line.before[row, bin] + luck(ids, "moment")) / (line.upto(row, bin) - line.before[row, bin])
    age = town.clock.edges[row, bin] - here * town.clock.width[row, bin]
    person = luck(ids, "person") < of.person[row]
    topic = (np.cumsum(of.mix(row, age), axis=1) < luck(ids, "topic")[:, None]).sum(axis=1).clip(max=len(NICHES) - 1)
    interest = np.where(person | (cause >= UNSOLICITED), -1, topic)
    return Agents(ids, row, rank, cause, age, interest, _spoken(town, ids, row, cause))


def _spoken(town: Town, ids: Ids, row: Ints, cause: Ints) -> Ints:
    """A follower's language: the account's own, or English, or any; lots come from wherever the vendor keeps its accounts."""
    who = town.who
    abroad = luck(ids, "abroad") < np.where(cause >= UNSOLICITED, 0.85, who["foreign"][row])
    any_language = np.floor(luck(ids, "tongue") * len(LANGUAGES)).astype(np.int64)
    home = town.orders.vendor[row] % len(LANGUAGES)
    elsewhere = np.where(luck(ids, "english") < 0.45, LANGUAGES.index("en"), any_language)
    elsewhere = np.where((cause >= FIRST_LOT) & (luck(ids, "home") < 0.6), home, elsewhere)
    return np.where(abroad, elsewhere, who.language[row])
