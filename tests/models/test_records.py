"""Records behind reasons: the right rows, under pseudonyms, and nothing that one person wrote."""

import hashlib
from typing import Any

import orjson
import pytest

from features.catalog import NAMES
from features.snapshot import parse
from models.bundle import Bundle
from models.finders.record import CANDIDATES, about, pseudonym
from models.records import FINDERS, MOST, WITHOUT_RECORDS, evidence_of
from models.verdict import judge
from tests.models.accounts import BURST_DAY, Document, account, circumstances, comments, followers, history, on, posts


def found(bundle: Bundle, feature: str, document: Document) -> list[dict[str, str]]:
    (evidence,) = evidence_of([{"feature": feature}], circumstances(bundle, document))
    return evidence


def named(*ids: str, account_id: str = "1") -> list[str]:
    """The pseudonyms, as anybody who has the account's data can make them."""
    return [hashlib.sha256(f"{account_id}\0{identity}".encode()).hexdigest()[:16] for identity in ids]


def test_every_feature_has_a_finder_or_is_said_to_have_none() -> None:
    assert set(FINDERS) | WITHOUT_RECORDS == set(NAMES)
    assert not set(FINDERS) & WITHOUT_RECORDS


def odd_followers(**odd: Any) -> list[Document]:
    """100 plain followers with pictures, of whom those at 7, 50 and 93 are odd."""
    return [{**row, "has_picture": True, **(odd if i in (7, 50, 93) else {})} for i, row in enumerate(followers())]


@pytest.mark.parametrize(
    ("feature", "odd"),
    [
        ("follower_no_picture_share", {"has_picture": False}),
        ("follower_no_picture_share_low", {"has_picture": False}),
        ("follower_high_ratio_share", {"following": 7000, "followers": 3}),
        ("follower_follow_ratio", {"following": 7000, "followers": 3}),
        ("follower_following_per_post", {"following": 7000, "post_count": 0}),
        ("mass_follower_share", {"following": 7000}),
        ("follower_no_posts_share", {"post_count": 0}),
        ("follower_few_posts_share", {"post_count": 1}),
        ("follower_empty_bio_share", {"bio": ""}),
        ("purchased_type_share", {"following": 7000, "followers": 3, "post_count": 0, "has_picture": False}),
        ("follower_residual", {"following": 0, "followers": 900_000, "post_count": 0, "has_picture": False}),
    ],
)
def test_the_followers_that_drive_a_feature_are_named(small_bundle: Bundle, feature: str, odd: Document) -> None:
    sample = odd_followers(**odd)
    records = found(small_bundle, feature, account(follower_sample=sample))
    assert {record["record"] for record in records} <= set(named("follower-7", "follower-50", "follower-93"))
    assert records and {record["table"] for record in records} == {"follower_sample"}
    if feature != "follower_residual":
        assert len(records) == 3


def test_followers_created_together_are_named_with_their_weeks(small_bundle: Bundle) -> None:
    sample = [{**row, "created_at": f"20{10 + i % 14}-{1 + i % 12:02d}-{1 + i % 28:02d}T00:00:00Z"} for i, row in enumerate(followers(200))]
    for i in range(100, 140):
        sample[i]["created_at"] = f"2026-03-{1 + i % 5:02d}T00:00:00Z"
    records = found(small_bundle, "creation_date_burst", account(platform="x", follower_sample=sample))
    assert {record["record"] for record in records} <= set(named(*(f"follower-{i}" for i in range(100, 140)))) and len(records) == 3
    assert all("one of 40 of 200 created within 7 days from 1 March 2026" in record["sentence"] for record in records)
    batch = found(small_bundle, "follow_order_anomaly_share", account(follower_sample=sample))
    assert {record["record"] for record in batch} <= set(named(*(f"follower-{i}" for i in range(100, 140)))) and len(batch) == 3


def test_days_of_a_burst_are_named_by_their_date(small_bundle: Bundle) -> None:
    burst = account(history=history({BURST_DAY: 900, BURST_DAY + 1: 400}))
    records = found(small_bundle, "growth_burst", burst)
    assert [record["record"] for record in records] == [on(BURST_DAY), on(BURST_DAY + 1)]
    assert records[0]["sentence"].startswith("On 2 October 2026 900 followers came, where 2")
    (loss, *_) = found(small_bundle, "churn_share", account(history=history({40: -400})))
    assert loss == {"table": "history", "record": on(40), "sentence": "On 12 September 2026 400 followers left."}


