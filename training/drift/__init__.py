"""Whether the accounts of today are still like those that the bundle remembers: what is seen of them, their features, its answers."""

from training.drift.looking import ALARM, EVERYBODY, FEWEST, Look, Row, look, needed, visible
from training.drift.refusal import DriftRefusal
from training.drift.within import psi

__all__ = ["ALARM", "EVERYBODY", "FEWEST", "DriftRefusal", "Look", "Row", "look", "needed", "psi", "visible"]
