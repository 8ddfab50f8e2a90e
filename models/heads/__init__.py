"""The heads, by name: one file a question."""

from models.head import Head
from models.heads.bought_followers import BOUGHT_FOLLOWERS
from models.heads.diluted_audience import DILUTED_AUDIENCE

HEADS: dict[str, Head] = {head.name: head for head in (BOUGHT_FOLLOWERS, DILUTED_AUDIENCE)}
