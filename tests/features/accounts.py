"""Whole small accounts for the tests: as JSON documents, as Arrow tables, and what the features say of them."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from hypothesis import strategies as st

from features.catalog import FeatureMatrix, build
from features.columns import Nested
from features.dataset import Tables
from features.facts import Raw
from features.reference import Reference
from features.schema import EVENT_TABLES, PLATFORMS, POST_KINDS, TABLES, Field
from features.snapshot import Snapshot, parse
from features.table import AccountTable
from features.text import Text
from tests.features.references import OBSERVED, REFERENCE

Document = dict[str, Any]


REQUIRED = {name: {field.name for field in TABLES[name].fields if field.required} for name in TABLES}
PHRASES = (
    "nice one",
    "I love this so much, where did you get it?",
    "Straße GROẞ größer",
    "Sooooo schön 😍😍",
    "İSTANBUL ışık çok güzel",
    "🔥🔥🔥",
    "👨‍👩‍👧 1️⃣ 🇩🇪",
    "素敵な写真ですね",
    "สวยมากเลย",
    "هل هذا حقيقي؟",
    "@friend look at this www.example.org",
    "cafe\u0301 au lait s'il vous plaît",
    "Z\u0335\u0321a\u0327\u0323lgo",
    "vielen Dank für deine tolle Arbeit heute",
    "your hair is wonderful today mira",
    "great content keep it up my friend",
    "great content, keep it up my friend!",
    "food in the Alps is the best food",
)
TAGS = ("alps", "Alps", "straße", "STRASSE", "food", "ad", "travel", "日本", "werbung", "fit_life")
BIOS = (
    "mum of two",
    "Photographer and dad from Bern",
    "photographer & dad, from Bern!",
    "素敵な写真と旅行が好きです",
    "Alps & travel",
    "food, bread, food",
    "hair by mira",
    "fit_life",
    "☀️",
    "travel | food",
)
LANGUAGES = ("de", "de-CH", "DE", "en", "fr")
COUNTRIES = ("CH", "ch", "DE", "United States")
OPENINGS = ("look", "look, bread!", "thanks to @acme and @Bolt.co", "mail me@example.org or @zeta.")
HANDLES = ("anna.k", "mira_92", "user83921", "user11823", "tom", "x__x", "jürgen7", "a1b2c3")


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def ago(days: float) -> str:
    return iso(OBSERVED - timedelta(days=days))


def bare(account_id: str = "1", **more: Any) -> Document:
    """An account of which only the four required columns are known."""
    return {"account_id": account_id, "platform": "instagram", "observed_at": iso(OBSERVED), "followers": 1000, **more}


def account(seed: int, account_id: str | None = None) -> Document:
    """An account of any kind: lists may be absent, empty, short or long, and single values unknown."""
    chance = random.Random(seed)
    size = 10 ** chance.uniform(0.5, 6)

    def some(value: Any, unknown: float = 0.15) -> Any:
        return None if chance.random() < unknown else value

    def count(typical: float) -> int:
        return int(chance.lognormvariate(0, 0.5) * typical)

    # Drawn apart, so that what came first stays as it was.
    apart = random.Random(-1 - seed)
    rush, dips = apart.choice((1.0, 12.0)), apart.choice((0, 1, 2))

    document = bare(
        account_id or f"{2**53 + seed}",
        platform=chance.choice(PLATFORMS),
        followers=int(size),
        name=some("Mira Öz"),
        handle=some("mira.oez"),
        created_at=some(ago(chance.uniform(0, 4000))),
        following=some(count(300)),
        post_count=some(count(100)),
        language=some(chance.choice(("de", "de-CH, fr", "en", "tr-TR", "th", "German")), 0.4),
        country=some(chance.choice(("CH", "DE")), 0.3),
        sample_method=some(chance.choice(("census", "random", "newest")), 0.5),
    )
    posts = [
        {
            "post_id": f"p{i}",
            "posted_at": ago(chance.uniform(0, 200)),
            "likes": some(count(size * 0.03)),
            "comments": some(count(5)),
            "views": some(count(size * 0.2), 0.5),
            "sponsored": some(chance.random() < 0.2, 0.5),
            "kind": apart.choice((*POST_KINDS, None)),
            "hashtags": some(chance.choices(TAGS, k=chance.randrange(4)), 0.4),
            "caption": some(" ".join([chance.choice(OPENINGS), *(f"#{tag}" for tag in chance.choices(TAGS, k=2))])),
        }
        for i in range(chance.choice((0, 1, 4, 12, 45)))
    ]
    for post in posts:
        if post["views"] is not None and apart.random() < 0.1:
            post["views"] = apart.randrange(3)
        # What makes good the first dip of the history below.
        if post["likes"] is not None and 86 < (OBSERVED - datetime.fromisoformat(post["posted_at"])).days < 91:
            post["likes"] *= 5
    words = [word for phrase in PHRASES for word in phrase.split()]
    talkative = chance.choice((0.1, 0.4))
    comments = [
        {
            "post_id": f"p{chance.randrange(12)}",
            "comment_id": some(f"c{i}", 0.1),
            "author_id": f"u{chance.randrange(25)}",
            "commented_at": ago(chance.choice((1, *(chance.uniform(0, 100) for _ in range(3))))),
            "text": some(chance.choice((chance.choice(PHRASES), " ".join(chance.choices(words, k=chance.randrange(1, 12))))), 0.05),
            "by_owner": some(chance.random() < talkative, 0.3),
            "reply_to": some(f"c{chance.randrange(40)}"),
        }
        for i in range(chance.choice((0, 3, 40, 90)))
    ]
    for comment in comments:
        if posts and apart.random() < 0.5:
            post = apart.choice(posts)
            delay = timedelta(days=apart.choice((0.004, apart.uniform(0, 2))))
            at = min(datetime.fromisoformat(post["posted_at"]) + delay, OBSERVED)
            comment |= {"post_id": post["post_id"], "commented_at": iso(at)}
    together = chance.choice((0, 30, 50))
    # Two or three who keep company under every other post.
    comments += [
        {"post_id": f"p{post}", "author_id": f"m{who}", "commented_at": ago(chance.uniform(0, 90)), "text": "ok"}
        for who in range(chance.choice((0, 0, 2, 3)))
        for post in range(0, 12, 2)
    ]
    # Small accounts are followed by those who comment.
    fans = "u" if size < 2000 else "f"
    sample = [
        {
            "follower_id": f"{fans}{i}",
            "rank": i,
            "handle": some(chance.choice(HANDLES) + chance.choice(("", ".", str(i % 3)))),
            "followers": some(count(150)),
            "following": some(chance.choice((count(600), count(6000)))),
            "post_count": some(count(3)),
            "has_picture": some(chance.random() < 0.8),
            # One after another and of one week, or of any year.
            "created_at": some(ago(800 + chance.random() * 5 if 20 <= i < together else chance.uniform(0, 4000))),
            "private": some(chance.random() < 0.3),
            "bio": some(chance.choice((*BIOS, f"I collect stamps of {i} countries")), 0.4),
            "bio_length": some(chance.randrange(3)),
            "language": some(chance.choice(LANGUAGES)),
            "country": some(chance.choice(COUNTRIES)),
        }
        for i in range(chance.choice((0, 5, 60, 130)))
    ]
    total, history = int(size * 0.9), []
    for i in range(chance.choice((0, 10, 60, 120))):
        total = max(total + count(size * 0.001 * rush + 3) - 2 + (int(size * 0.05) + 300) * (chance.random() < 0.03), 0)
        history.append(
            {"date": str((OBSERVED - timedelta(days=130 - i)).date()), "followers": total, "following": apart.choice((900, 900, 700, None))}
        )
    for row in history[40:]:
        # Lost and made good again, every twenty days.
        place = history.index(row)
        row["followers"] = int(row["followers"] * (0.8 if place % 20 < 2 and place < 40 + 20 * dips else 1))
    history = [row for row in history if chance.random() < 0.9]
    for name, rows in (("posts", posts), ("comments", comments), ("follower_sample", sample), ("history", history)):
        if chance.random() < 0.85:
            dropped = {key for row in rows[:1] for key in row if key not in REQUIRED[name] and chance.random() < 0.08}
            document[name] = [{key: value for key, value in row.items() if key not in dropped} for row in rows]
    return document


def crowd(size: int = 160) -> list[Document]:
    return [account(seed, f"{seed}-{2**53 + 1}") for seed in range(size)]


def accounts() -> st.SearchStrategy[Document]:
    """Any whole account; shrinks towards early seeds, which the failing test names."""
    return st.builds(account, st.integers(100, 1_000_000))


def canonical(field: Field, value: Any) -> Any:
    """A value of a document as Arrow wants it."""
    if value is None or field.kind not in ("moment", "day"):
        return value
    return datetime.fromisoformat(value) if field.kind == "moment" else date.fromisoformat(value)


def tables(documents: Sequence[Mapping[str, Any]]) -> Tables:
    """The documents as a dataset's tables in the contract's types."""
    made: Tables = {}
    for name in ("accounts", *EVENT_TABLES):
        rows = [
            {**row, "account_id": document["account_id"]}
            for document in documents
            for row in ([document] if name == "accounts" else document.get(name) or [])
        ]
        seen = {key for row in rows for key in row} | REQUIRED[name]
        fields = [field for field in TABLES[name].fields if field.name in seen]
        made[name] = pa.table({f.name: pa.array([canonical(f, row.get(f.name)) for row in rows], f.arrow) for f in fields})
    return made


def from_tables(made: Tables) -> FeatureMatrix:
    return build(AccountTable.from_tables(made), REFERENCE)


def from_documents(documents: Sequence[Document], reference: Reference = REFERENCE) -> FeatureMatrix:
    return build(AccountTable.from_snapshots([parse(orjson.dumps(document)) for document in documents]), reference)


def said(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot holds, bit for bit, in values that can be compared."""
    columns = {("", name): column for name, column in snapshot.account.items()}
    columns |= {(table, name): column for table, own in snapshot.events.items() for name, column in own.items()}
    return {
        "who": (snapshot.account_id, snapshot.platform, snapshot.ignored),
        "looked at": sorted(snapshot.events),
        "starts": {name: _bits(starts) for name, starts in snapshot.starts.items()},
        **{place: _column_bits(column) for place, column in columns.items()},
    }


