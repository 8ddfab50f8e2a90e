"""How an innocent explanation is declared: a function tests it on one account, one decorator says on which reasons it bears."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from features.catalog import BY_NAME
from models.circumstances import Circumstances


@dataclass(frozen=True)
class Finding:
    """supported: True the evidence for it is there, False it was looked at and is not so, None it could not be looked at."""

    supported: bool | None
    sentence: str


def supported(sentence: str) -> Finding:
    return Finding(True, sentence)


def refuted(sentence: str) -> Finding:
    return Finding(False, sentence)


def not_seen(sentence: str) -> Finding:
    return Finding(None, sentence)


Test = Callable[[Circumstances], Finding]


@dataclass(frozen=True)
class Explanation:
    """Something ordinary that may lie behind a reason. bears_on: the features of which it could be the cause."""

    name: str
    question: str
    bears_on: frozenset[str]
    test: Test


EXPLANATIONS: list[Explanation] = []


def innocent(question: str, bears_on: tuple[str, ...]) -> Callable[[Test], Test]:
    """Declare the decorated function as the test of an innocent explanation; its name is the explanation's."""
    unknown = set(bears_on) - set(BY_NAME)
    if unknown:
        raise ValueError(f"an explanation bears on features that do not exist: {', '.join(sorted(unknown))}")

    def declare(test: Test) -> Test:
        EXPLANATIONS.append(Explanation(test.__name__, question, frozenset(bears_on), test))
        return test

    return declare
