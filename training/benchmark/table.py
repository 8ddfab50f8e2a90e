"""The bars T1-T13: what each asks for, and in which step's answer the measured number stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One number of a target: `path` leads to it in the answer of `step`, to a number or to {"value", "low", "high", "whose"}.

    A bar is reached by the value, not by the interval. per: path of a number to divide by, such as how many cells there are of which
    some are covered.
    """

    what: str
    step: str
    path: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None
    per: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A claim that is well defined (method.md 7.3): it is met when every one of its bars is."""

    says: str
    level: str
    bars: tuple[Bar, ...]


WORLDS, COMPOSED, SHARES, DECISIONS = "worlds", "composed", "shares", "decisions"

# What a reader must not miss: the worst of each kind, whatever the bars say.
HEADLINE: tuple[Bar, ...] = (
    Bar("worst vendor, other world, ≥ 20 %: recall", WORLDS, ("T1", "worst_vendor")),
    Bar("worst honest family: false alarms", "hard_negatives", ("T7", "worst")),
    Bar("worst source of real followers, ≥ 20 %: recall at 1 % FPR", COMPOSED, ("T3", "worst")),
    Bar("cheapest way to halve the recall: EUR for a median lot", "attacks", ("T10", "cheapest")),
)

TARGETS: dict[str, Target] = {
    "T1": Target(
        "finds ≥ 20 % of purchased-type followers with ≤ 1 % of clean accounts flagged: other world, unseen vendors, all tables",
        "L3",
        (
            Bar("recall, worse direction", WORLDS, ("T1", "recall"), at_least=0.95),
            Bar("false alarms, worse direction", WORLDS, ("T1", "false_alarms"), at_most=0.01),
        ),
    ),
    "T2": Target(
        "the same for 10-20 %",
        "L3",
        (
            Bar("recall, worse direction", WORLDS, ("T2", "recall"), at_least=0.80),
            Bar("false alarms, worse direction", WORLDS, ("T2", "false_alarms"), at_most=0.01),
        ),
    ),
    "T3": Target(
        "finds ≥ 20 % from 300 real followers alone, of a source never seen, at 1 % false alarms",
        "L2",
        (
            Bar("recall, mean of the sources", COMPOSED, ("T3", "mean"), at_least=0.85),
            Bar("recall, worst source", COMPOSED, ("T3", "worst"), at_least=0.60),
        ),
    ),
    "T4": Target(
        "drip-fed, aged followers of an unseen vendor, ≥ 20 %: found or undecided, hardly ever a confident no",
        "L3",
        (
            Bar("recall at 1 % false alarms, worse direction", "drip_aged", ("T4", "recall"), at_least=0.50),
            Bar("confident and wrong, worse direction", "drip_aged", ("T4", "confident_wrong"), at_most=0.01),
        ),
    ),
    "T5": Target(
        "the share of purchased-type followers is right on average, 300 followers sampled",
        "L2",
        (
            Bar("mean error, worst cell, matched", SHARES, ("targets", "T5 matched MAE at n=300", "worst"), at_most=0.03),
            Bar("mean error, worst cell, unseen source", SHARES, ("targets", "T5 shifted MAE at n=300", "worst"), at_most=0.06),
        ),
    ),
    "T6": Target(
        "the 95 % interval of the share covers, in every cell, and is narrow enough to be of use",
        "L2",
        (
            Bar(
                "cells with coverage of 93.5-96.5 %, matched",
                SHARES,
                ("targets", "T6 matched coverage", "met"),
                at_least=1.0,
                per=("targets", "T6 matched coverage", "cells"),
            ),
            Bar(
                "cells with coverage ≥ 90 %, unseen source",
                SHARES,
                ("targets", "T6 shifted coverage", "met"),
                at_least=1.0,
                per=("targets", "T6 shifted coverage", "cells"),
            ),
            Bar("median width, worst cell, matched", SHARES, ("targets", "T6 matched median width", "worst"), at_most=0.20),
            Bar("median width, worst cell, unseen source", SHARES, ("targets", "T6 shifted median width", "worst"), at_most=0.35),
        ),
    ),
    "T7": Target(
        "honest accounts of 20 kinds that look bought are flagged as seldom as others",
        "L3",
        (Bar("false alarms, worst family", "hard_negatives", ("T7", "worst"), at_most=0.02),),
    ),
    "T8": Target(
        "probabilities mean what they say, in the other world",
        "L3",
        (
            Bar("calibration error", DECISIONS, ("T8", "ece"), at_most=0.02),
            Bar("slope", DECISIONS, ("T8", "slope"), at_least=0.9),
            Bar("slope, at most", DECISIONS, ("T8", "slope"), at_most=1.1),
            Bar("Brier skill", DECISIONS, ("T8", "brier_skill"), at_least=0.6),
        ),
    ),
    "T9": Target(
        "undecided where it must be: 1 % false alarms with three quarters decided, and no subset of the evidence raises more",
        "L3",
        (
            Bar("share decided at 1 % false alarms", DECISIONS, ("T9", "coverage"), at_least=0.75),
            Bar("clean accounts told yes, worst subset", DECISIONS, ("T9", "false_yes_of_a_subset"), at_most=0.015),
            Bar("false alarms, worst subset", "subsets", ("heads", "bought_followers", "worst_false_alarm_rate"), at_most=0.015),
        ),
    ),
    "T10": Target(
        "eight ways to hide a purchase buy little, for up to twice the price of the followers; added evidence never lowers the score",
        "L3",
        (
            Bar("recall lost, worst attack within the price", "attacks", ("T10", "worst_loss"), at_most=0.10),
            Bar("scores lowered, of 100,000 insertions", "attacks", ("T10", "violations"), at_most=0),
        ),
    ),
    "T11": Target(
        "dilution and the causes of lost engagement are told, in the other world",
        "L3",
        (
            Bar("rank correlation with the true dilution", "causes", ("T11", "spearman"), at_least=0.80),
            Bar("macro F1 of the main cause, deficit ≥ 0.2 dex", "causes", ("T11", "macro_f1"), at_least=0.80),
        ),
    ),
    "T12": Target(
        "better than the rules beside it, in the worst cell of unseen sources and the other world; else the logistic regression is enough",
        "L2+L3",
        (
            Bar("recall over depth-2 tree, other world", WORLDS, ("T12", "depth2_tree"), at_least=0.30),
            Bar("recall over engagement rule, other world", WORLDS, ("T12", "engagement_rule"), at_least=0.30),
            Bar("recall over logistic, other world", WORLDS, ("T12", "logistic"), at_least=0.05),
            Bar("recall over depth-2 tree, unseen source", COMPOSED, ("T12", "depth2_tree"), at_least=0.30),
            Bar("recall over engagement rule, unseen source", COMPOSED, ("T12", "engagement_rule"), at_least=0.30),
            Bar("recall over logistic, unseen source", COMPOSED, ("T12", "logistic"), at_least=0.05),
        ),
    ),
    "T13": Target(
        "the split of 115 real influencers into three groups comes out of simulated ones (57, 11 and 32 %)",
        "L4",
        tuple(Bar(f"largest difference, {world}", "natural", (world, "value"), at_most=0.08) for world in ("high_street", "village")),
    ),
}
