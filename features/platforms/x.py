"""X: answers of the API v2 (users, posts, includes, pages of followers) and of v1.1, which archives and older tools still hold."""

from collections.abc import Mapping
from typing import Any

from features.importing.converters import given, handle, inverted, length, to_count_above_zero, to_id, unescaped
from features.importing.shapes import Columns, Converter, Envelope, Inside, Mark, Platform, Record, Refusal, Shape, any_of, has, lacks, take


def referring(kind: str) -> Converter:
    """The id of the post that this one replies to, quotes or repeats."""

    def target(references: Any) -> str | None:
        found = (one for one in references if isinstance(one, Mapping) and one.get("type") == kind) if isinstance(references, list) else ()
        return next((to_id(one["id"]) for one in found if one.get("id") is not None), None)

    return target


def refers(kind: str) -> Mark:
    target = referring(kind)
    return Mark(lambda record: target(record.get("referenced_tweets")) is not None, ("referenced_tweets",))


def no_default_picture(url: Any) -> bool | None:
    """X serves a picture to everybody; the one of those who chose none is called default_profile."""
    return "default_profile" not in url if isinstance(url, str) else None


def video(attached: Any) -> str | None:
    """The kind of a post with media, as far as the post itself says it."""
    kinds = {one.get("type") for one in attached if isinstance(one, Mapping)} if isinstance(attached, list) else set()
    return "video" if kinds & {"video", "animated_gif"} else "photo" if "photo" in kinds else None


def links(entities: Any) -> bool | None:
    """Whether the profile has a link: entities describe it when there is one, and otherwise only the bio."""
    return "url" in entities if isinstance(entities, Mapping) and entities else None


def repeated(record: Record) -> bool:
    """X begins the text of a repeated post with RT and the name of its author."""
    text = record.get("text") or record.get("full_text")
    return isinstance(text, str) and text.startswith("RT @")


# The facts of any user; ids as text come first, because the number beside them may have been rounded by another program.
USER_FACTS: Columns = {
    "handle": take("username | screen_name", handle),
    "created_at": "created_at",
    "followers": "public_metrics.followers_count | followers_count",
    "following": "public_metrics.following_count | friends_count",
    "post_count": "public_metrics.tweet_count | statuses_count",
    "verified": "verified",
    "private": "protected",
    "has_picture": (take("default_profile_image", inverted), take("profile_image_url | profile_image_url_https", no_default_picture)),
    "has_link": (take("url", given), take("entities", links)),
}
IS_USER = (has("id", "id_str"), has("username", "screen_name"), lacks("text", "full_text"))
USER = Shape(
    "user",
    "accounts",
    {"account_id": "id_str | id", "name": "name", "bio": take("description", unescaped), "language": "lang", **USER_FACTS},
    IS_USER,
)
MENTIONED = Shape("user", "accounts", USER.columns, IS_USER, certain=False)
FOLLOWER = Shape(
    "follower",
    "follower_sample",
    {"follower_id": "id_str | id", "bio_length": take("description", length), "language": "lang", **USER_FACTS},
    IS_USER,
)

AUTHOR = "author_id | user.id_str | user.id"
TEXT = take("note_tweet.text | full_text | text", unescaped)
IS_POST = (has("id", "id_str"), has("text", "full_text"))
WRITER = Inside("user", MENTIONED)
REPEAT = Shape(
    "repeated post", None, marks=(*IS_POST, any_of(has("retweeted_status"), refers("retweeted"), Mark(repeated))), inside=(WRITER,)
)

REPLY = Shape(
    "reply",
    "comments",
    {
        "comment_id": "id_str | id",
        "post_id": (
            take("conversation_id_str | conversation_id"),
            take("referenced_tweets", referring("replied_to")),
            take("in_reply_to_status_id_str | in_reply_to_status_id"),
        ),
        "author_id": AUTHOR,
        "author_handle": take("user.screen_name", handle),
        "commented_at": "created_at",
        "text": TEXT,
        "reply_to": (take("referenced_tweets", referring("replied_to")), take("in_reply_to_status_id_str | in_reply_to_status_id")),
        "likes": "public_metrics.like_count | favorite_count",
    },
    marks=(
        *IS_POST,
        any_of(
            has("in_reply_to_user_id", "in_reply_to_user_id_str", "in_reply_to_status_id", "in_reply_to_status_id_str"),
            refers("replied_to"),
        ),
    ),
    inside=(WRITER,),
)

