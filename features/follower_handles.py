"""Handles of sampled followers: made up by people, or by a machine that fills a pattern?"""

import numpy as np

from features import handles
from features.columns import Column, Kinds, kinds, mean, share
from features.feature import derived
from features.followers import FEW, FOLLOWERS, NOT_SAMPLED
from features.handles import Handles
from features.reference import PeerAudience
from features.text import Text


@derived
def handles_read(follower_handle: Text) -> Handles:
    return handles.read(follower_handle)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="SRF Data 2017: 42 % of purchased-type handles end in a digit, 14 % of others; on X in 2013 it was the other way round",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have a handle that ends in a digit.",
    low="Only {value} of the sampled followers have a handle that ends in a digit.",
)
def follower_handle_digit_share(handles_read: Handles) -> Column:
    """Share of sampled followers whose handle ends in a digit."""
    return share(handles_read.digit_at_end, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="SRF Data 2017; Botometer-lite (Yang et al. 2020): digits in the screen name",
    unknown=NOT_SAMPLED,
    high="{value} of the characters of the sampled followers' handles are digits.",
    low="Only {value} of the characters of the sampled followers' handles are digits.",
)
def follower_handle_digits(handles_read: Handles) -> Column:
    """Mean share of digits among the characters of a handle."""
    return mean(handles_read.digits, FEW)


@FOLLOWERS.feature(
    unit="nat",
    raises_suspicion=0,
    source="Botometer-lite (Yang et al. 2020): likelihood of the screen name under pairs of characters",
    unknown="fewer than 20 handles were sampled, or the bundle has learnt no handles",
    high="The handles of the sampled followers are unlike those of ordinary followers (surprise {value} a character).",
    low="The handles of the sampled followers are like those of ordinary followers (surprise {value} a character).",
)
def follower_handle_surprise(follower_handle: Text, peer_audience: PeerAudience) -> Column:
    """Mean of -ln(likelihood) per character under the pairs of characters that ordinary followers' handles have."""
    if not peer_audience.handle_likelihood.size:
        return Column(np.full(len(follower_handle.starts) - 1, np.nan))
    return mean(handles.surprise(follower_handle, peer_audience.handle_likelihood), FEW)


@derived
def handle_templates(handles_read: Handles) -> Kinds:
    return kinds(handles_read.templates, FEW)


@FOLLOWERS.feature(
    unit="nat",
    raises_suspicion=0,
    source="Gurajala et al. 2015: batches of handles share a pattern",
    unknown=NOT_SAMPLED,
    high="The handles of the followers follow many patterns (entropy {value}).",
    low="The handles of the followers follow few patterns (entropy {value}).",
)
def handle_template_entropy(handle_templates: Kinds) -> Column:
    """Variety of the patterns of handles (letters, digits and signs with the length of each run), Miller-Madow corrected."""
    return handle_templates.entropy


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="Gurajala et al. 2015: batches of handles share a pattern",
    unknown=NOT_SAMPLED,
    high="{value} of the sampled followers have a handle of the same pattern.",
    low="The commonest pattern of handle covers {value} of the sampled followers.",
)
def handle_template_top_share(handle_templates: Kinds) -> Column:
    """Share of sampled followers whose handle has the commonest pattern."""
    return handle_templates.top_share
