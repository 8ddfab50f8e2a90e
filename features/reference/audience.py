"""What the followers of ordinary accounts look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.columns import Array
from features.counts import POINTS
from features.handles import CLASSES
from features.reference.plain import array
from features.schema import PLATFORMS
from features.standing import FACTS

AGE_STEP_DAYS = 30.0
# Followers from which a size begins: the contract's tiers, because first digits depend on how many follow.
SIZES = np.array([250.0, 5_001.0, 100_001.0, 1_000_001.0])

_P = len(PLATFORMS)


@dataclass(frozen=True, eq=False)
class PeerAudience:
    """Rows by platform are in the order of PLATFORMS. A platform seen too seldom holds what was learnt of all together; one that was
    never seen holds NaN, because another platform's followers are no measure for it. Empty: never learnt.

    creation_days (d,) evenly spaced days since 1970; creation_share (5, d): share of followers created before each.
    burst_scatter (5,): relative variance, between ordinary accounts, of the share created within two months.
    burst_sizes (k,) numbers of followers; burst_location, burst_scale (5, k): Gumbel's law of the fullest window's score among so many.
    age_share (5, a): share of followers less than 30, 60, 90 … days old when they followed.
    size_share (5, 4, g): distribution, ties half, of ln(following + 1), ln(followers + 1), ln(posts + 1) and ln of following over
    followers, on the grid of features/counts.py.
    fact_centre, fact_scale (5, f): mean and spread of the facts of one follower (features/standing.py); fact_basis (c, f): the
    directions in which followers differ most, once centred and scaled.
    purchased_weights (f,): score of one follower from its centred and scaled facts; purchased_rule (3,): the score from which it is of
    the purchased type, and how often that is said of labelled ones that are and that are not.
    handle_likelihood (40, 40): log chance that one class of characters follows another (features/handles.py).
    private_share, foreign_language, foreign_country (5,): the usual share among an account's followers.
    benford (2, 5, s): the usual distance of first digits of followings and of followers, by size of the account.
    """

    creation_days: Array = array()
    creation_share: Array = array()
    burst_scatter: Array = array()
    burst_sizes: Array = array()
    burst_location: Array = array()
    burst_scale: Array = array()
    age_share: Array = array()
    size_share: Array = array()
    fact_centre: Array = array()
    fact_scale: Array = array()
    fact_basis: Array = array()
    purchased_weights: Array = array()
    purchased_rule: Array = array()
    handle_likelihood: Array = array()
    private_share: Array = array()
    foreign_language: Array = array()
    foreign_country: Array = array()
    benford: Array = array()

    def __post_init__(self) -> None:
        """Raises ValueError for what the formulas' loops could not read."""
        faults = [*self._shapes(), *self._orders()]
        if faults:
            raise ValueError(f"peer_audience does not fit: {'; '.join(faults)}")

    def _shapes(self) -> list[str]:
        days, sizes = len(self.creation_days), len(self.burst_sizes)
        ages = self.age_share.shape[-1]
        together: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {
            ("creation_share", "burst_scatter", "burst_location", "burst_scale"): ((_P, days), (_P,), (_P, sizes), (_P, sizes)),
            ("age_share",): ((_P, ages),),
            ("size_share",): ((_P, 4, POINTS),),
            ("fact_centre", "fact_scale", "fact_basis"): ((_P, FACTS), (_P, FACTS), (len(self.fact_basis), FACTS)),
            ("purchased_weights", "purchased_rule"): ((FACTS,), (3,)),
            ("handle_likelihood",): ((CLASSES, CLASSES),),
            ("private_share",): ((_P,),),
            ("foreign_language",): ((_P,),),
            ("foreign_country",): ((_P,),),
            ("benford",): ((2, _P, len(SIZES) + 1),),
        }
        faults = []
        for names, shapes in together.items():
            learnt = any(getattr(self, name).size for name in names)
            for name, shape in zip(names, shapes, strict=True):
                if learnt and getattr(self, name).shape != shape:
                    faults.append(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        return faults

    def _orders(self) -> list[str]:
        faults = []
        steps = np.diff(self.creation_days)
        if self.creation_share.size and not (len(steps) and steps[0] > 0 and np.allclose(steps, steps[0])):
            faults.append("creation_days are not two or more evenly spaced days")
        if self.creation_share.size and not (
            len(self.burst_sizes) > 1 and self.burst_sizes[0] > 0 and (np.diff(self.burst_sizes) > 0).all()
        ):
            faults.append("burst_sizes are not two or more rising numbers")
        faults += ["burst_scatter is below 0"] if (self.burst_scatter < 0).any() else []
        faults += [f"{name} is not above 0" for name in ("burst_scale", "fact_scale") if (getattr(self, name) <= 0).any()]
        rising = ("creation_share", "age_share", "size_share")
        return faults + [f"{name} falls" for name in rising if (np.diff(getattr(self, name)) < 0).any()]