def test_posts_are_named_with_their_counts(small_bundle: Bundle) -> None:
    rows = [post | {"views": 50 if i == 3 else 1000} for i, post in enumerate(posts())]
    (record,) = found(small_bundle, "likes_beyond_views_share", account(posts=rows))
    assert (record["table"], record["record"]) == ("posts", *named("post-15"))
    assert record["sentence"] == "The post of 18 August 2026: 100 likes, 4 comments, 50 views."
    packages = [post | {"likes": 1010 if post["post_id"] == "post-20" else 333} for post in posts()]
    (package,) = found(small_bundle, "like_package_share", account(posts=packages))
    assert package["record"] == named("post-20")[0]


TEMPLATE = "great picture keep it up"


def test_a_template_is_quoted_once_with_how_many_wrote_it(small_bundle: Bundle) -> None:
    texts = [f"my own thought number {word} about this" for word in "abcdefghijkl"] + [
        TEMPLATE,
        "Great picture, keep it up!!",
        f"{TEMPLATE} 😍",
    ] * 3
    (record,) = found(small_bundle, "comment_near_duplicate_share", account(posts=posts(), comments=comments(texts)))
    assert record["record"] in named(*(f"comment-{i}" for i in range(12, 21)))
    quoted, rest = record["sentence"].removeprefix("“").split("”")
    assert quoted.lower().replace(",", "").rstrip("!😍 ") == TEMPLATE and rest == " stands here in the same words by 9 people."


def test_what_one_person_wrote_is_never_repeated(small_bundle: Bundle) -> None:
    private = "call me under 0170 1234567 my dear friend of old"
    texts = [private] * 15 + [f"my own thought number {word} about this" for word in "abcdefghijkl"]
    rows = [{**row, "author_id": "author-1" if row["text"] == private else row["author_id"]} for row in comments(texts)]
    document = account(posts=posts(), comments=rows)
    for feature in FINDERS:
        assert not any("dear" in record["sentence"] or "thought" in record["sentence"] for record in found(small_bundle, feature, document))


def test_names_numbers_and_addresses_are_left_out_of_a_shared_phrase(small_bundle: Bundle) -> None:
    shared = "dm @anna.meier now at www.spam.example or 555-1234 for free things and much more beyond"
    (record,) = found(small_bundle, "comment_near_duplicate_share", account(posts=posts(), comments=comments([shared] * 12)))
    quoted = record["sentence"].split("”")[0]
    assert quoted.startswith("“dm … now at … or … for") and len(quoted) <= 42
    assert not any(word in record["sentence"] for word in ("anna", "spam", "555"))


def test_nearly_equal_comments_are_named_without_their_words(small_bundle: Bundle) -> None:
    texts = [f"aaa great picture of the mountain keep it up {word}" for word in ("anna", "berta", "carla", "dora", "emma", "fritz")]
    texts += [f"thought {word} on {word}s and {word}ness" for word in ("tree", "river", "hill", "lake", "moss")]
    records = found(small_bundle, "comment_near_duplicate_share", account(posts=posts(), comments=comments(texts)))
    assert records and all("shares" in record["sentence"] and "mountain" not in record["sentence"] for record in records)


def test_busy_commenters_are_named(small_bundle: Bundle) -> None:
    rows = comments([f"thought {i}" for i in range(40)])
    rows = [{**row, "author_id": "busy" if i < 25 else row["author_id"]} for i, row in enumerate(rows)]
    (record,) = found(small_bundle, "commenter_concentration", account(posts=posts(), comments=rows))
    assert record == {"table": "comments", "record": named("busy")[0], "sentence": "One person wrote 25 of the 40 comments."}
    (faithful,) = found(small_bundle, "co_commenter_share", account(posts=posts(), comments=rows))
    assert faithful["sentence"] == "One person commented under 16 of the 16 posts with comments."


def test_the_same_person_has_another_name_in_anothers_verdict() -> None:
    assert pseudonym("1", b"follower-7") == named("follower-7")[0]
    assert pseudonym("2", b"follower-7") != pseudonym("1", b"follower-7")


