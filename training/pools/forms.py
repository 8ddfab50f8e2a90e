"""Published tables of labelled accounts that name their columns in their own way, as records of a follower pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Form:
    """columns: ours by theirs. `label` is the column that tells the classes apart, `purchased` its value for purchased-type accounts.

    What has no column of ours, such as how alike the captions are, is left out: a sampled follower does not show it.
    """

    source: str
    platform: str
    columns: Mapping[str, str]
    label: str
    purchased: str | int

    def fits(self, table: pa.Table) -> bool:
        return {*self.columns, self.label} <= set(table.column_names)

    def records(self, table: pa.Table) -> pa.Table:
        n = table.num_rows
        said = pc.if_else(pc.equal(table[self.label], self.purchased), "fake", "real")
        ours = {mine: table[theirs] for theirs, mine in self.columns.items()}
        return pa.table({"source": [self.source] * n, "platform": [self.platform] * n, "label": said, **ours})


FORMS = (
    # Purba et al., IJECE 10(3) 2020: followers bought from several sellers on Instagram, beside real accounts.
    Form(
        "purba",
        "instagram",
        {
            "flw": "followers",
            "flg": "following",
            "pos": "post_count",
            "pic": "has_picture",
            "bl": "bio_length",
            "lin": "has_link",
        },
        "class",
        "f",
    ),
    # Kaggle, "Instagram fake spammer genuine accounts": fake and spam accounts, which nobody says were sold.
    Form(
        "kaggle",
        "instagram",
        {
            "#followers": "followers",
            "#follows": "following",
            "#posts": "post_count",
            "profile pic": "has_picture",
            "description length": "bio_length",
            "external URL": "has_link",
            "private": "private",
        },
        "fake",
        1,
    ),
)


def ours(table: pa.Table) -> pa.Table:
    """The table with our columns, if it is one of the FORMS; otherwise as it is."""
    for form in FORMS:
        if form.fits(table):
            return form.records(table)
    return table
