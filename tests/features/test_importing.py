"""How answers are read and joined: forms in which they are kept, digits of ids, hidden numbers, pages, strangers."""

import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import orjson
import pytest

from features import platforms
from features.importing import converters
from features.importing.importer import Imported
from features.importing.pseudonyms import Pseudonyms, key_under
from features.problems import InputError
from features.schema import TABLES, Field
from features.values import BadValue

OBSERVED = "2026-11-01T00:00:00Z"
USER = {"data": {"id": "9007199254740993", "username": "anna", "name": "Anna", "public_metrics": {"followers_count": 3}}}


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "text": "hello", "author_id": "9007199254740993", "created_at": "2026-10-01T00:00:00Z", **more}


def follower(number: int) -> dict[str, Any]:
    return {"id": str(number), "username": f"user{number}", "name": "x"}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Imports answers given by the name of their file; bytes and text are written as they are."""

    def run(platform: str = "x", observed_at: str = OBSERVED, account: str = "", **answers: Any) -> Imported:
        folder = tmp_path / f"answers-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, answer in answers.items():
            stem, _, suffix = name.rpartition("__")
            file = folder / (f"{stem}.{suffix}" if stem else f"{name}.json")
            content = answer if isinstance(answer, bytes | str) else json.dumps(answer)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return platforms.load(platform, [folder], tmp_path / "home", observed_at, account)

    return run


def told(imported: Imported) -> str:
    return "\n".join(map(str, imported.problems))


def rows(imported: Imported, table: str) -> list[dict[str, Any]]:
    return imported.tables[table].to_pylist() if table in imported.tables else []


# How answers are kept

LINES = b"\n".join(orjson.dumps(one) for one in (USER, {"data": [post(1)]}, {"data": [post(2)]}))


@pytest.mark.parametrize(
    "kept",
    [
        {"all": [USER, {"data": [post(1)]}, {"data": [post(2)]}]},
        {"all__jsonl": LINES},
        {"all": LINES},
        {"all": b"\xef\xbb\xbf" + LINES},
        {"all": LINES.decode().encode("utf-16")},
        {"all": "\n\n".join(json.dumps(one, indent=2) for one in (USER, {"data": [post(1)]}, {"data": [post(2)]}))},
        {"all": {"profile": USER, "timeline": {"first": {"data": [post(1)]}, "second": {"data": [post(2)]}}}},
        {"user": USER, "a": {"data": [post(2)]}, "b": {"data": [post(1), post(2)]}},
    ],
    ids=["list", "lines", "lines in .json", "byte order mark", "UTF-16", "one after the other", "object", "files, twice"],
)
def test_answers_may_be_kept_in_any_way(kept: dict[str, Any], load: Any) -> None:
    imported = load(**kept)
    assert {row["post_id"] for row in rows(imported, "posts")} == {"1", "2"}
    assert imported.summary == "1 account, 2 posts"


def test_a_broken_line_costs_only_itself(load: Any) -> None:
    imported = load(all__jsonl=LINES.replace(b"\n", b'\n{"data": [\n', 1))
    assert imported.summary == "1 account, 2 posts" and "line 2 is not JSON" in told(imported)


def test_ids_keep_every_digit(load: Any) -> None:
    numbers = '{"data": {"id": 9007199254740993, "username": "anna", "name": "A", "public_metrics": {"followers_count": 3}}}'
    long = (
        json.dumps({"data": [post(123456789012345678901234567890, author_id=9007199254740993)]})
        .replace('"1234', "1234")
        .replace('7890"', "7890")
    )
    imported = load(user=numbers, posts=long)
    assert (rows(imported, "accounts")[0]["account_id"], rows(imported, "posts")[0]["post_id"]) == (
        "9007199254740993",
        "123456789012345678901234567890",
    )


def test_nan_and_half_characters_are_unknown_and_told(load: Any) -> None:
    imported = load(user=USER, posts='{"data": [{"id": "1", "text": "a \\ud83d b", "author_id": "9007199254740993", '
                    '"created_at": "2026-10-01T00:00:00Z", "public_metrics": {"like_count": NaN}}]}')  # fmt: skip
    (row,) = rows(imported, "posts")
    assert (row["caption"], row.get("likes")) == ("a � b", None) and "NaN is no JSON" in told(imported)


# What is hidden is unknown


@pytest.mark.parametrize("likes", [{}, {"like_count": None}, {"like_count": -1}, {"like_count": 7, "like_and_view_counts_disabled": True}])
def test_hidden_likes_are_unknown(likes: dict[str, Any], load: Any) -> None:
    media = {"id": "1", "media_type": "IMAGE", "timestamp": "2026-10-01T00:00:00+0000", "comments_count": 0, **likes}
    imported = load("instagram", user={"id": "5", "username": "a", "followers_count": 9, "media": {"data": [media]}})
    (row,) = rows(imported, "posts")
    assert row.get("likes") is None and row["comments"] == 0


def test_a_hidden_number_of_subscribers_costs_the_account_and_not_the_others(load: Any) -> None:
    channel = {"kind": "youtube#channel", "id": "UCa", "statistics": {"subscriberCount": "0", "hiddenSubscriberCount": True}}
    other = {"kind": "youtube#channel", "id": "UCb", "statistics": {"subscriberCount": "4", "hiddenSubscriberCount": False}}
    imported = load("youtube", both={"kind": "x", "items": [channel, other]})
    assert [row["account_id"] for row in rows(imported, "accounts")] == ["UCb"]
    assert "the number of followers of UCa is hidden" in told(imported)
    with pytest.raises(InputError, match="hidden or was not asked for; it is required"):
        load("youtube", one={"kind": "x", "items": [channel]})


def test_impressions_that_were_not_counted_are_unknown(load: Any) -> None:
    imported = load(user=USER, posts={"data": [post(1, public_metrics={"impression_count": 0, "like_count": 0})]})
    assert (rows(imported, "posts")[0].get("views"), rows(imported, "posts")[0]["likes"]) == (None, 0)


def test_a_video_in_a_list_is_its_owner_s_and_has_its_own_date(load: Any) -> None:
    snippet = {"channelId": "UClist", "publishedAt": "2026-10-09T00:00:00Z", "title": "t"}
    items = [
        {
            "kind": "youtube#playlistItem",
            "snippet": {**snippet, "videoOwnerChannelId": owner},
            "contentDetails": {"videoId": video, **dated},
        }
        for owner, video, dated in (
            ("UCa", "v1", {"videoPublishedAt": "2026-10-01T00:00:00Z"}),
            ("UCa", "v2", {}),
            ("UCb", "v3", {"videoPublishedAt": "2026-10-01T00:00:00Z"}),
        )
    ]
    channel = {"kind": "youtube#channel", "id": "UCa", "statistics": {"subscriberCount": "4"}}
    (row,) = rows(load("youtube", all={"kind": "x", "items": [channel, *items]}), "posts")
    assert (row["post_id"], row["posted_at"].day) == ("v1", 1)


# Whose it is


def test_what_says_nobody_s_name_goes_to_the_account_its_file_is_named_after(load: Any) -> None:
    two = {"data": [USER["data"], {**USER["data"], "id": "77", "username": "bert_x"}]}
    imported = load(users=two, followers_bert_x_1={"data": [follower(1)], "meta": {"result_count": 1}})
    assert [row["account_id"] for row in rows(imported, "follower_sample")] == ["77"]
    nobody = load(users=two, followers={"data": [follower(1)], "meta": {"result_count": 1}})
    assert not rows(nobody, "follower_sample") and "followers that belong to none of the accounts" in told(nobody)


def test_lists_that_only_look_like_followers_are_not_taken_for_them(load: Any) -> None:
    page = {"data": [follower(1)], "meta": {"result_count": 1}}
    for name in ("following", "liking_users", "retweeted_by", "blocking"):
        assert not rows(load(user=USER, **{name: page}), "follower_sample"), name
    unnamed = load(user=USER, page=page)
    assert len(rows(unnamed, "follower_sample")) == 1 and "taken for its followers" in told(unnamed)


def test_only_the_account_asked_for_is_imported(load: Any) -> None:
    two = {"data": [USER["data"], {**USER["data"], "id": "77", "username": "bert"}]}
    assert [row["account_id"] for row in rows(load(users=two, account="@Bert"), "accounts")] == ["77"]
    with pytest.raises(InputError, match="there is no account carl in the answers; there are: anna, bert"):
        load(users=two, account="carl")


def test_an_answer_that_names_nobody_takes_the_name_it_is_given(load: Any) -> None:
    nameless = {"data": {"display_name": "A", "follower_count": 4}, "error": {"code": "ok", "message": ""}}
    assert rows(load("tiktok", user=nameless, account="anna"), "accounts")[0]["account_id"] == "anna"
    with pytest.raises(InputError, match="does not say whose account it describes; name it with --account"):
        load("tiktok", user=nameless)


def test_replies_are_found_through_their_parents_and_a_circle_ends(load: Any) -> None:
    chain = [
        post(10 + i, author_id="5", in_reply_to_user_id="1", referenced_tweets=[{"type": "replied_to", "id": str(9 + i if i else 1)}])
        for i in range(5)
    ]
    circle = [
        post(90 + i, author_id="5", in_reply_to_user_id="1", referenced_tweets=[{"type": "replied_to", "id": str(91 - i)}])
        for i in range(2)
    ]
    imported = load(user=USER, posts={"data": [post(1)]}, replies={"data": [*chain[::-1], *circle]})
    assert {row["comment_id"]: row["post_id"] for row in rows(imported, "comments")} == {str(10 + i): "1" for i in range(5)}
    assert {row["comment_id"]: row["reply_to"] for row in rows(imported, "comments")}["10"] is None


# What is missing, and when it was


def pages(*tokens: dict[str, str]) -> dict[str, Any]:
    return {f"followers_{i}": {"data": [follower(i)], "meta": {"result_count": 1, **token}} for i, token in enumerate(tokens)}


@pytest.mark.parametrize(
    ("tokens", "partial"),
    [
        ([{"next_token": "b"}, {"previous_token": "a"}], False),
        ([{"next_token": "b"}], True),
        ([{"next_token": "b"}, {"previous_token": "a", "next_token": "c"}], True),
        # The page between the first and the last was not fetched.
        ([{"next_token": "b"}, {"next_token": "c"}, {"previous_token": "b"}], True),
        ([{}], False),
    ],
)
def test_a_page_that_was_not_fetched_is_told(tokens: list[dict[str, str]], partial: bool, load: Any) -> None:
    assert ("a next page was not fetched" in told(load(user=USER, **pages(*tokens)))) is partial


@pytest.mark.parametrize(("count", "method"), [(2, "newest"), (3, "census")])
def test_a_sample_is_a_census_only_when_everybody_is_in_it(count: int, method: str, load: Any) -> None:
    page = {"data": [follower(i) for i in range(count)], "meta": {"result_count": count}}
    assert rows(load(user=USER, followers=page, followers_again=page), "accounts")[0]["sample_method"] == method


def test_replies_that_youtube_holds_back_are_counted(load: Any) -> None:
    comment = {"textOriginal": "x", "authorChannelId": {"value": "UCx"}, "publishedAt": "2026-10-01T00:00:00Z", "videoId": "v"}
    reply = {"kind": "youtube#comment", "id": "t.1", "snippet": {**comment, "parentId": "t"}}
    thread = {"kind": "youtube#commentThread", "id": "t", "replies": {"comments": [reply]}, "snippet": {
        "videoId": "v", "totalReplyCount": 3, "topLevelComment": {"id": "t", "kind": "youtube#comment", "snippet": comment}}}  # fmt: skip
    channel = {"kind": "youtube#channel", "id": "UCa", "statistics": {"subscriberCount": "4"}}
    imported = load("youtube", all={"kind": "x", "items": [channel, thread]})
    assert "2 replies in 1 threads were counted by the platform and not fetched" in told(imported)
    assert [row["reply_to"] for row in rows(imported, "comments")] == [None, "t"]


def test_the_moment_of_the_look_comes_from_the_user_or_from_the_file_and_bounds_everything(load: Any, tmp_path: Path) -> None:
    imported = load(user=USER, posts={"data": [post(1), post(2, created_at="2026-11-20T00:00:00Z")]})
    assert [row["post_id"] for row in rows(imported, "posts")] == ["1"] and "after the look at their account" in told(imported)
    (tmp_path / "user.json").write_text(json.dumps(USER))
    os.utime(tmp_path / "user.json", (1_790_000_000, 1_790_000_000))
    guessed = platforms.load("x", [tmp_path / "user.json"], tmp_path / "home")
    assert rows(guessed, "accounts")[0]["observed_at"].timestamp() == 1_790_000_000
    assert "the time at which the file was written is taken" in told(guessed)


def test_profiles_of_several_days_become_a_history(tmp_path: Path) -> None:
    for day, followers in enumerate((100, 140, 90)):
        file = tmp_path / f"profile_{day}.json"
        file.write_text(json.dumps({"id": "5", "username": "a", "followers_count": followers}))
        os.utime(file, (1_790_000_000 + day * 86_400,) * 2)
    imported = platforms.load("instagram", [tmp_path], tmp_path / "home")
    assert rows(imported, "accounts")[0]["followers"] == 90
    assert [row["followers"] for row in rows(imported, "history")] == [100, 140, 90]


@pytest.mark.parametrize("backwards", [False, True])
def test_the_newer_of_two_pages_counts_whatever_the_files_are_called(backwards: bool, tmp_path: Path) -> None:
    for name, likes, at in (("a" if backwards else "z", 7, 1_790_000_500), ("m", 9, 1_790_000_000)):
        answer = {"data": [post(1, created_at="2026-01-01T00:00:00Z", public_metrics={"like_count": likes})]}
        (tmp_path / f"{name}.json").write_text(json.dumps([USER, answer]))
        os.utime(tmp_path / f"{name}.json", (at, at))
    (row,) = rows(platforms.load("x", [tmp_path], tmp_path / "home"), "posts")
    assert row["likes"] == 7


def test_what_is_told_cannot_command_a_terminal(load: Any) -> None:
    imported = load(users={"data": [USER["data"], {"id": "8", "username": "\x1b[2Jboo\x07", "name": "n", "x\x1b]0;": 1}]})
    assert "boo" in told(imported) and all(str(problem).isprintable() for problem in imported.problems)


# Strangers


def test_a_follower_s_bio_keeps_only_its_length(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'platform = "x"\n[accounts]\naccount_id = "a"\nfollowers = "n"\n'
        '[follower_sample]\naccount_id = "of"\nfollower_id = "f"\nbio = "about"\n'
    )
    (tmp_path / "rows.csv").write_text("a,n,of,f,about\n1,2,,,\n,,1,71,Call me on 555\n,,1,72,\n")
    imported = platforms.load("csv", [tmp_path / "rows.csv"], tmp_path / "home", OBSERVED, columns=tmp_path / "map.toml")
    assert [row["bio_length"] for row in rows(imported, "follower_sample")] == [14, None]
    assert "bio" not in imported.tables["follower_sample"].column_names


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = key_under(tmp_path / "new" / "home")
    file = tmp_path / "new" / "home" / "pseudonyms.key"
    assert len(first) == 32 and stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert key_under(tmp_path / "new" / "home") == first and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["pseudonyms.key"]
    file.write_bytes(b"short")
    with pytest.raises(InputError, match="expected a key of 32 bytes, got 5"):
        key_under(tmp_path / "new" / "home")


@pytest.mark.parametrize("handle", ["anna.b_99", "User8837261", "ÉlodieÅ7", "мария_1990", "山田太郎", "علي٢٣", "a", "___", "x" * 5_000])
def test_a_stranger_has_the_shape_of_the_handle(handle: str) -> None:
    strangers = Pseudonyms(bytes(32), "x")
    stranger = strangers.handle(handle)
    shape = [(c.isalpha(), c.isdigit(), c.isupper(), len(c.encode()), None if c.isalnum() else c) for c in handle]
    assert [(c.isalpha(), c.isdigit(), c.isupper(), len(c.encode()), None if c.isalnum() else c) for c in stranger] == shape
    assert stranger != handle or not any(map(str.isalnum, handle))
    assert strangers.handle(handle) == stranger != Pseudonyms(bytes([1]) * 32, "x").handle(handle) or not any(map(str.isalnum, handle))


def test_the_same_person_is_the_same_stranger_wherever_it_turns_up(load: Any) -> None:
    strangers = Pseudonyms(b"k" * 32, "x", frozenset({"anna"}))
    name = strangers.handle("Lena_7")
    assert strangers.text("hi @Lena_7, @lena_7! and @anna.") == f"hi @{name}, @{name.lower()}! and @anna."
    assert strangers.id("1") != Pseudonyms(b"k" * 32, "instagram").id("1") and re.fullmatch("[0-9a-f]{32}", strangers.id("1"))
    commented = post(5, author_id="71", in_reply_to_user_id="1", conversation_id="1", text="hey")
    imported = load(
        user=USER, posts={"data": [post(1)]}, replies={"data": [commented]}, followers={"data": [follower(71)], "meta": {"result_count": 1}}
    )
    assert rows(imported, "comments")[0]["author_id"] == rows(imported, "follower_sample")[0]["follower_id"] != "71"


# Single values


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br />b &amp; <b>c</b>", "a\nb & c"),
        ('<a href="http://x/?a=1&amp;b">x</a> I &lt;3 u', "x I <3 u"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&#39;&quot;&#x1F600;", "'\"😀"),
        ("<" * 5, "<" * 5),
    ],
)
def test_html_is_read_as_its_reader_sees_it(html: str, text: str) -> None:
    assert converters.plain(html) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Wed Aug 27 13:08:45 +0000 2008", "2008-08-27T13:08:45+00:00"),
        (1725123456, "2024-08-31T16:57:36+00:00"),
        ("1725123456000", "2024-08-31T16:57:36+00:00"),
        ("2021-08-17T19:00:42+0000", "2021-08-17T19:00:42+0000"),
        (0, None),
        ("", None),
    ],
)
def test_moments_come_in_many_forms(value: Any, expected: str | None) -> None:
    assert converters.to_moment(value) == expected
    assert expected is None or converters.read(TABLES["posts"]["posted_at"], value) is not None


@pytest.mark.parametrize("value", [True, [], {}, 1e300, -4, float("nan"), 10**39])
def test_a_moment_that_is_none_is_told(value: Any) -> None:
    with pytest.raises(BadValue):
        converters.read(TABLES["posts"]["posted_at"], value)


@pytest.mark.parametrize(("value", "expected"), [("421", 421), (" 7 ", 7), (-1, None), ("-1", None), ("", None), (0, 0), ("0", 0)])
def test_counts_come_in_quotes_and_hidden_ones_as_minus_one(value: Any, expected: int | None) -> None:
    assert converters.read(Field("likes", "count"), value) == expected


@pytest.mark.parametrize("value", ["1.2k", "²", "9" * 30, -2, True, 1.5, [1], {"a": 1}, float("inf")])
def test_a_count_that_is_none_is_told(value: Any) -> None:
    with pytest.raises(BadValue):
        converters.read(Field("likes", "count"), value)
