"""Snapchat: Public Profile API, the data of a public profile's web page, and a table that a creator fills in by hand."""

import re
from typing import Any

from features.importing.converters import choice, given, handle, to_count_above_zero, to_text
from features.importing.shapes import UP, Envelope, Inside, Platform, Refusal, Shape, equals, has, take

_SPOTLIGHT = re.compile(r"spotlight/(\w+)")


def in_link(link: Any) -> str | None:
    """The id of a Spotlight, which stands in the link to it only."""
    found = _SPOTLIGHT.search(link) if isinstance(link, str) else None
    return found[1] if found else None


def official(tier: Any) -> bool | None:
    """Only the official tier has been verified; other tiers say nothing else of interest here."""
    return {"TIER_PUBLIC_OFFICIAL": True, "TIER_PUBLIC": False, "TIER_STANDARD": False}.get(tier) if isinstance(tier, str) else None


PROFILE = Shape(
    "public_profile",
    "accounts",
    {
        "account_id": "id",
        "handle": take("snap_user_name", handle),
        "name": "display_name",
        "bio": "description",
        "category": "subcategory | category",
        "country": "country",
        "followers": "subscriber_count",
        "verified": take("profile_tier", official),
        "has_link": take("website", given),
    },
    marks=(has("id"), has("snap_user_name", "subscriber_count")),
)

SPOTLIGHT = Shape(
    "spotlight",
    "posts",
    {
        "post_id": (take("oneLinkParams.deepLinkUrl | deeplink", in_link),),
        "owner_handle": take(f"videoMetadata.creator.personCreator.username | {UP}.userProfile.publicProfileInfo.username", handle),
        "posted_at": "videoMetadata.uploadDateMs",
        # An empty place in the list is written as a video with 0 views; -1 is a hidden number.
        "views": take("engagementStats.viewCount | videoMetadata.viewCount", to_count_above_zero),
        "shares": "engagementStats.shareCount | videoMetadata.shareCount",
        "comments": "engagementStats.commentCount",
        "caption": take("videoMetadata.name + videoMetadata.description"),
        "hashtags": "hashtags",
        "kind": take("videoMetadata", lambda _: "video"),
    },
    marks=(has("videoMetadata"),),
)

PAGE = Shape(
    "web page",
    "accounts",
    {
        "handle": take("userProfile.publicProfileInfo.username", handle),
        "name": "userProfile.publicProfileInfo.title",
        "bio": "userProfile.publicProfileInfo.bio",
        "created_at": "userProfile.publicProfileInfo.creationTimestampMs.value",
        # A profile that hides the number of its subscribers says 0.
        "followers": take("userProfile.publicProfileInfo.subscriberCount", to_count_above_zero),
        "has_link": take("userProfile.publicProfileInfo.websiteUrl", given),
    },
    marks=(has("userProfile.publicProfileInfo"),),
    inside=(Inside("spotlightStoryMetadata", SPOTLIGHT),),
)

# The table for creators (docs/snapchat.csv): one line for the profile, one for each day and each post.
FORM = "rows"
FORM_PROFILE = Shape(
    "row of the profile",
    "accounts",
    {
        "handle": take("username", handle),
        "name": "name",
        "bio": "text",
        "observed_at": "at",
        "followers": "subscribers",
        "created_at": "created_at",
    },
    marks=(equals("row", "profile"),),
)
FORM_DAY = Shape(
    "row of a day",
    "history",
    {"owner_handle": take("username", handle), "date": "at", "followers": "subscribers"},
    marks=(equals("row", "day"),),
)
FORM_POST = Shape(
    "row of a post",
    "posts",
    {
        "post_id": "post",
        "owner_handle": take("username", handle),
        "posted_at": "at",
        "views": "views",
        "likes": "likes",
        "comments": "replies",
        "shares": "shares",
        "caption": take("text", to_text),
        "kind": take("kind", choice({"story": "story", "spotlight": "video", "video": "video", "photo": "photo"})),
    },
    marks=(equals("row", "post"),),
)

PLATFORM = Platform(
    "snapchat",
    "Snapchat",
    envelopes=(
        Envelope("public_profiles", (Shape("answer", None, marks=(has("public_profile"),), inside=(Inside("public_profile", PROFILE),)),)),
        Envelope("public_profile", (PROFILE,)),
        Envelope("props.pageProps", (PAGE,)),
        Envelope("", (PAGE,)),
        Envelope(FORM, (FORM_PROFILE, FORM_DAY, FORM_POST)),
    ),
    plumbing=("row",),
    refusals=(
        Refusal("", "display_message | debug_message", "request_status", fine=("SUCCESS", "success"), marks=(has("request_status"),)),
    ),
)
