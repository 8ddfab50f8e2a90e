"""Accounts made for a test: plain ones, to which one thing after another happens."""

from datetime import date, datetime, timedelta
from typing import Any

from features.catalog import build
from features.snapshot import parse
from features.table import AccountTable
from models.bundle import Bundle
from models.circumstances import Circumstances

Document = dict[str, Any]

FIRST_DAY = date(2026, 8, 3)
DAYS = 90
BURST_DAY = 60


def account(**more: Any) -> Document:
    return {"account_id": "1", "platform": "instagram", "observed_at": "2026-11-01T00:00:00Z", "followers": 9000, **more}


def on(day: int) -> str:
    return (FIRST_DAY + timedelta(days=day)).isoformat()


def history(gains: dict[int, int] | None = None, usual: int = 20) -> list[Document]:
    """90 days that each bring `usual` followers and one more every second day, but for those in `gains`."""
    count, rows = 5000, []
    for i in range(DAYS):
        count += (gains or {}).get(i, usual + i % 2)
        rows.append({"date": on(i), "followers": count})
    return rows


def posts(likes: dict[int, int] | None = None, captions: dict[int, str] | None = None, **more: Any) -> list[Document]:
    """A post every fifth day with 100 likes, but for those in `likes` and `captions` (by day)."""
    return [
        {
            "post_id": f"post-{i}",
            "posted_at": f"{on(i)}T12:00:00Z",
            "likes": (likes or {}).get(i, 100 + i % 3),
            "comments": 4,
            "caption": (captions or {}).get(i, "a day in the mountains"),
            **more,
        }
        for i in range(0, DAYS, 5)
    ]


def followers(of: int = 100, **more: Any) -> list[Document]:
    return [
        {
            "follower_id": f"follower-{i}",
            "rank": i,
            "handle": f"ana.lopez{'x' * (i % 7)}",
            "followers": 150 + i,
            "following": 300 + 2 * i,
            "post_count": 20 + i,
            "has_picture": i % 10 != 0,
            "private": i % 4 == 0,
            **more,
        }
        for i in range(of)
    ]


# Minutes from a post to a comment, as people take them: half within three hours, the last after days.
DELAYS = (2, 5, 11, 20, 40, 75, 120, 180, 270, 400, 600, 900, 1300, 2000, 3300)


def comments(texts: list[str], **more: Any) -> list[Document]:
    """Comments by as many people under the posts."""
    return [
        {
            "post_id": f"post-{5 * (i % 16)}",
            "comment_id": f"comment-{i}",
            "author_id": f"author-{i}",
            "commented_at": f"{datetime.fromisoformat(on(5 * (i % 16))) + timedelta(hours=12, minutes=DELAYS[i % 15], seconds=i)}Z",
            "text": text,
            **more,
        }
        for i, text in enumerate(texts)
    ]


def circumstances(bundle: Bundle, document: Document) -> Circumstances:
    """What explanations and records look at, from the account's JSON."""
    table = AccountTable.from_snapshots([parse(document)])
    matrix = build(table, bundle.reference)
    values = dict(zip(matrix.names, matrix.values[0].tolist(), strict=True))
    return Circumstances(table, bundle.reference, values, bundle.peers, bundle.tiers.names(table.column("followers").values)[0])
