"""Evidence that speaks in the literature and that a dataset's tables cannot hold: what each would need."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Beyond:
    """One kind of evidence, what it would show, the input that is missing, and who has shown that it speaks."""

    name: str
    shows: str
    needs: str
    source: str


BEYOND = (
    Beyond(
        "avatar duplicates and synthetic faces",
        "pictures that several followers share, or that no camera took",
        "the followers' profile pictures (perceptual hash, detector of generated faces)",
        "investigations of account batches; GAN-face detectors",
    ),
    Beyond(
        "known-customer co-follow",
        "followers who also follow accounts that are known to have bought",
        "whom each sampled follower follows, and a list of confirmed customers",
        "SynchroTrap (Cao et al. 2014); SRF Data 2017",
    ),
    Beyond(
        "active followers",
        "the share of followers who post or like at all",
        "the last post of each sampled follower, and who liked which post",
        "SparkToro's definition of an active follower",
    ),
    Beyond(
        "pod reciprocity",
        "commenters under whose posts the owner comments within a day",
        "the comments under the commenters' own posts",
        "Weerasinghe et al. 2020 (Pod People)",
    ),
    Beyond(
        "commenters who are creators",
        "comments by accounts that have an audience of their own to gain",
        "the profiles of the commenters",
        "Weerasinghe et al. 2020; Hinnosaar & Hinnosaar 2024",
    ),
    Beyond(
        "machine-written comments",
        "comments that a language model finds too likely, and more of them than before",
        "a language model for each language, and a study that shows the sign holds; there is none yet",
        "method of this project, unpublished",
    ),
    Beyond(
        "what pictures and videos show",
        "focus and drift of the content itself, beyond its words",
        "embeddings of the posts' pictures",
        "Waller & Anderson 2019, applied to pictures",
    ),
    Beyond(
        "who likes",
        "likers who follow, the same likers under every post, likers created together",
        "the accounts behind the likes, which no platform's interface gives any more",
        "Sen et al. 2018; CopyCatch (Beutel et al. 2013); SynchroTrap (Cao et al. 2014)",
    ),
    Beyond(
        "press, tags and other platforms",
        "honest reasons for a burst that lie outside the account",
        "mentions of the account elsewhere, by day",
        "Myers & Leskovec 2014",
    ),
)
