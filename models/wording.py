"""A verdict in lines that a person reads."""

from collections.abc import Mapping
from typing import Any

HEADS = {
    "bought_followers": "bought followers",
    "bought_engagement": "bought engagement",
    "diluted_audience": "diluted audience",
    "depersonalised_audience": "depersonalised audience",
}
PLATFORMS = {"instagram": "Instagram", "youtube": "YouTube", "x": "X", "snapchat": "Snapchat", "tiktok": "TikTok"}
TABLES = {"follower_sample": "follower sample", "created_at": "day of creation"}


def lines(verdict: Mapping[str, Any]) -> list[str]:
    """What the verdict says, most important first; plain text, one thought a line."""
    said = [f"{verdict['account_id']} on {verdict['platform']}, {verdict['tier']}"]
    if verdict["status"] != "ok":
        said.append("There is too little evidence for a verdict.")
    for name, head in verdict["heads"].items():
        said += _head(name, head)
    if share := verdict["bought_share"]:
        estimate, low, high, least = (100 * share[key] for key in ("estimate", "low", "high", "detectable"))
        seen = f"smallest share that could have been seen {least:.0f} %" if least < 100 else "no share could have been seen for sure"
        text = f"share of purchased-type followers: {estimate:.0f} % ({low:.0f}-{high:.0f} %), {seen}"
        said.append(text + ("" if share["scope"] == "account" else f", of the {share['scope']} only"))
        said += [f"  · {line}" for line in share_words(share)]
    if gap := verdict["engagement"]:
        said.append(f"engagement: {gap['rate']:.4f} per follower, peers have {gap['expected']:.4f}")
    said += [f"missing: {entry['field']} - {entry['would_help']}" for entry in verdict["evidence"]["missing"]]
    return said


def _head(name: str, head: Mapping[str, Any]) -> list[str]:
    low, high = head.get("probability_low"), head.get("probability_high")
    sure = "" if low is None or high is None else f", {100 * low:.0f}-{100 * high:.0f} %"
    likely = f"{100 * head['probability']:.0f} % likely{sure} (base rate {100 * head['base_rate']:.0f} %)"
    said = [f"{HEADS.get(name, name)}: {head['decision']}, {likely}"]
    if because := head.get("undecided_because"):
        said.append(f"  undecided: {because['sentence']}")
    both = len({reason["weight"] > 0 for reason in head["reasons"]}) > 1
    for reason in head["reasons"]:
        side = ("for a yes: " if reason["weight"] > 0 else "for a no: ") if both else ""
        said.append(f"  · {side}{reason['sentence']}")
        # The first record is enough to see what kind it is; all of them are in the JSON and on the page.
        said += [f"      e.g. {record['sentence']} [{record['record']}]" for record in reason.get("evidence", ())[:1]]
    for entry in head.get("innocent_explanations", ()):
        mark = "supported" if entry["supported"] else "not found" if entry.get("looked_at", True) else "cannot be seen"
        said.append(f"  ? {mark}: {entry['sentence']}")
    otherwise = head.get("counterfactual")
    if reason := otherwise["sentence"] if otherwise else head.get("no_counterfactual_because"):
        said.append(f"  ↔ {reason}")
    return said


def share_words(share: Mapping[str, Any]) -> list[str]:
    """What more is known of the share: its likelier half, how likely it is above a bound, and whether a second method agrees."""
    said = []
    if share.get("likely_low") is not None and share.get("likely_high") is not None:
        said.append(f"as likely inside {100 * share['likely_low']:.0f}-{100 * share['likely_high']:.0f} % as outside")
    if above := share.get("probability_above"):
        said.append("; ".join(f"above {100 * float(bound):.0f} %: {100 * chance:.0f} % likely" for bound, chance in above.items()))
    if second := share.get("second_opinion"):
        agrees = "agrees" if second["agrees"] else "does not agree"
        said.append(f"a second method ({second['method']}) says {100 * second['estimate']:.0f} % and {agrees}")
    if share.get("in_reference") is False:
        said.append("these followers are unlike any that the bundle has learnt from, so the interval may be too narrow")
    return said
