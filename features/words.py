"""Word lists in seven languages, read once into the codes that texts are compared by."""

from functools import lru_cache

from features.columns import Array
from features.text import word_codes

# Second person, singular and polite. Left out where the same word is commoner in another sense: German "sie" and "ihr",
# Italian "lei", French "vous" stays because its other sense is second person too.
ADDRESS = (
    "you your yours yourself ur u youre youve thank thanks "
    "du dich dir dein deine deinen deinem deiner deines euch euer eure danke "
    "tú tu tus te ti contigo usted ustedes gracias "
    "toi tes ton ta vous votre vos merci "
    "tuo tua tuoi tue grazie complimenti "
    "você vocês vc teu tua teus obrigado obrigada "
    "sen seni sana senin sensin sizi size sizin teşekkürler"
)

# A caption that says so is sponsored (the platforms' own wording and the law's in Germany, France, Spain, Italy, Brazil, Turkey).
SPONSORED_TAGS = (
    "ad ads anzeige werbung sponsored sponsoring paidpartnership bezahltepartnerschaft collaborationcommerciale publi "
    "publicidad pubblicità adv publicidade publi parceriapaga reklam işbirliği sponsorlu gifted"
)


@lru_cache
def codes(words: str) -> Array:
    """The sorted codes of a list of words."""
    return word_codes(words.split())
