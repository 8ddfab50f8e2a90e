"""Reasons: the strongest contributions that push the way the answer went, as sentences."""

from typing import Any

import numpy as np
import pytest

from features.catalog import BY_NAME
from models.bundle import Bundle
from models.kin import KIN, kin_of
from models.peers import STEPS, Peers
from models.reasons import LEAST_WEIGHT, MOST, reasons, side_of

# High is suspicious, low is suspicious, and without a sign of its own.
UP, DOWN, NEITHER = "follower_no_picture_share", "engagement_residual", "log_followers"
NAMES = (UP, DOWN, NEITHER)
PEERS = Peers({name: {"micro": STEPS} for name in NAMES})


def told(values: list[float], contributions: list[float], side: int, slope: float = 1.0, names: tuple[str, ...] = NAMES) -> list[str]:
    found = reasons(names, np.array(values), np.array(contributions), slope, side, PEERS, "x", "micro")
    return [reason["feature"] for reason in found]


def test_the_features_have_the_signs_that_these_tests_need() -> None:
    assert [BY_NAME[name].raises_suspicion for name in NAMES] == [1, -1, 0]


def test_the_strongest_comes_first() -> None:
    assert told([0.9, 0.1, 0.9], [0.3, 0.5, 0.4], 1) == [DOWN, NEITHER, UP]
    assert told([0.1, 0.9, 0.9], [-0.3, -0.5, -0.4], -1) == [DOWN, NEITHER, UP]


def test_what_pushes_the_other_way_is_left_out() -> None:
    assert told([0.9, 0.1, 0.9], [0.3, -0.5, -0.4], 1) == [UP]
    assert told([0.1, 0.9, 0.9], [0.3, -0.5, -0.4], -1) == [DOWN, NEITHER]


def test_a_sentence_that_argues_against_the_answer_is_left_out() -> None:
    assert told([0.1, 0.9, 0.1], [0.3, 0.5, 0.4], 1) == [NEITHER]
    assert told([0.9, 0.1, 0.1], [-0.3, -0.5, -0.4], -1) == [NEITHER]


def test_what_is_unknown_or_hardly_counts_is_left_out() -> None:
    assert told([np.nan, 0.1, 0.9], [0.9, 0.5, LEAST_WEIGHT / 2], 1) == [DOWN]
    assert told([0.9, 0.1, 0.9], [0.01, 0.01, 0.01], 1) == []


def test_there_are_five_at_most() -> None:
    names = tuple(name for name, feature in BY_NAME.items() if not feature.raises_suspicion and kin_of(name) == (name,))[:8]
    assert len(names) > MOST == 5
    found = reasons(
        names,
        np.full(len(names), 0.5),
        np.arange(1.0, 1 + len(names)),
        1.0,
        1,
        Peers(dict.fromkeys(names, PEERS.values[UP])),
        "x",
        "micro",
    )
    assert [reason["feature"] for reason in found] == list(names[::-1][:5])


def test_the_weight_is_in_log_odds_of_the_calibrated_probability() -> None:
    (reason,) = reasons((UP,), np.array([0.9]), np.array([0.4]), 2.5, 1, PEERS, "x", "micro")
    assert reason == {
        "feature": UP,
        "sentence": "90 % of the sampled followers have no picture, higher than for 90 % of accounts of this size.",
        "weight": 1.0,
        "value": 0.9,
        "unit": "share",
        "peer_percentile": 0.9,
    }
    (against,) = reasons((UP,), np.array([0.1]), np.array([-0.4]), 2.5, -1, PEERS, "x", "micro")
    assert against["weight"] == -1.0


def test_without_peers_it_says_what_it_sees() -> None:
    nobody = Peers({UP: {}})
    (reason,) = reasons((UP,), np.array([0.9]), np.array([0.4]), 1.0, 1, nobody, "x", "micro")
    assert reason["peer_percentile"] is None


def test_a_sentence_says_where_the_value_stands_among_peers() -> None:
    (reason,) = reasons((UP,), np.array([0.97]), np.array([0.4]), 1.0, 1, PEERS, "x", "micro")
    assert reason["sentence"] == "97 % of the sampled followers have no picture, higher than for 97 % of accounts of this size."
    assert reason["peer_percentile"] == 0.97


SHARE, LOW = "follower_no_picture_share", "follower_no_picture_share_low"


def kindred(contributions: list[float], side: int, values: tuple[float, float] = (0.9, 0.8)) -> list[dict[str, Any]]:
    names = (SHARE, LOW)
    peers = Peers({name: {"micro": STEPS} for name in names})
    return reasons(names, np.array(values), np.array(contributions), 1.0, side, peers, "x", "micro")


def test_a_share_and_what_it_is_at_least_are_one_reason() -> None:
    (reason,) = kindred([0.2, 0.3], 1)
    assert (reason["feature"], reason["weight"]) == (LOW, 0.5)
    (reason,) = kindred([0.3, 0.2], 1)
    assert (reason["feature"], reason["weight"]) == (SHARE, 0.5)