def _column_bits(column: Raw) -> list[tuple[str, bytes]]:
    """Texts may lie anywhere in their buffer."""
    if isinstance(column, Text):
        begin, end = column.offsets[0], column.offsets[-1]
        return [_bits(array) for array in (column.data[begin:end], column.offsets - begin, column.known, column.starts)]
    if isinstance(column, Nested):
        return [_bits(array) for array in (column.codes, column.inner, column.known, column.starts)]
    return [_bits(column)]


def _bits(array: np.ndarray) -> tuple[str, bytes]:
    return str(array.dtype), array.tobytes()


def shuffled(made: Tables, seed: int) -> Tables:
    """The same rows in another order."""
    chance = np.random.default_rng(seed)
    return {name: table.take(pa.array(chance.permutation(len(table)))) for name, table in made.items()}


def sorted_as(matrix: FeatureMatrix, account_ids: Sequence[str]) -> FeatureMatrix:
    """The same rows in the order of these accounts."""
    place = {account_id: i for i, account_id in enumerate(matrix.account_ids)}
    return FeatureMatrix(account_ids, matrix.names, matrix.values[[place[account_id] for account_id in account_ids]])


def differing(one: FeatureMatrix, other: FeatureMatrix) -> list[str]:
    """Names of the features that are not the same bit for bit."""
    assert one.names == other.names
    assert list(one.account_ids) == list(other.account_ids)
    same = one.values.view(np.int64) == other.values.view(np.int64)
    same |= np.isnan(one.values) & np.isnan(other.values)
    return [f"{name} (account {one.account_ids[int(np.argmin(same[:, j]))]})" for j, name in enumerate(one.names) if not same[:, j].all()]


def value(name: str, document: Mapping[str, Any], reference: Reference = REFERENCE) -> float:
    """One feature of one account."""
    return float(from_documents([dict(document)], reference).column(name)[0])
