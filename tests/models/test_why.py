"""Explanations as a whole: the same alone as among many, told in full, and only when asked for."""

import math
from collections.abc import Iterator
from typing import Any

from features.table import AccountTable
from models.bundle import Bundle
from models.verdict import judge_table
from models.why import unexplained
from models.wording import lines

Document = dict[str, Any]


def test_an_account_is_explained_alone_as_among_many(decisive: Bundle, small_table: AccountTable, explained: list[Document]) -> None:
    for i in range(0, small_table.n, 13):
        assert judge_table(decisive, small_table.block(i, i + 1)) == [explained[i]]


def test_explanations_are_given_only_when_asked_for(decisive: Bundle, small_table: AccountTable, explained: list[Document]) -> None:
    for full, short in zip(explained, judge_table(decisive, small_table, reasons=False), strict=True):
        for name, head in short["heads"].items():
            assert head == {**full["heads"][name], **unexplained()}


def leaves(value: Any) -> Iterator[Any]:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(inner)
    if not isinstance(value, dict | list):
        yield value


def test_everything_is_plain_finite_json(explained: list[Document]) -> None:
    for verdict in explained:
        for leaf in leaves(verdict):
            assert type(leaf) in (str, int, float, bool, type(None)), type(leaf)
            assert not isinstance(leaf, float) or math.isfinite(leaf)


def test_every_head_says_what_would_change_it_or_why_nothing_would(explained: list[Document]) -> None:
    for verdict in explained:
        for head in verdict["heads"].values():
            assert (head["counterfactual"] is None) != (head["no_counterfactual_because"] is None)


def test_lines_tell_all_of_it(explained: list[Document]) -> None:
    for verdict in explained[:50]:
        said = "\n".join(lines(verdict))
        for head in verdict["heads"].values():
            assert all(reason["sentence"] in said for reason in head["reasons"])
            assert all(entry["sentence"] in said for entry in head["innocent_explanations"])
            assert all(reason["evidence"][0]["sentence"] in said for reason in head["reasons"] if reason["evidence"])
            assert (head["counterfactual"] or {"sentence": head["no_counterfactual_because"]})["sentence"] in said
