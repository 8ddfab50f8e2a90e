"""What else it could be: innocent explanations of the reasons that were given, each tested on the account itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.circumstances import Circumstances
from models.explanation import EXPLANATIONS
from models.ordinary import audiences, bursts, posts

__all__ = ["EXPLANATIONS", "MOST", "audiences", "bursts", "explanations", "posts"]

MOST = 5
# What was found comes first, then what could not be looked at and stays possible, last what was looked at and is not so.
_PLACE = {True: 0, None: 1, False: 2}


def explanations(reasons: Sequence[Mapping[str, Any]], circumstances: Circumstances) -> list[dict[str, Any]]:
    """At most MOST explanations that bear on reasons for a yes, supported ones first, then by the weight of what they would explain.

    supported: the evidence for it is there; looked_at: whether that could be seen at all.

    A supported explanation is told and never changes the probability. The trees have learnt from honest accounts to which the same
    happened, so what can be learnt of viral posts, giveaways and removals is in the margin already and would be counted twice. And most of
    these tests look at what an account's owner writes and chooses: a caption that says "giveaway" would be the cheapest way to a clean
    verdict. Whether it explains what was seen is for the person to judge who reads it.
    """
    weights: dict[str, float] = {reason["feature"]: reason["weight"] for reason in reasons if reason["weight"] > 0}
    found = []
    for explanation in EXPLANATIONS:
        explained = sum(weight for feature, weight in weights.items() if feature in explanation.bears_on)
        if explained:
            finding = explanation.test(circumstances)
            found.append((_PLACE[finding.supported], -explained, explanation.name, finding))
    found.sort(key=lambda entry: entry[:2])
    return [
        {"name": name, "sentence": finding.sentence, "supported": finding.supported is True, "looked_at": finding.supported is not None}
        for _, _, name, finding in found[:MOST]
    ]
