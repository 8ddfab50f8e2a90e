"""A verdict as a page for people: one HTML file that needs nothing else and sends nothing anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models import gauges
from models.framed import framed
from models.markup import Html, foreign, tag, text, together
from models.wording import HEADS, PLATFORMS, TABLES, share_words

STYLE = Path(__file__).with_name("drawn.css")
_CAUSES = {
    "bought_followers": "followers of the purchased type",
    "diluted_audience": "diluted audience",
    "depersonalised_audience": "depersonalised audience",
    "unexplained": "not explained",
}


def page(verdict: Mapping[str, Any]) -> str:
    """The whole HTML document. Every text of the verdict is escaped; there is no script, and nothing is loaded."""
    sections: list[Html | None] = [_header(verdict), *(_head(name, head) for name, head in verdict.get("heads", {}).items())]
    sections += [_share(verdict.get("bought_share")), _engagement(verdict.get("engagement")), _evidence(verdict.get("evidence") or {})]
    title = text(f"Verdict on {verdict.get('account_id')}")
    return framed(title, STYLE, together(*sections, _footer(verdict.get("bundle") or {})))


def _header(verdict: Mapping[str, Any]) -> Html:
    platform = PLATFORMS.get(verdict.get("platform", ""), verdict.get("platform", ""))
    facts = [fact for fact in (platform, verdict.get("tier"), f"seen {str(verdict.get('observed_at', ''))[:10]}") if fact]
    nothing = None if verdict.get("status") == "ok" else tag("p", "There is too little evidence for a verdict.")
    errors = [tag("li", error.get("pointer", ""), " ", error.get("detail", "")) for error in verdict.get("errors") or ()]
    listed = tag("ul", *errors) if errors else None
    return tag("header", tag("h1", foreign(verdict.get("account_id"))), tag("p", " · ".join(facts), class_="soft"), nothing, listed)


def _head(name: str, head: Mapping[str, Any]) -> Html:
    because = head.get("undecided_because")
    low, high = head.get("probability_low"), head.get("probability_high")
    return tag(
        "section",
        tag("div", tag("h2", HEADS.get(name, name).capitalize()), tag("span", head["decision"], class_="badge"), class_="top"),
        tag("p", tag("span", gauges.percent(head["probability"]), class_="figure"), " likely"),
        gauges.probability(head["probability"], low, high, head["base_rate"]),
        None if because is None else tag("p", because["sentence"], class_="call"),
        _reasons(head.get("reasons") or ()),
        _explanations(head.get("innocent_explanations") or ()),
        _otherwise(head),
        class_=head["decision"] if head["decision"] in ("yes", "no") else "undecided",
        aria_label=HEADS.get(name, name),
    )


def _reasons(reasons: Any) -> Html | None:
    if not reasons:
        return None
    both = len({reason["weight"] > 0 for reason in reasons}) > 1
    return together(tag("h3", "Why"), tag("ul", *(_reason(reason, both) for reason in reasons)))


def _reason(reason: Mapping[str, Any], both: bool) -> Html:
    side = tag("span", "for a yes" if reason["weight"] > 0 else "for a no", class_="state there") if both else None
    percentile = reason.get("peer_percentile")
    records = [tag("li", record["sentence"], " ", tag("code", record["record"])) for record in reason.get("evidence") or ()]
    folded = tag("details", tag("summary", "Records behind it"), tag("ul", *records)) if records else None
    place = None if percentile is None else gauges.standing(percentile)
    return tag("li", tag("div", tag("div", side, reason["sentence"]), place, class_="row"), folded)


def _explanations(explanations: Any) -> Html | None:
    if not explanations:
        return None
    rows = []
    for entry in explanations:
        state = "supported" if entry["supported"] else "not found" if entry.get("looked_at", True) else "cannot be seen"
        rows.append(tag("li", tag("span", state, class_="state there" if entry["supported"] else "state"), entry["sentence"]))
    note = "None of them has changed the probability: whether one explains what was seen is for you to judge."
    return together(tag("h3", "What else it could be"), tag("ul", *rows), tag("p", tag("small", note)))


def _otherwise(head: Mapping[str, Any]) -> Html | None:
    found = head.get("counterfactual")
    said = found["sentence"] if found else head.get("no_counterfactual_because")
    return together(tag("h3", "What would change the decision"), tag("p", said, class_="call" if found else "soft")) if said else None


def _share(share: Mapping[str, Any] | None) -> Html | None:
    if not share:
        return None
    strata = share.get("strata") or ()
    return tag(
        "section",
        tag("h2", "Share of purchased-type followers"),
        tag(
            "p",
            tag("span", gauges.percent(share["estimate"]), class_="figure"),
            f" ({gauges.percent(share['low'])} to {gauges.percent(share['high'])})",
        ),
        gauges.share(share),
        *(tag("p", f"{line[:1].upper()}{line[1:]}.") for line in share_words(share)),
        together(tag("h3", "By when they followed"), gauges.strata(strata)) if strata else None,
        tag("p", tag("small", "It says what these followers are like, not who sent them: a rival can send them too.")),
    )


def _engagement(gap: Mapping[str, Any] | None) -> Html | None:
    if not gap:
        return None
    parts = [
        (_CAUSES.get(part["cause"], part["cause"]), float(part["dex"]), part.get("low"), part.get("high")) for part in gap.get("parts", ())
    ]
    said = (
        f"A typical post gets {100 * gap['rate']:.2g} likes and comments for each hundred followers; accounts like it get "
        f"{100 * gap['expected']:.2g}. What makes the difference, as far as it can be told:"
    )
    return tag("section", tag("h2", "Engagement"), tag("p", said), gauges.gap(parts) if parts else None)


def _evidence(evidence: Mapping[str, Any]) -> Html:
    seen = [tag("span", TABLES.get(name, name), class_="chip") for name in evidence.get("seen", ())]
    missing = [
        tag("li", tag("b", TABLES.get(entry["field"], entry["field"])), ": ", entry["would_help"]) for entry in evidence.get("missing", ())
    ]
    listed = together(tag("h3", "Missing"), tag("ul", *missing)) if missing else None
    return tag("section", tag("h2", "What was seen"), tag("p", *seen), listed)


def _footer(bundle: Mapping[str, Any]) -> Html:
    version = bundle.get("version")
    return tag("footer", "Judged by bundle ", bundle.get("id", "unknown"), f", version {version}" if version else "", ".")
