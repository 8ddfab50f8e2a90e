"""What the followers of ordinary accounts look like."""

from __future__ import annotations

from dataclasses import dataclass

from features.columns import Array
from features.reference.plain import array


@dataclass(frozen=True, eq=False)
class PeerAudience:
    """The background of creation dates.

    creation_days (d,), creation_share (d,): share of followers created up to each day (days since 1970), rising from 0 to 1;
    empty if never seen.
    """

    creation_days: Array = array()
    creation_share: Array = array()
