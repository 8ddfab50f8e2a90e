"""Instagram: answers of the Graph API, own accounts and Business Discovery (user, media, stories, comments, replies, insights)."""

import re
from collections.abc import Mapping
from typing import Any

from features.importing.converters import choice, given, handle
from features.importing.shapes import (
    UP,
    Columns,
    Converter,
    Envelope,
    Inside,
    Mark,
    Platform,
    Record,
    Refusal,
    Shape,
    equals,
    has,
    lacks,
    take,
)

KIND = choice({"IMAGE": "photo", "CAROUSEL_ALBUM": "photo", "VIDEO": "video", "STORY": "story", "REELS": "video"})
_LIST_OF = re.compile(r"/v\d+\.\d+/(\d+)/(\w+)\?")


def insight(*names: str) -> Converter:
    """The value of the first of these metrics in a post's insights."""

    def value(insights: Any) -> Any:
        found = {one.get("name"): one for one in insights if isinstance(one, Mapping)} if isinstance(insights, list) else {}
        for name in names:
            values = found.get(name, {}).get("values")
            if isinstance(values, list) and values and isinstance(values[0], Mapping):
                return values[0].get("value")
        return None

    return value


def _address(answer: Record) -> tuple[str | None, str | None]:
    """Whose list a page is of and which, as the addresses of the pages around it say, if there are any."""
    paging = answer.get("paging")
    links = (paging.get("next"), paging.get("previous")) if isinstance(paging, Mapping) else ()
    found = (_LIST_OF.search(link) for link in links if isinstance(link, str))
    return next(((one[1], one[2]) for one in found if one), (None, None))


def list_of(answer: Record) -> str | None:
    return _address(answer)[0]


def of_others(answer: Record) -> bool:
    """Lists of posts under a hashtag, and of posts that mention somebody, are lists of other people's posts."""
    return _address(answer)[1] in ("recent_media", "top_media", "tags")


def of_one(answer: Record) -> bool:
    return not of_others(answer)


REPLY = Shape(
    "reply",
    "comments",
    {
        "comment_id": "id",
        "post_id": f"media.id | {UP}.media.id | {UP}.{UP}.id",
        "author_id": "from.id | user.id",
        "author_handle": take("username | from.username", handle),
        "commented_at": "timestamp",
        "text": "text",
        "likes": "like_count",
        "reply_to": f"parent_id | {UP}.id",
    },
    marks=(has("text"), has("id"), lacks("created_at", "create_time", "author_id")),
)

COMMENT = Shape(
    "comment",
    "comments",
    {**REPLY.columns, "post_id": f"media.id | {UP}.id", "reply_to": "parent_id"},
    marks=REPLY.marks,
    inside=(Inside("replies.data", REPLY, more="replies.paging.next"),),
)

# The parts of an album are media too and come under `children`; they are no posts.
MEDIA = Shape(
    "media",
    "posts",
    {
        "post_id": "id",
        "account_id": f"owner.id | {UP}.id",
        "owner_handle": take(f"username | {UP}.username", handle),
        "posted_at": "timestamp",
        "likes": "like_count",
        "comments": "comments_count",
        "views": (take("view_count"), take("insights.data", insight("views", "plays", "video_views"))),
        "shares": take("insights.data", insight("shares")),
        "caption": "caption",
        "kind": take("media_product_type | media_type", KIND),
    },
    marks=(has("id"), has("media_type", "media_product_type", "permalink", "comments_count"), lacks("text")),
    inside=(Inside("comments.data", COMMENT, more="comments.paging.next"),),
    hides={"likes": "like_and_view_counts_disabled"},
)

STORY = Shape("story", "posts", {**MEDIA.columns, "kind": take("id", lambda _: "story")}, MEDIA.marks, MEDIA.inside, MEDIA.hides)

PROFILE: Columns = {
    "account_id": "id",
    "handle": take("username", handle),
    "name": "name",
    "bio": "biography",
    "followers": "followers_count",
    "following": "follows_count",
    "post_count": "media_count",
    "verified": "is_verified",
    "has_link": take("website", given),
    "has_picture": take("profile_picture_url", given),
}
PROFILE_MARKS = (
    has("id"),
    has("followers_count", "follows_count", "media_count", "biography", "profile_picture_url", "media"),
    lacks("media_type", "permalink", "timestamp", "text", "screen_name"),
)

USER = Shape(
    "user",
    "accounts",
    PROFILE,
    PROFILE_MARKS,
    inside=(Inside("media.data", MEDIA, more="media.paging.next"), Inside("stories.data", STORY, more="stories.paging.next")),
)

# Here only the cursor says that there is a next page.
DISCOVERED = Shape("user", "accounts", PROFILE, inside=(Inside("media.data", MEDIA, more="media.paging.cursors.after"),))

INSIGHT = Shape("insight", None, marks=(has("name"), has("values", "total_value"), lacks("media_type", "text")))
NEW_FOLLOWERS = Shape(
    "follower_count",
    None,
    marks=(equals("name", "follower_count"), has("values")),
    why="this metric counts the new followers of each day and not the followers; a history needs the profile answer of several days.",
)

FOREIGN = Shape("media", None, marks=MEDIA.marks, why="it comes from a list that is not of the account's own posts.")

RECORDS = (MEDIA, COMMENT, NEW_FOLLOWERS, INSIGHT)
STORIES = ("stories", "story")
OTHERS = ("hashtag", "tagged", "mentioned", "children")
MORE, BEFORE = "paging.next", "paging.previous"

PLATFORM = Platform(
    "instagram",
    "the Instagram Graph API",
    envelopes=(
        Envelope("business_discovery", (DISCOVERED,)),
        Envelope("data", RECORDS, (Mark(of_one),), unnamed=(*STORIES, *OTHERS), more=MORE, before=BEFORE, owner=list_of),
        Envelope("data", (STORY,), named=STORIES, more=MORE, before=BEFORE, owner=list_of),
        Envelope("data", (FOREIGN,), named=OTHERS),
        Envelope("data", (FOREIGN,), (Mark(of_others),)),
        Envelope("", (USER, MEDIA, COMMENT), unnamed=(*STORIES, *OTHERS)),
        Envelope("", (USER, STORY), named=STORIES),
        Envelope("", (FOREIGN,), named=OTHERS),
    ),
    refusals=(Refusal("error", "error_user_msg | message", "code"),),
    no_author="Ask for the fields from,username of comments.",
)
