"""YouTube: answers of the Data API v3 (channels, videos, playlistItems, search, commentThreads, comments, subscriptions)."""

from typing import Any

from features.importing.converters import handle, length, plain, to_text
from features.importing.shapes import UP, Envelope, Inside, Platform, Refusal, Shape, equals, has, take


def video(_: Any) -> str:
    return "video"


def comment_at(place: str) -> dict[str, Any]:
    """The facts of a comment that lies at `place` in its record."""
    return {
        "comment_id": f"{place}id",
        "author_id": f"{place}snippet.authorChannelId.value",
        "author_handle": take(f"{place}snippet.authorDisplayName", handle),
        "commented_at": f"{place}snippet.publishedAt",
        # textDisplay is HTML; textOriginal is what the author typed.
        "text": (take(f"{place}snippet.textOriginal", to_text), take(f"{place}snippet.textDisplay", plain)),
        "likes": f"{place}snippet.likeCount",
    }


CHANNEL = Shape(
    "channel",
    "accounts",
    {
        "account_id": "id",
        "handle": take("snippet.customUrl", handle),
        "name": "snippet.title",
        "bio": "snippet.description",
        "created_at": "snippet.publishedAt",
        "country": "snippet.country | brandingSettings.channel.country",
        "language": "snippet.defaultLanguage | brandingSettings.channel.defaultLanguage",
        "followers": "statistics.subscriberCount",
        "post_count": "statistics.videoCount",
    },
    marks=(equals("kind", "youtube#channel"), has("id")),
    hides={"followers": "statistics.hiddenSubscriberCount"},
)

VIDEO = Shape(
    "video",
    "posts",
    {
        "post_id": "id",
        "account_id": "snippet.channelId",
        "posted_at": "snippet.publishedAt",
        "likes": "statistics.likeCount",
        "comments": "statistics.commentCount",
        "views": "statistics.viewCount",
        "caption": take("snippet.title + snippet.description"),
        "kind": take("kind", video),
        "sponsored": "paidProductPlacementDetails.hasPaidProductPlacement",
    },
    marks=(equals("kind", "youtube#video"),),
)

# The date in an item's snippet is that of being put into the list, not that of the video.
PLAYLIST_ITEM = Shape(
    "playlistItem",
    "posts",
    {
        "post_id": "contentDetails.videoId | snippet.resourceId.videoId",
        "account_id": "snippet.videoOwnerChannelId | snippet.channelId",
        "posted_at": "contentDetails.videoPublishedAt",
        "caption": take("snippet.title + snippet.description"),
        "kind": take("kind", video),
    },
    marks=(equals("kind", "youtube#playlistItem"),),
)

# A search result's description is cut short, so the caption is left to the video itself.
FOUND_VIDEO = Shape(
    "searchResult",
    "posts",
    {"post_id": "id.videoId", "account_id": "snippet.channelId", "posted_at": "snippet.publishedAt", "kind": take("kind", video)},
    marks=(equals("kind", "youtube#searchResult"), has("id.videoId")),
)

REPLY = Shape(
    "comment",
    "comments",
    {
        **comment_at(""),
        "post_id": f"snippet.videoId | {UP}.snippet.videoId",
        "account_id": f"snippet.channelId | {UP}.snippet.channelId",
        "reply_to": "snippet.parentId",
    },
    marks=(equals("kind", "youtube#comment"),),
)

THREAD = Shape(
    "commentThread",
    "comments",
    {
        **comment_at("snippet.topLevelComment."),
        "post_id": "snippet.videoId | snippet.topLevelComment.snippet.videoId",
        "account_id": "snippet.channelId | snippet.topLevelComment.snippet.channelId",
        "expected_replies": "snippet.totalReplyCount",
    },
    marks=(equals("kind", "youtube#commentThread"),),
    inside=(Inside("replies.comments", REPLY),),
)

# What subscriptions.list tells about those who subscribed to the channel of the one who asks.
SUBSCRIBER = Shape(
    "subscription",
    "follower_sample",
    {"follower_id": "subscriberSnippet.channelId", "bio_length": take("subscriberSnippet.description", length)},
    marks=(equals("kind", "youtube#subscription"), has("subscriberSnippet.channelId")),
)

FOUND_OTHER = Shape("searchResult", None, marks=(equals("kind", "youtube#searchResult"),))

RECORDS = (CHANNEL, VIDEO, PLAYLIST_ITEM, FOUND_VIDEO, FOUND_OTHER, THREAD, REPLY, SUBSCRIBER)

PLATFORM = Platform(
    "youtube",
    "the YouTube Data API",
    envelopes=(
        Envelope("items", RECORDS, marks=(has("kind"),), more="nextPageToken", before="prevPageToken"),
        Envelope("", RECORDS),
    ),
    refusals=(Refusal("error", "message", "code"),),
    exact_below=1_000,
    plumbing=("kind", "etag"),
)