POST = Shape(
    "post",
    "posts",
    {
        "post_id": "id_str | id",
        "account_id": AUTHOR,
        "owner_handle": take("user.screen_name", handle),
        "posted_at": "created_at",
        "comments": "public_metrics.reply_count | reply_count",
        # Posts from before December 2022 come with 0 impressions: they were not counted.
        "views": take("public_metrics.impression_count", to_count_above_zero),
        "shares": "public_metrics.retweet_count | retweet_count",
        "caption": TEXT,
        "kind": take("extended_entities.media | entities.media", video),
        "likes": "public_metrics.like_count | favorite_count",
    },
    IS_POST,
    inside=(WRITER,),
)
SIGNED = Shape("post", "posts", POST.columns, (*IS_POST, has("author_id", "user")), inside=(WRITER,))
UNSIGNED = Shape("post", None, marks=IS_POST, why="it does not say who wrote it, and it came beside others' posts. Ask for author_id.")
LISTED = Shape("user", None, marks=IS_USER, why="nothing says that these users follow the account.")

# Both kinds of list look the same inside, so the name of the file decides.
NO_FOLLOWERS = ("following", "friends", "liking", "retweet", "repost", "block", "mut", "search", "member")
OTHERS_POSTS = ("mention", "liked", "bookmark", "reverse", "quote", "home")
MORE, BEFORE = "meta.next_token", "meta.previous_token"
IS_PAGE = has("meta.result_count", "meta.next_token")
IS_OLD_PAGE = has("next_cursor", "next_cursor_str")
GUESS = "nothing says whether these users follow the account; they are taken for its followers. Call the file followers… or following…."

PLATFORM = Platform(
    "x",
    "the X API",
    envelopes=(
        Envelope("data", (FOLLOWER,), (IS_PAGE,), named=("follower",), unnamed=NO_FOLLOWERS, more=MORE, before=BEFORE),
        Envelope("data", (FOLLOWER,), (IS_PAGE,), unnamed=("follower", *NO_FOLLOWERS), guess=GUESS, more=MORE, before=BEFORE),
        Envelope("data", (FOLLOWER,), (lacks("meta"),), named=("follower",), unnamed=NO_FOLLOWERS),
        Envelope("data", (LISTED,), named=NO_FOLLOWERS),
        Envelope("data", (USER,), (lacks("meta.result_count", "meta.next_token"),), unnamed=("follower", *NO_FOLLOWERS)),
        Envelope("data", (REPEAT, REPLY, POST), unnamed=OTHERS_POSTS, more=MORE, before=BEFORE),
        Envelope("data", (REPEAT, REPLY, SIGNED, UNSIGNED), named=OTHERS_POSTS, more=MORE, before=BEFORE),
        Envelope("includes.users", (MENTIONED,)),
        Envelope("includes.tweets", (REPEAT, REPLY, SIGNED, UNSIGNED)),
        Envelope(
            "users",
            (FOLLOWER,),
            (IS_OLD_PAGE,),
            unnamed=NO_FOLLOWERS,
            more="next_cursor_str | next_cursor",
            before="previous_cursor_str | previous_cursor",
        ),
        Envelope("users", (LISTED,), named=NO_FOLLOWERS),
        Envelope("statuses", (REPEAT, REPLY, POST)),
        Envelope("", (FOLLOWER,), named=("follower",), unnamed=NO_FOLLOWERS),
        Envelope("", (USER,), unnamed=("follower", *NO_FOLLOWERS)),
        Envelope("", (REPEAT, REPLY, POST)),
    ),
    refusals=(
        Refusal("errors", "detail | message | title", "code"),
        Refusal("", "detail | title", "status", marks=(has("title"), has("detail"), has("status"), lacks("data"))),
        Refusal("", "error", marks=(has("error"), has("request"))),
    ),
    sample_method="newest",
    replies_anywhere=True,
    no_author="Ask for tweet.fields=author_id.",
)
