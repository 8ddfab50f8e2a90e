"""Reasons: the strongest contributions that push the way the answer went, as sentences."""

import numpy as np

from features.catalog import BY_NAME
from models.peers import STEPS, Peers
from models.reasons import LEAST_WEIGHT, MOST, reasons

# High is suspicious, low is suspicious, and without a sign of its own.
UP, DOWN, NEITHER = "follower_no_picture_share", "engagement_residual", "log_followers"
NAMES = (UP, DOWN, NEITHER)
PEERS = Peers({name: {"micro": STEPS} for name in NAMES})


def told(
    values: list[float], contributions: list[float], speaks_for: bool, slope: float = 1.0, names: tuple[str, ...] = NAMES
) -> list[str]:
    found = reasons(names, np.array(values), np.array(contributions), slope, speaks_for, PEERS, "x", "micro")
    return [reason["feature"] for reason in found]


def test_the_features_have_the_signs_that_these_tests_need() -> None:
    assert [BY_NAME[name].raises_suspicion for name in NAMES] == [1, -1, 0]


def test_the_strongest_comes_first() -> None:
    assert told([0.9, 0.1, 0.9], [0.3, 0.5, 0.4], True) == [DOWN, NEITHER, UP]
    assert told([0.1, 0.9, 0.9], [-0.3, -0.5, -0.4], False) == [DOWN, NEITHER, UP]


def test_what_pushes_the_other_way_is_left_out() -> None:
    assert told([0.9, 0.1, 0.9], [0.3, -0.5, -0.4], True) == [UP]
    assert told([0.1, 0.9, 0.9], [0.3, -0.5, -0.4], False) == [DOWN, NEITHER]


def test_a_sentence_that_argues_against_the_answer_is_left_out() -> None:
    assert told([0.1, 0.9, 0.1], [0.3, 0.5, 0.4], True) == [NEITHER]
    assert told([0.9, 0.1, 0.1], [-0.3, -0.5, -0.4], False) == [NEITHER]


def test_what_is_unknown_or_hardly_counts_is_left_out() -> None:
    assert told([np.nan, 0.1, 0.9], [0.9, 0.5, LEAST_WEIGHT / 2], True) == [DOWN]
    assert told([0.9, 0.1, 0.9], [0.01, 0.01, 0.01], True) == []


def test_there_are_five_at_most() -> None:
    names = tuple(name for name, feature in BY_NAME.items() if not feature.raises_suspicion)[:8]
    assert len(names) > MOST == 5
    found = reasons(
        names,
        np.full(len(names), 0.5),
        np.arange(1.0, 1 + len(names)),
        1.0,
        True,
        Peers(dict.fromkeys(names, PEERS.values[UP])),
        "x",
        "micro",
    )
    assert [reason["feature"] for reason in found] == list(names[::-1][:5])


def test_the_weight_is_in_log_odds_of_the_calibrated_probability() -> None:
    (reason,) = reasons((UP,), np.array([0.9]), np.array([0.4]), 2.5, True, PEERS, "x", "micro")
    assert reason == {
        "feature": UP,
        "sentence": "90 % of the sampled followers have no picture, higher than for 90 % of accounts of this size.",
        "weight": 1.0,
        "value": 0.9,
        "unit": "share",
        "peer_percentile": 0.9,
    }
    (against,) = reasons((UP,), np.array([0.1]), np.array([-0.4]), 2.5, False, PEERS, "x", "micro")
    assert against["weight"] == -1.0


def test_without_peers_it_says_what_it_sees() -> None:
    nobody = Peers({UP: {}})
    (reason,) = reasons((UP,), np.array([0.9]), np.array([0.4]), 1.0, True, nobody, "x", "micro")
    assert reason["peer_percentile"] is None


def test_a_sentence_says_where_the_value_stands_among_peers() -> None:
    (reason,) = reasons((UP,), np.array([0.97]), np.array([0.4]), 1.0, True, PEERS, "x", "micro")
    assert reason["sentence"] == "97 % of the sampled followers have no picture, higher than for 97 % of accounts of this size."
    assert reason["peer_percentile"] == 0.97