def test_kin_that_cancel_out_are_no_reason() -> None:
    assert kindred([0.4, -0.38], 1) == kindred([0.4, -0.38], -1) == []
    (reason,) = kindred([0.4, -0.1], 1)
    assert (reason["feature"], reason["weight"]) == (SHARE, 0.3)


def test_of_unknown_kin_only_the_known_counts() -> None:
    (reason,) = kindred([0.2, 0.3], 1, (0.9, np.nan))
    assert (reason["feature"], reason["weight"]) == (SHARE, 0.2)


def test_no_feature_has_two_families_of_kin_and_all_exist() -> None:
    told = [name for group in KIN for name in group]
    assert len(told) == len(set(told)) and set(told) <= set(BY_NAME)


def test_an_open_answer_hears_both_sides() -> None:
    values, weights = [0.9, 0.9, 0.9], [0.3, -0.5, -0.4]
    assert told(values, weights, 0) == [DOWN, NEITHER, UP]
    found = reasons(NAMES, np.array(values), np.array(weights), 1.0, 0, PEERS, "x", "micro")
    assert [reason["weight"] for reason in found] == [-0.5, -0.4, 0.3]


def test_the_weaker_side_of_an_open_answer_keeps_two_places() -> None:
    names = tuple(name for name, feature in BY_NAME.items() if not feature.raises_suspicion and kin_of(name) == (name,))[:10]
    peers = Peers(dict.fromkeys(names, PEERS.values[UP]))
    weights = np.array([2.0, 1.9, 1.8, 1.7, 1.6, 1.5, -0.3, -0.2, -0.1, 1.4])
    found = reasons(names, np.full(10, 0.5), weights, 1.0, 0, peers, "x", "micro")
    assert [reason["weight"] for reason in found] == [2.0, 1.9, 1.8, -0.3, -0.2]
    found = reasons(names, np.full(10, 0.5), np.where(weights > 1.9, weights, -np.abs(weights)), 1.0, 0, peers, "x", "micro")
    assert [reason["weight"] for reason in found] == [2.0, -1.9, -1.8, -1.7, -1.6]


@pytest.mark.parametrize(
    ("decision", "probability", "base_rate", "side"),
    [("yes", 0.97, 0.2, 1), ("no", 0.05, 0.2, -1), ("undecided", 0.5, 0.2, 0), ("no", 0.15, 0.05, 0), ("yes", 0.96, 0.98, 0)],
)
def test_reasons_are_given_for_the_side_of_the_decision(decision: str, probability: float, base_rate: float, side: int) -> None:
    assert side_of(decision, probability, base_rate) == side


def test_the_heads_own_direction_counts_before_the_features() -> None:
    directions = {NEITHER: -1}
    found = reasons((NEITHER,), np.array([0.9]), np.array([0.4]), 1.0, 1, PEERS, "x", "micro", directions)
    assert found == []
    (reason,) = reasons((NEITHER,), np.array([0.1]), np.array([0.4]), 1.0, 1, PEERS, "x", "micro", directions)
    assert reason["feature"] == NEITHER


def test_hundreds_of_accounts_hear_each_thing_once_and_nothing_against_its_own_sign(
    small_bundle: Bundle, explained: list[dict[str, Any]]
) -> None:
    seen = 0
    for verdict in explained:
        for name, head in verdict["heads"].items():
            groups = [kin_of(reason["feature"]) for reason in head["reasons"]]
            assert len(groups) == len(set(groups)) <= MOST
            side = side_of(head["decision"], head["probability"], head["base_rate"])
            weights = [reason["weight"] for reason in head["reasons"]]
            assert weights == sorted(weights, key=abs, reverse=True)
            for reason in head["reasons"]:
                seen += 1
                assert side in (0, np.sign(reason["weight"]))
                own = small_bundle.heads[name].head.directions.get(reason["feature"], BY_NAME[reason["feature"]].raises_suspicion)
                # 0.5 may be a rounded 0.49999, of which only the unrounded side is known.
                if own and reason["peer_percentile"] != 0.5:
                    assert (reason["peer_percentile"] > 0.5) == (own * reason["weight"] > 0), reason
    assert seen > 1000


def test_weights_are_the_exact_contributions_of_all_that_is_told(
    small_bundle: Bundle, small_table: Any, explained: list[dict[str, Any]]
) -> None:
    from features.catalog import build

    matrix = build(small_table, small_bundle.reference)
    for name, model in small_bundle.heads.items():
        values = matrix.only(model.trees.names)
        contributions = model.trees.contributions(values)
        for i, verdict in enumerate(explained[:100]):
            for reason in verdict["heads"].get(name, {"reasons": []})["reasons"]:
                group = [model.trees.names.index(member) for member in kin_of(reason["feature"]) if member in model.trees.names]
                exact = sum(contributions[i, j] for j in group if not np.isnan(values[i, j])) * model.calibration.slope
                assert reason["weight"] == pytest.approx(exact, abs=1e-3)
