"""Parts of a reference that the formulas could not read are refused when they are made."""

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest

from features.reference import Curve, PeerEngagement, PeerGrowth, Reference, plain
from features.reference.curve import table
from features.schema import PLATFORMS, POST_KINDS
from tests.features.accounts import REFERENCE

ONE = np.array([1.0])
CENTRE, COVARIANCE = np.zeros((5, 6)), np.eye(6)
LOPSIDED = COVARIANCE + np.triu(np.full((6, 6), 0.1), 1)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Curve(0.1, float("nan"), 0.3), "expected finite numbers"),
        (lambda: Curve(0.1, 0.75, 0.0), "a spread above 0"),
        (lambda: Curve(0.1, 0.75, 0.3, ONE), "one bend each, got 0 bends"),
        (lambda: Curve(0.1, 0.75, 0.3, np.array([2.0, 2.0]), np.zeros(2)), "expected rising knots"),
        (lambda: Curve(0.1, 0.75, 0.3, ONE, np.array([np.inf])), "expected finite numbers"),
        (lambda: PeerEngagement(likes={"myspace": Curve(0.1, 0.75, 0.3)}), "curves of myspace"),
        (lambda: PeerEngagement(views={"x/reel": Curve(0.1, 0.75, 0.3)}), "curves of x/reel"),
        (lambda: PeerEngagement(metric_centre=CENTRE), "metric_covariance is no covariance"),
        (lambda: PeerEngagement(metric_covariance=COVARIANCE), "metric_centre has shape (0, 0)"),
        (lambda: PeerEngagement(metric_centre=CENTRE[:4], metric_covariance=COVARIANCE), "metric_centre has shape (4, 6)"),
        (lambda: PeerEngagement(metric_centre=CENTRE, metric_covariance=COVARIANCE[:5]), "metric_covariance is no covariance"),
        (lambda: PeerEngagement(metric_centre=CENTRE, metric_covariance=COVARIANCE - 1), "positive definite"),
        (lambda: PeerEngagement(metric_centre=CENTRE, metric_covariance=LOPSIDED), "symmetric"),
        (lambda: PeerEngagement(metric_centre=CENTRE, metric_covariance=COVARIANCE * np.nan), "metric_covariance is no covariance"),
        (lambda: PeerEngagement(comment_delay=np.array([0.6])), "expected a shape and a scale"),
        (lambda: PeerEngagement(comment_delay=np.array([0.6, 0.0])), "expected a shape and a scale above 0"),
        (lambda: PeerEngagement(comment_delay=np.array([0.6, np.nan])), "expected a shape and a scale above 0"),
        (lambda: PeerGrowth(np.array([0, 1]), ONE, ONE * 0.1), "expected one platform, day and loss each"),
        (lambda: PeerGrowth(np.array([5]), ONE, ONE * 0.1), "expected platforms that exist"),
        (lambda: PeerGrowth(np.array([-1]), ONE, ONE * 0.1), "expected platforms that exist"),
        (lambda: PeerGrowth(np.array([0]), ONE * 1.5, ONE * 0.1), "whole days"),
        (lambda: PeerGrowth(np.array([0]), ONE * np.nan, ONE * 0.1), "whole days"),
        (lambda: PeerGrowth(np.array([0]), ONE, ONE * 1.2), "losses between 0 and 1"),
    ],
)
def test_what_is_no_such_part_is_refused(make: Callable[[], Any], told: str) -> None:
    with pytest.raises(ValueError) as refused:
        make()
    assert told in str(refused.value)


def test_a_reference_comes_back_from_json_as_it_was() -> None:
    document = orjson.loads(orjson.dumps(REFERENCE.to_json()))
    again = Reference.from_json(document)
    assert again.to_json() == REFERENCE.to_json()
    story = again.peer_engagement.likes["instagram/story"]
    assert (story.knots.tolist(), story.bends.tolist()) == ([3.0, 5.0], [-0.2, 0.1])
    assert again.peer_engagement.metric_covariance.shape == (6, 6)
    assert again.peer_growth.purge_platform.dtype == np.int64


def test_an_unknown_centre_comes_back_unknown() -> None:
    centre = np.where(np.arange(6) == 3, np.nan, CENTRE)
    part = PeerEngagement(metric_centre=centre, metric_covariance=COVARIANCE)
    again = plain.from_json(PeerEngagement, orjson.loads(orjson.dumps(plain.to_json(part))))
    np.testing.assert_array_equal(again.metric_centre, centre)


def test_a_part_made_by_hand_is_refused_when_read() -> None:
    document = orjson.loads(orjson.dumps(REFERENCE.to_json()))
    document["peer_engagement"]["likes"]["instagram/story"]["bends"].pop()
    with pytest.raises(ValueError, match="one bend each, got 1 bends"):
        Reference.from_json(document)


def test_a_format_falls_back_to_its_platform_and_that_to_all() -> None:
    numbers = table({"all": Curve(1, 0.1, 0.1), "x": Curve(2, 0.2, 0.2), "x/text": Curve(3, 0.3, 0.3, ONE, ONE * 2)})
    x, photo, text = PLATFORMS.index("x"), POST_KINDS.index("photo"), POST_KINDS.index("text")
    assert numbers.shape == (5, 5, 5)
    assert numbers[x, text].tolist() == [3, 0.3, 0.3, 1, 2]
    assert numbers[x, photo].tolist() == numbers[x, -1].tolist() == [2, 0.2, 0.2, 0, 0]
    assert numbers[0].tolist() == [[1, 0.1, 0.1, 0, 0]] * 5
    assert np.isnan(table({})).all()
