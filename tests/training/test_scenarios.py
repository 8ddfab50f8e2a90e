"""Every scenario of the high street against its clean twin: the same luck, one thing different."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from training.worlds import high_street, scenarios
from training.worlds.high_street import kinds

Frames = dict[str, pd.DataFrame]
N = 150


@cache
def drawn(scenario: str) -> Frames:
    """The same 150 draws of luck as accounts of one kind."""
    street, child = np.random.SeedSequence(5).spawn(2)
    tables = high_street.part(high_street.setting(street, scenarios={scenario: 1.0}), child, 0, N)
    return {name: table.to_pandas() for name, table in tables.items()}


def gain(frames: Frames) -> float:
    """The largest gain of two weeks as a share of today's followers, median."""
    days = frames["history"].sort_values(["account_id", "date"]).groupby("account_id")["followers"]
    return float(days.apply(lambda f: (f.diff(14).max() / f.iloc[-1]) if len(f) > 14 else np.nan).median())


def day_gain(frames: Frames) -> float:
    """The largest gain of a day as a share of what was bought, median over those who bought within the days seen."""
    share = frames["truth"].set_index("account_id")["bought_share"]
    days = frames["history"].sort_values(["account_id", "date"]).groupby("account_id")["followers"]
    best = days.apply(lambda f: f.diff().max() / f.iloc[-1])
    grown = days.apply(lambda f: 1 - f.iloc[0] / f.iloc[-1]) > 0.5 * share.reindex(best.index)
    return float((best / share.reindex(best.index))[grown].median())


def day_loss(frames: Frames) -> float:
    days = frames["history"].sort_values(["account_id", "date"]).groupby("account_id")["followers"]
    return float(days.apply(lambda f: -f.pct_change().min()).median())


def began(frames: Frames) -> float:
    """The first count that is seen as a share of the last, median."""
    days = frames["history"].sort_values(["account_id", "date"]).groupby("account_id")["followers"]
    return float((days.first() / days.last()).median())


def foreign(frames: Frames) -> float:
    own = frames["accounts"].set_index("account_id")["language"]
    known = frames["follower_sample"].dropna(subset=["language"])
    return float((known["language"] != known["account_id"].map(own)).mean())


def private(frames: Frames) -> float:
    return float(frames["follower_sample"]["private"].astype(float).mean())


def digits(frames: Frames) -> float:
    return float(frames["follower_sample"]["handle"].str.contains(r"\d\d$").mean())


def wordless(frames: Frames) -> float:
    mine = frames["comments"].query("not by_owner")
    return float((~mine["text"].str.contains("[A-Za-z]", regex=True)).mean())


def comments_per_like(frames: Frames) -> float:
    posts = frames["posts"].groupby("account_id")[["comments", "likes"]].sum(min_count=1)
    return float((posts["comments"] / posts["likes"]).median())


def likes(frames: Frames) -> float:
    """Likes per follower."""
    followers = frames["accounts"].set_index("account_id")["followers"]
    return float((frames["posts"].groupby("account_id")["likes"].median() / followers).median())


def sponsored(frames: Frames) -> float:
    return float(frames["posts"]["sponsored"].mean())


def silence(frames: Frames) -> float:
    seen = frames["accounts"].set_index("account_id")["observed_at"]
    return float((seen - frames["posts"].groupby("account_id")["posted_at"].max()).dt.days.median())


def mass(frames: Frames) -> float:
    sample = frames["follower_sample"]
    return float(((sample["following"] > 1000) & (sample["following"] > sample["followers"])).mean())


def high_ratio(frames: Frames) -> float:
    sample = frames["follower_sample"]
    return float((sample["following"] + 1 > 5 * (sample["followers"] + 1)).mean())


def unsolicited(frames: Frames) -> float:
    return float(frames["truth"]["unsolicited_share"].median())


def comments(frames: Frames) -> float:
    return float(frames["posts"]["comments"].sum())


def posts(frames: Frames) -> float:
    return float(len(frames["posts"]))


def days(frames: Frames) -> float:
    return float(len(frames["history"]))


HIGHER: tuple[tuple[str, Callable[[Frames], float], float], ...] = (
    ("viral", gain, 3.0),
    ("platform_boost", gain, 2.0),
    ("giveaway", gain, 2.0),
    ("giveaway", comments, 1.1),
    ("paid_ads", gain, 2.0),
    ("migration", gain, 3.0),
    ("celebrity_bots", unsolicited, 1.8),
    ("celebrity", unsolicited, 1.5),
    ("purge", day_loss, 1.3),
    ("foreign_fandom", foreign, 3.0),
    ("teens", private, 1.8),
    ("teens", digits, 2.0),
    ("private_families", private, 2.0),
    ("emoji_fans", wordless, 2.0),
    ("memes", wordless, 1.3),
    ("business", sponsored, 4.0),
    ("dormant", silence, 10.0),
    ("dormant_seasonal", silence, 8.0),
    ("follow_back_niche", mass, 1.5),
    ("follow_unfollow", mass, 1.2),
    ("bought_instant", high_ratio, 1.2),
)
LOWER: tuple[tuple[str, Callable[[Frames], float], float], ...] = (
    ("fast_newcomer", began, 0.7),
    ("memes", comments_per_like, 0.6),
    ("business", likes, 0.6),
    ("diluted", likes, 0.8),
    ("depersonalised", likes, 0.9),
    ("bought_instant", likes, 0.95),
    ("renamed", posts, 0.7),
    ("renamed", days, 0.6),
)
# What falls, or rises, from each level of an attack to the next.
FALLS: tuple[tuple[str, Callable[[Frames], float]], ...] = (
    ("drip", day_gain),
    ("history_wipe", days),
    ("history_wipe", posts),
    ("newest_clean", high_ratio),
)
RISES: tuple[tuple[str, Callable[[Frames], float]], ...] = (("proportional_likes", likes), ("topic_pod", comments), ("cheap_reach", gain))