def test_counts_of_strangers_are_rounded() -> None:
    assert [about(n) for n in (0, 7, 99, 100, 1234, 98_765, 10**13)] == [
        *("0", "7", "99", "about 100", "about 1,200", "about 99,000"),
        "about 10,000,000,000,000",
    ]


def test_a_record_is_told_once_where_there_are_others(small_bundle: Bundle) -> None:
    sample = [{**row, "post_count": 0, "has_picture": False} for row in followers(40)]
    two = [{"feature": "follower_no_posts_share"}, {"feature": "follower_no_picture_share"}]
    one, other = evidence_of(two, circumstances(small_bundle, account(follower_sample=sample)))
    assert len(one) == len(other) == MOST and not {r["record"] for r in one} & {r["record"] for r in other}
    few = [{**row, "post_count": 0 if i == 3 else 9, "has_picture": i != 3} for i, row in enumerate(followers(40))]
    one, other = evidence_of(two, circumstances(small_bundle, account(follower_sample=few)))
    assert one == other and len(one) == 1 < CANDIDATES


def test_no_id_handle_or_biography_leaves_with_a_verdict(small_bundle: Bundle) -> None:
    sample = [
        {**row, "bio": f"secret biography of somebody {i % 3}"} for i, row in enumerate(odd_followers(post_count=0, has_picture=False))
    ]
    document = account(
        account_id="77", posts=posts(), history=history({BURST_DAY: 900}), follower_sample=sample, comments=comments([TEMPLATE] * 30)
    )
    (verdict,) = judge(small_bundle, [parse(document)])
    text = orjson.dumps(verdict).decode()
    assert any(reason["evidence"] for head in verdict["heads"].values() for reason in head["reasons"])
    for secret in ("follower-", "author-", "comment-", "post-", "lopez", "secret biography"):
        assert secret not in text


def test_order_of_rows_changes_no_record(small_bundle: Bundle) -> None:
    sample = [{k: v for k, v in row.items() if k != "rank"} for row in odd_followers(post_count=0)]
    document = account(follower_sample=sample, posts=posts(), comments=comments([TEMPLATE] * 30))
    turned = {**document, **{name: document[name][::-1] for name in ("follower_sample", "posts", "comments")}}
    for feature in FINDERS:
        assert found(small_bundle, feature, document) == found(small_bundle, feature, turned)


HOSTILE = [
    "\x00",
    "\u202e" * 3000,
    "<script>alert(1)</script> " * 50,
    "😍" * 4000,
    "ا" * 3000,
    "a" * 100_000,
    "@" * 50,
    "\ufeff\u200d \u2028",
]


def test_hostile_rows_do_no_harm(small_bundle: Bundle) -> None:
    most = 10**13
    rows = [row | {"text": HOSTILE[i % len(HOSTILE)], "author_id": HOSTILE[i % 5] or "x"} for i, row in enumerate(comments(["x"] * 40))]
    sample = [
        row | {"follower_id": HOSTILE[i % 7] + str(i), "followers": most, "following": 0, "created_at": "1970-01-01T00:00:00Z"}
        for i, row in enumerate(followers(80))
    ]
    document = account(posts=posts({5: most}), comments=rows, follower_sample=sample, history=history({3: most // 2}))
    for feature in FINDERS:
        for record in found(small_bundle, feature, document):
            assert len(record["sentence"]) < 300 and len(record["record"]) in (10, 16)
            assert all(sign.isprintable() for sign in record["sentence"]), record


def test_an_account_of_nothing_has_no_records(small_bundle: Bundle) -> None:
    empty = account(posts=[], comments=[], follower_sample=[], history=[])
    for feature in FINDERS:
        assert found(small_bundle, feature, empty) == found(small_bundle, feature, account()) == []


def test_records_of_hundreds_of_accounts_keep_to_the_rules(explained: list[Document]) -> None:
    seen = 0
    for verdict in explained:
        for head in verdict["heads"].values():
            for reason in head["reasons"]:
                assert len(reason["evidence"]) <= MOST
                assert len({(record["table"], record["record"]) for record in reason["evidence"]}) == len(reason["evidence"])
                for record in reason["evidence"]:
                    seen += 1
                    assert list(record) == ["table", "record", "sentence"] and record["sentence"].endswith(".")
    assert seen > 500
