"""TikTok: answers of the Display API (user/info, video/list) and of the Research API (user info, videos, comments, followers)."""

from features.importing.converters import given, handle
from features.importing.shapes import Envelope, Platform, Refusal, Shape, has, lacks, take

# The Research API describes a user without saying which: it was named in the request.
USER = Shape(
    "user",
    "accounts",
    {
        "account_id": "open_id",
        "handle": take("username", handle),
        "name": "display_name",
        "bio": "bio_description",
        "followers": "follower_count",
        "following": "following_count",
        "post_count": "video_count",
        "verified": "is_verified",
        "has_link": take("bio_url", given),
    },
    marks=(has("open_id", "follower_count", "display_name"), lacks("videos", "comments", "user_followers", "user")),
)

VIDEO = Shape(
    "video",
    "posts",
    {
        "post_id": "id",
        "owner_handle": take("username", handle),
        "posted_at": "create_time",
        "likes": "like_count",
        "comments": "comment_count",
        "views": "view_count",
        "shares": "share_count",
        "caption": "video_description | title",
        "hashtags": "hashtag_names",
        "kind": take("id", lambda _: "video"),
    },
    marks=(has("id"),),
)

# Comments of the Research API name no author; those of other tools do.
COMMENT = Shape(
    "comment",
    "comments",
    {
        "comment_id": "id",
        "post_id": "video_id",
        "author_id": "user.id",
        "author_handle": take("username | user.username | user.unique_id", handle),
        "commented_at": "create_time",
        "text": "text",
        "likes": "like_count",
        "reply_to": "parent_comment_id",
        "expected_replies": "reply_count",
    },
    marks=(has("id"), has("text", "video_id")),
)

FOLLOWER = Shape("follower", "follower_sample", {"handle": take("username", handle)}, marks=(has("username"),))
FOLLOWED = Shape("followed user", None, marks=(has("username"),), why="these are users whom the account follows.")

PAGED = "data.has_more"

PLATFORM = Platform(
    "tiktok",
    "the TikTok API",
    envelopes=(
        Envelope("data.user", (USER,)),
        Envelope("data.videos", (VIDEO,), more=PAGED),
        Envelope("data.comments", (COMMENT,), more=PAGED),
        Envelope("data.user_followers", (FOLLOWER,), more=PAGED),
        Envelope("data.user_following", (FOLLOWED,)),
        Envelope("data", (USER,)),
    ),
    refusals=(Refusal("error", "message", "code", fine=("ok", "0")),),
    sample_method="newest",
    no_author="TikTok's Research API never says it.",
)
