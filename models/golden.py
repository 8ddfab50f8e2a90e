"""Golden accounts: synthetic accounts whose probabilities and decisions a bundle must give again wherever it is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from features.snapshot import parse
from models.verdict import judge

if TYPE_CHECKING:
    from models.bundle import Bundle

# Between processors a probability may differ by rounding, not by more.
TOLERANCE = 1e-6


def record(bundle: Bundle, documents: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The documents with the probabilities and decisions that the bundle gives them now."""
    verdicts = judge(bundle, [parse(document) for document in documents], reasons=False)
    return tuple(
        {"document": dict(d), "probabilities": _probabilities(v), "decisions": _decisions(v)}
        for d, v in zip(documents, verdicts, strict=True)
    )


def differences(bundle: Bundle) -> list[str]:
    """What the bundle says now that it did not say when it was made, in words; empty when all is as it was."""
    if not bundle.golden:
        return ["it has no golden accounts"]
    # At the heads' own base rates, because a user's setting is no fault of the bundle.
    plain = bundle.configured({}, bundle.tiers)
    verdicts = judge(plain, [parse(golden["document"]) for golden in bundle.golden], reasons=False)
    found = []
    for golden, verdict in zip(bundle.golden, verdicts, strict=True):
        now = _probabilities(verdict)
        for head, probability in golden["probabilities"].items():
            if head not in now or abs(now[head] - probability) > TOLERANCE:
                found.append(f"{head} of {verdict['account_id']} was {probability:.6f} and is {now.get(head, float('nan')):.6f}")
        decisions = _decisions(verdict)
        for head, decision in golden["decisions"].items():
            if decisions.get(head) != decision:
                found.append(f"{head} of {verdict['account_id']} was decided as {decision} and is {decisions.get(head)}")
    return found


def _probabilities(verdict: Mapping[str, Any]) -> dict[str, float]:
    share = {"bought_share": verdict["bought_share"]["estimate"]} if verdict["bought_share"] else {}
    bounds = {f"{name} {key}": head[key] for name, head in verdict["heads"].items() for key in ("probability_low", "probability_high")}
    return {name: head["probability"] for name, head in verdict["heads"].items()} | bounds | share


def _decisions(verdict: Mapping[str, Any]) -> dict[str, str]:
    return {name: head["decision"] for name, head in verdict["heads"].items()}
