"""Has the account lost the personal tie to those who follow it?"""

import numpy as np

from models.head import BaseRate, Head


def label(value: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Yes where replies and personal address lie below half of what accounts of the size manage. Half, because between accounts of one
    size both vary by a third (sd 0.3 nat), so that less would call every tenth account depersonalised and a quarter would miss most of
    those whose tie weakens (Wies, Bleier & Edeling 2023: it weakens with size; Thelwall et al. 2022: "you" in comments measures it). It is
    a definition, not a fact found elsewhere: whoever labels applies it, and the label is taken as it is."""
    del share
    return value


DEPERSONALISED_AUDIENCE = Head(
    name="depersonalised_audience",
    question="Has the account stopped speaking with its followers?",
    families=("profile", "engagement", "comments"),
    label=label,
    base_rate=BaseRate(0.10, "no public source exists; an assumption, set AUTHENTICITY_BASE_RATE_DEPERSONALISED_AUDIENCE to yours"),
    # Posts alone show a weak engagement, of which this is one cause among three.
    needs=("comments",),
    # Whoever answers more, and is spoken to as a person more, is not less tied to the audience. Engagement stays free: it falls with
    # bought followers and with a widened audience as well.
    directions={"owner_reply_rate": -1, "answered_commenter_share": -1, "address_share": -1},
)
