"""Innocent explanations: each is found where it happened, not where it did not, and left open where nobody could look."""

from random import Random
from typing import Any

import pytest

from features.snapshot import parse
from models.bundle import Bundle
from models.explanation import innocent
from models.innocent import EXPLANATIONS, MOST, explanations
from models.verdict import judge
from tests.models.accounts import BURST_DAY, Document, account, circumstances, comments, followers, history, on, posts

BY_NAME = {explanation.name: explanation for explanation in EXPLANATIONS}
BURST = {BURST_DAY: 900, BURST_DAY + 1: 400}
CAMPAIGN = {BURST_DAY + i: 300 + i % 2 for i in range(13)}
WORDS = "view mountain quiet morning light remember grandmother bicycle station river village coffee autumn shadow winter letter garden"
PRAISE = [" ".join(Random(i).sample(WORDS.split(), 6)) for i in range(30)]
GERMAN = [f"das ist ein sehr schönes Bild und ich bin {i} mal da gewesen" for i in range(30)]


def teens(pictures: bool) -> list[Document]:
    return [
        {**row, "handle": f"mia{1000 + i}", "private": True, "has_picture": pictures, "post_count": 1} for i, row in enumerate(followers())
    ]


# What happened, and what must be said of it: True supported, False refuted, None not to be seen.
CASES: list[tuple[str, bool | None, Document]] = [
    ("viral_post", True, account(history=history(BURST), posts=posts({BURST_DAY: 900}))),
    ("viral_post", False, account(history=history(BURST), posts=posts())),
    ("viral_post", False, account(history=history(BURST), posts=posts({5: 900}))),
    ("viral_post", False, account(history=history(), posts=posts({BURST_DAY: 900}))),
    ("viral_post", None, account(history=history(BURST), posts=[{k: v for k, v in post.items() if k != "likes"} for post in posts()])),
    ("viral_post", None, account(posts=posts({BURST_DAY: 900}))),
    ("giveaway", True, account(history=history(BURST), posts=posts(captions={BURST_DAY - 5: "Großes #Gewinnspiel! Folge uns"}))),
    ("giveaway", True, account(history=history(BURST), posts=posts(captions={BURST_DAY: "ÇEKİLİŞ zamanı"}))),
    ("giveaway", False, account(history=history(BURST), posts=posts())),
    ("giveaway", False, account(history=history(BURST), posts=posts(captions={5: "giveaway"}))),
    ("giveaway", False, account(history=history(), posts=posts(captions={BURST_DAY: "giveaway"}))),
    ("giveaway", None, account(history=history(BURST))),
    ("giveaway", None, account(history=history(BURST), posts=[{k: v for k, v in post.items() if k != "caption"} for post in posts()])),
    ("migration", True, account(history=history(BURST), posts=posts(captions={BURST_DAY - 5: "hello to everybody from TikTok"}))),
    ("migration", False, account(history=history(BURST), posts=posts(captions={BURST_DAY - 5: "hello instagram"}))),
    ("migration", None, account(history=history(BURST))),
    ("paid_advertising", True, account(history=history(CAMPAIGN), posts=posts(sponsored=True))),
    ("paid_advertising", True, account(history=history(CAMPAIGN), posts=posts(dict.fromkeys(range(BURST_DAY, 90, 5), 20)))),
    ("paid_advertising", False, account(history=history(CAMPAIGN), posts=posts(dict.fromkeys(range(BURST_DAY, 90, 5), 200)))),
    ("paid_advertising", False, account(history=history(BURST), posts=posts(sponsored=True))),
    ("paid_advertising", None, account(history=history(CAMPAIGN))),
    ("purge", True, account(history=history({40: -400}))),
    ("purge", False, account(history=history())),
    ("purge", False, account(history=history({40: -400, 45: 400}))),
    ("purge", None, account(posts=posts())),
    ("newcomer", True, account(created_at="2026-08-01T00:00:00Z")),
    ("newcomer", False, account(created_at="2019-08-01T00:00:00Z")),
    ("newcomer", None, account()),
    ("rival", None, account(history=history(BURST), posts=posts(), follower_sample=followers())),
    ("celebrity", True, account(followers=2_000_000)),
    ("celebrity", True, account(followers=200_000, verified=True)),
    ("celebrity", False, account(followers=200_000, verified=False)),
    ("celebrity", False, account(verified=True)),
    ("celebrity", None, account(followers=200_000)),
    ("teenagers", True, account(follower_sample=teens(True), posts=posts(), comments=comments(PRAISE))),
    ("teenagers", False, account(follower_sample=teens(False), posts=posts(), comments=comments(PRAISE))),
    ("teenagers", False, account(follower_sample=followers())),
    ("teenagers", None, account(follower_sample=[{"follower_id": f"f{i}", "following": i} for i in range(40)])),
    ("follow_back_niche", True, account(following=8000)),
    ("follow_back_niche", True, account(posts=posts(captions={5: "sunset #f4f"}))),
    ("follow_back_niche", True, account(posts=posts(hashtags=["FollowBack"]))),
    ("follow_back_niche", False, account(following=300, posts=posts())),
    ("follow_back_niche", None, account(posts=posts())),
    ("foreign_fandom", True, account(language="en", posts=posts(), follower_sample=followers(language="de-CH"), comments=comments(GERMAN))),
    ("foreign_fandom", False, account(language="de", posts=posts(), follower_sample=followers(language="de"), comments=comments(GERMAN))),
    ("foreign_fandom", False, account(language="en", posts=posts(), follower_sample=followers(language="pt"), comments=comments(GERMAN))),
    ("foreign_fandom", None, account(language="en", posts=posts(), comments=comments(GERMAN))),
    ("comments_off", True, account(posts=[post | {"comments": 0} for post in posts()])),
    ("comments_off", False, account(posts=posts())),
    ("comments_off", None, account(posts=[{k: v for k, v in post.items() if k != "comments"} for post in posts()])),
    ("likes_hidden", True, account(posts=[post | {"likes": None} if i % 2 else post for i, post in enumerate(posts())])),
    ("likes_hidden", False, account(posts=posts())),
    ("likes_hidden", None, account()),
    ("brand_account", True, account(category="Product/Service, Shop")),
    ("brand_account", False, account(category="Public figure")),
    ("brand_account", None, account()),
    ("dormant_season", True, account(posts=posts()[:4])),
    ("dormant_season", True, account(posts=posts()[:2] + posts()[-2:])),
    ("dormant_season", False, account(posts=posts())),
    ("dormant_season", None, account()),
    ("short_praise", True, account(posts=posts(), comments=comments(["😍😍", "wow", "amen 🙏"] * 10))),
    ("short_praise", False, account(posts=posts(), comments=comments(PRAISE))),
    ("short_praise", False, account(posts=posts(), comments=comments(["😍😍"] * 30, author_id="author-1"))),
    ("short_praise", None, account(posts=posts())),
]


