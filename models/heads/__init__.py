"""The heads, by name: one file a question."""

from models.head import Head
from models.heads.bought_engagement import BOUGHT_ENGAGEMENT
from models.heads.bought_followers import BOUGHT_FOLLOWERS
from models.heads.depersonalised_audience import DEPERSONALISED_AUDIENCE
from models.heads.diluted_audience import DILUTED_AUDIENCE

# In the order in which a verdict tells them.
HEADS: dict[str, Head] = {head.name: head for head in (BOUGHT_FOLLOWERS, BOUGHT_ENGAGEMENT, DILUTED_AUDIENCE, DEPERSONALISED_AUDIENCE)}
