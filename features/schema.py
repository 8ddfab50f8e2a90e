"""The tables of a dataset and the columns of each: one declaration for files, JSON and the API's description."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

Kind = Literal["id", "text", "count", "number", "share", "flag", "moment", "day", "words"]

PLATFORMS = ("instagram", "youtube", "x", "snapchat", "tiktok")
SAMPLE_METHODS = ("census", "random", "stratified", "newest", "unknown")
POST_KINDS = ("photo", "video", "story", "text")
HEADS = ("bought_followers", "bought_engagement", "diluted_audience", "depersonalised_audience")

ARROW_TYPES: Mapping[Kind, pa.DataType] = MappingProxyType(
    {
        "id": pa.large_string(),
        "text": pa.large_string(),
        "count": pa.int64(),
        "number": pa.float64(),
        "share": pa.float64(),
        "flag": pa.bool_(),
        "moment": pa.timestamp("us", "UTC"),
        "day": pa.date32(),
        "words": pa.large_list(pa.large_string()),
    }
)


@dataclass(frozen=True)
class Field:
    """One column: its name, what kind of fact it is, and the only values it may take, if it is a choice."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def arrow(self) -> pa.DataType:
        return ARROW_TYPES[self.kind]


@dataclass(frozen=True)
class TableSchema:
    """One table: its columns, the columns that name a row, and the column that says when a row happened."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    at: str | None = None

    def __getitem__(self, name: str) -> Field:
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.required)


def _fields(required: str, optional: str, choices: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Field, ...]:
    """Fields from `name:kind` words; a word without a kind is text."""
    fields = []
    for words, needed in ((required, True), (optional, False)):
        for word in words.split():
            name, _, kind = word.partition(":")
            fields.append(Field(name, kind or "text", needed, (choices or {}).get(name, ())))  # type: ignore[arg-type]
    return tuple(fields)


TABLES: Mapping[str, TableSchema] = MappingProxyType(
    {
        schema.name: schema
        for schema in (
            TableSchema(
                "accounts",
                _fields(
                    "account_id:id platform observed_at:moment followers:count",
                    "handle name created_at:moment following:count post_count:count bio category language country "
                    "verified:flag private:flag has_picture:flag has_link:flag sample_method",
                    {"platform": PLATFORMS, "sample_method": SAMPLE_METHODS},
                ),
                key=("account_id",),
                at="observed_at",
            ),
            TableSchema(
                "posts",
                _fields(
                    "account_id:id post_id:id posted_at:moment",
                    "likes:count comments:count views:count shares:count caption hashtags:words kind sponsored:flag",
                    {"kind": POST_KINDS},
                ),
                key=("account_id", "post_id"),
                at="posted_at",
            ),
            TableSchema(
                "comments",
                _fields(
                    "account_id:id post_id:id author_id:id commented_at:moment text",
                    "comment_id:id likes:count by_owner:flag reply_to:id",
                ),
                key=("account_id", "comment_id"),
                at="commented_at",
            ),
            TableSchema(
                "follower_sample",
                _fields(
                    "account_id:id follower_id:id",
                    "rank:count handle followers:count following:count post_count:count has_picture:flag bio bio_length:count "
                    "has_link:flag private:flag verified:flag created_at:moment language country",
                ),
                key=("account_id", "follower_id"),
            ),
            TableSchema(
                "history",
                _fields("account_id:id date:day followers:count", "following:count post_count:count"),
                key=("account_id", "date"),
                at="date",
            ),
            TableSchema(
                "labels",
                _fields("account_id:id head value:count", "share:share source by at:moment", {"head": HEADS}),
                key=("account_id", "head"),
            ),
        )
    }
)

# The lists inside one account's JSON (contract 2); labels are never part of an account.
EVENT_TABLES = ("posts", "comments", "follower_sample", "history")