@pytest.mark.parametrize(("name", "expected", "document"), CASES, ids=[f"{name}-{said}-{i}" for i, (name, said, _) in enumerate(CASES)])
def test_an_explanation_is_found_where_it_happened_and_only_there(
    small_bundle: Bundle, name: str, expected: bool | None, document: Document
) -> None:
    finding = BY_NAME[name].test(circumstances(small_bundle, document))
    assert finding.supported is expected, finding.sentence
    assert finding.sentence.endswith(".") and (finding.sentence[0].isupper() or finding.sentence[0].isdigit())
    assert "nan" not in finding.sentence and "inf" not in finding.sentence.split()


def test_every_explanation_was_seen_supported_refuted_and_open() -> None:
    told = {(name, said) for name, said, _ in CASES}
    # Nothing that is seen of an account tells who ordered its followers.
    always_open = {("rival", True), ("rival", False)}
    assert {(name, said) for name in BY_NAME for said in (True, False, None)} - told == always_open


def reason(feature: str, weight: float) -> Document:
    return {"feature": feature, "weight": weight}


def test_only_what_bears_on_the_reasons_is_told(small_bundle: Bundle) -> None:
    c = circumstances(small_bundle, account(history=history(BURST), posts=posts({BURST_DAY: 900}), follower_sample=followers()))
    names = [entry["name"] for entry in explanations([reason("growth_burst", 1.0)], c)]
    assert names[0] == "viral_post" and "teenagers" not in names and len(names) <= MOST
    assert {entry["name"] for entry in explanations([reason("comment_mattr", 1.0)], c)} == {"short_praise"}
    assert explanations([], c) == []