@pytest.mark.parametrize(("name", "measure", "factor"), HIGHER, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_scenario_lies_above_its_clean_twin(name, measure, factor):
    assert measure(drawn(name)) > factor * measure(drawn("organic_general")) > 0


@pytest.mark.parametrize(("name", "measure", "factor"), LOWER, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_scenario_lies_below_its_clean_twin(name, measure, factor):
    assert 0 < measure(drawn(name)) < factor * measure(drawn("organic_general"))


@pytest.mark.parametrize(("attack", "measure"), FALLS)
def test_each_level_of_an_attack_hides_more(attack, measure):
    one, two, three = (measure(drawn(f"{attack}_{level}")) for level in scenarios.ATTACK_LEVELS)
    assert one > two > three >= 0


@pytest.mark.parametrize(("attack", "measure"), RISES)
def test_each_level_of_an_attack_adds_more(attack, measure):
    one, two, three = (measure(drawn(f"{attack}_{level}")) for level in scenarios.ATTACK_LEVELS)
    assert one < two < three


@pytest.mark.parametrize("name", [name for name in scenarios.HARD_NEGATIVES if name != "rival_attack"])
def test_an_honest_kind_bought_nothing(name):
    truth, labels = drawn(name)["truth"], drawn(name)["labels"]
    assert (truth["bought_share"] == 0).all() and (truth["vendor"] == "none").all()
    assert (labels[labels["head"].isin(["bought_followers", "bought_engagement"])]["value"] == 0).all()


def test_a_rivals_victim_is_labelled_by_what_its_followers_are():
    truth = drawn("rival_attack")["truth"].set_index("account_id")["bought_share"]
    labels = drawn("rival_attack")["labels"].query("head == 'bought_followers'").set_index("account_id")["value"]
    assert (labels == (truth >= 0.05)).all() and labels.mean() > 0.7
    # The smallest lot is 100, so that who has 50 followers is drowned in them.
    assert 0.1 < truth.median() < 0.35 and truth.max() < 0.9
    assert (drawn("rival_attack")["labels"].query("head == 'bought_engagement'")["value"] == 0).all()


def test_what_is_closed_small_or_only_newest_looks_so():
    closed = drawn("closed_comments")
    assert closed["posts"]["comments"].isna().all() and closed["comments"].empty
    assert drawn("tiny")["accounts"]["followers"].max() < 100
    assert (drawn("newest_clean_2")["accounts"]["sample_method"].isin(["newest", "census"])).all()
    newest = drawn("newest_clean_2")["follower_sample"].groupby("account_id")["rank"].max() + 1
    total = drawn("newest_clean_2")["accounts"].set_index("account_id")["followers"]
    assert (newest == total.reindex(newest.index)).all()


def test_packages_of_the_third_level_are_written_for_the_post():
    said = {level: set(drawn(f"comment_packages_{level}")["comments"]["text"]) for level in (2, 3)}
    sold = {text for library in _libraries() for text in library}
    assert len(said[2] & sold) > 5 * len(said[3] & sold)
    assert comments(drawn("comment_packages_1")) < comments(drawn("comment_packages_2"))


def test_the_older_the_bought_followers_the_less_they_were_made_together():
    def together(name: str) -> float:
        """The largest part of a sample that was made within the same month, mean over accounts that tell it."""
        made = drawn(name)["follower_sample"].dropna(subset=["created_at"])
        month = made["created_at"].dt.strftime("%Y-%m")
        return float(month.groupby(made["account_id"]).agg(lambda m: m.value_counts(normalize=True).iloc[0]).mean())

    assert together("aged_1") > together("aged_2") > together("aged_3")


def test_effects_are_told_exactly_and_by_their_causes_alone():
    bought = drawn("bought_instant")["truth"]
    assert np.allclose(bought["bought_dex"], np.log10(1 - bought["bought_share"]))
    diluted, lost = drawn("diluted")["truth"], drawn("depersonalised")["truth"]
    assert (diluted["diluted_dex"] < 0).mean() > 0.95 and (diluted["depersonalised_dex"] == 0).all()
    assert lost["depersonalised_dex"].between(-0.35, -0.05).all() and (lost["diluted_dex"] == 0).all()
    assert (drawn("drip_2")["truth"][["diluted_dex", "depersonalised_dex"]] == 0).all(axis=None)
    clean = drawn("organic_general")["truth"]
    assert (clean[["bought_dex", "diluted_dex", "depersonalised_dex"]] == 0).all(axis=None)


def test_commenters_are_among_the_sampled_followers():
    """A sample that holds nearly everybody holds most commenters; one in a thousand holds hardly any."""
    frames = drawn("tiny")
    ids = frames["follower_sample"].groupby("account_id")["follower_id"].agg(set)
    said = frames["comments"].query("not by_owner")
    said = said[said["account_id"].isin(ids.index)]
    met = np.mean([author in ids[account] for account, author in zip(said["account_id"], said["author_id"], strict=True)])
    assert 0.4 < met < 0.95


def test_the_names_and_weights_of_scenarios_are_held_to():
    assert kinds.NAMES == scenarios.SCENARIOS
    assert all(kind.source for kind in kinds.KINDS)
    with pytest.raises(ValueError, match="none below 0"):
        high_street.setting(np.random.SeedSequence(1), scenarios={"viral": -1.0, "tiny": 2.0})


def _libraries() -> list[set[str]]:
    street, _ = np.random.SeedSequence(5).spawn(2)
    return [set(library.to_pylist()) for library in high_street.setting(street).vendors.texts]
