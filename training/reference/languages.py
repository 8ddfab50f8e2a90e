"""In which language a post is written, by its little words: enough to keep languages from passing for topics."""

import numpy as np

from features.text import word_codes

# The commonest words that say nothing about a subject. A word that two languages share counts for both.
LITTLE_WORDS = {
    "ar": "في من على إلى هذا هذه أن لا ما مع كل عن يا انا",
    "da": "og er det jeg ikke til på en af der har den med mig så",
    "de": "und ich die der das ist nicht mit ein eine auf für zu den euch von wir es",
    "en": "the and of to is in my you for with this that it was i at your so",
    "es": "de la que el en y los las una un por con para es mi lo muy pero",
    "fa": "از به در که این را با است برای",
    "fi": "ja on ei se että olen mutta niin kun oli",
    "fr": "de le la les et je pas une un des pour dans est vous sur avec mon ce",
    "id": "yang dan di ini itu untuk dengan aku ada dari kamu tidak",
    "it": "di che il la e per un una non sono con mi del è della anche",
    "ja": "の に は を が で と も た",
    "nl": "de het een en van ik niet op met dat voor zijn is te mijn",
    "no": "og er det jeg ikke til på en av som har den med meg så",
    "pl": "i w na z się nie to jest do za jak mnie ale",
    "pt": "de que o a e do da em um uma com para não os meu mais por",
    "ru": "и в на не с что я это по а как мы для",
    "sv": "och är det jag inte till på en av som har den med mig så",
    "tr": "ve bir bu için çok ben ile da de ne var daha gibi",
}
# What is written in none of them, or in signs and hashtags alone.
LANGUAGES = len(LITTLE_WORDS) + 1
# Where a post's own words leave it open, its account's other posts decide.
HABIT = 0.9


def of_posts(codes: np.ndarray, post: np.ndarray, account: np.ndarray) -> np.ndarray:
    """The language of each post, 0 to LANGUAGES - 1: that of most of its little words, else the one its account mostly writes.

    codes (w,), post (w,): words and the post that each stands in. account (m,): the account of each post.
    """
    found = np.stack(
        [np.bincount(post[np.isin(codes, word_codes(words.split()))], minlength=len(account)) for words in LITTLE_WORDS.values()], axis=1
    )
    habits = np.zeros((int(account.max(initial=-1)) + 1, len(LITTLE_WORDS)))
    np.add.at(habits, account, found)
    written = habits.sum(axis=1)
    habits /= np.maximum(written, 1)[:, None]
    best = np.argmax(found + HABIT * habits[account], axis=1)
    return np.where(written[account] > 0, best, LANGUAGES - 1)