def test_reasons_for_a_no_need_no_explanation(small_bundle: Bundle) -> None:
    c = circumstances(small_bundle, account(history=history(BURST), posts=posts({BURST_DAY: 900})))
    assert explanations([reason("growth_burst", -1.0)], c) == []


def test_supported_ones_come_first_then_the_open_then_the_refuted(small_bundle: Bundle) -> None:
    c = circumstances(small_bundle, account(history=history(BURST), posts=posts({BURST_DAY: 900}), follower_sample=followers()))
    found = explanations([reason("growth_burst", 1.0), reason("purchased_type_share", 3.0)], c)
    states = [(entry["supported"], entry["looked_at"]) for entry in found]
    assert states == [(True, True), (False, False), (False, False), (False, False), (False, True)]
    # The day the account was created and how many it follows are not known. Among the open ones the heaviest reasons come first.
    assert [entry["name"] for entry in found][:4] == ["viral_post", "rival", "follow_back_niche", "newcomer"]
    assert all(list(entry) == ["name", "sentence", "supported", "looked_at"] for entry in found)


def test_a_supported_explanation_changes_no_probability(small_bundle: Bundle) -> None:
    """A caption that says giveaway is for the reader; it must not be a cheap way to a clean verdict."""
    plain = account(history=history(BURST), posts=posts(), follower_sample=followers(has_picture=False, post_count=0, following=5000))
    excused = {**plain, "posts": posts(captions={BURST_DAY: "giveaway! giveaway!"})}
    before, after = judge(small_bundle, [parse(plain), parse(excused)])
    one, other = before["heads"]["bought_followers"], after["heads"]["bought_followers"]
    assert one["probability"] == other["probability"]
    told = [explanations([reason("growth_burst", 1.0)], circumstances(small_bundle, given)) for given in (plain, excused)]
    supported = [{entry["name"] for entry in entries if entry["supported"]} for entries in told]
    assert ("giveaway" in supported[0], "giveaway" in supported[1]) == (False, True)


def test_the_sentence_has_the_numbers(small_bundle: Bundle) -> None:
    c = circumstances(small_bundle, account(history=history(BURST), posts=posts({BURST_DAY: 900})))
    (viral,) = (entry for entry in explanations([reason("growth_burst", 1.0)], c) if entry["name"] == "viral_post")
    assert on(BURST_DAY) == "2026-10-02"
    assert "the post of 2 October 2026 got 900 likes, 8.9 times the usual 101" in viral["sentence"]
    assert "(2 October 2026 to 3 October 2026)" in viral["sentence"]


def test_explanations_of_hundreds_of_accounts_keep_to_the_rules(explained: list[Document]) -> None:
    seen = set()
    for verdict in explained:
        for head in verdict["heads"].values():
            told = head["innocent_explanations"]
            towards = {entry["feature"] for entry in head["reasons"] if entry["weight"] > 0}
            assert len(told) <= MOST and len({entry["name"] for entry in told}) == len(told)
            assert all(BY_NAME[entry["name"]].bears_on & towards for entry in told)
            assert not any(entry["supported"] and not entry["looked_at"] for entry in told)
            seen |= {(entry["name"], entry["supported"]) for entry in told}
    assert len(seen) > 10


def test_an_explanation_of_a_feature_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no_such_feature"):
        innocent("?", bears_on=("no_such_feature",))


@pytest.mark.parametrize("text", ["\x00" * 5000, "giveaway " * 20_000, "𝔤𝔦𝔳𝔢𝔞𝔴𝔞𝔶", "\u202egnp", "#" * 10_000])
def test_hostile_captions_do_no_harm(small_bundle: Bundle, text: str) -> None:
    c = circumstances(small_bundle, account(history=history(BURST), posts=posts(captions={BURST_DAY: text}), category=text, language=text))
    for explanation in EXPLANATIONS:
        assert len(explanation.test(c).sentence) < 400


def test_extreme_numbers_do_no_harm(small_bundle: Bundle) -> None:
    most: Any = 10**13
    document = account(
        followers=0,
        following=most,
        posts=posts(dict.fromkeys(range(0, 90, 10), most)),
        history=history({BURST_DAY: most // 2}),
        follower_sample=followers(followers=most, following=0, post_count=most),
    )
    c = circumstances(small_bundle, document)
    assert all(explanation.test(c).sentence for explanation in EXPLANATIONS)
