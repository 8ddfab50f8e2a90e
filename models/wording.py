"""A verdict in lines that a person reads."""

from collections.abc import Mapping
from typing import Any

_HEADS = {"bought_followers": "bought followers", "diluted_audience": "diluted audience"}


def lines(verdict: Mapping[str, Any]) -> list[str]:
    """What the verdict says, most important first; plain text, one thought a line."""
    said = [f"{verdict['account_id']} on {verdict['platform']}, {verdict['tier']}"]
    if verdict["status"] != "ok":
        said.append("There is too little evidence for a verdict.")
    for name, head in verdict["heads"].items():
        likely = f"{100 * head['probability']:.0f} % likely (base rate {100 * head['base_rate']:.0f} %)"
        said.append(f"{_HEADS.get(name, name)}: {head['decision']}, {likely}")
        said += [f"  · {reason['sentence']}" for reason in head["reasons"]]
    if share := verdict["bought_share"]:
        numbers = (100 * share[key] for key in ("estimate", "low", "high", "detectable"))
        text = "share of purchased-type followers: {:.0f} % ({:.0f}-{:.0f} %), smallest share that could have been seen {:.0f} %".format(
            *numbers
        )
        said.append(text + ("" if share["scope"] == "account" else f", of the {share['scope']} only"))
    if gap := verdict["engagement"]:
        said.append(f"engagement: {gap['rate']:.4f} per follower, peers have {gap['expected']:.4f}")
    said += [f"missing: {entry['field']} - {entry['would_help']}" for entry in verdict["evidence"]["missing"]]
    return said
