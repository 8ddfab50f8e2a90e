"""An account and a verdict as they are shown in the OpenAPI document."""

from typing import Any

ACCOUNT_EXAMPLE: dict[str, Any] = {
    "account_id": "17841400000000001",
    "platform": "instagram",
    "observed_at": "2026-11-01T00:00:00Z",
    "followers": 48210,
    "following": 312,
    "post_count": 2,
    "posts": [
        {"post_id": "1", "posted_at": "2026-10-20T17:30:00Z", "likes": 512, "comments": 2, "caption": "Abendrunde am Säntis #alps"},
        {"post_id": "2", "posted_at": "2026-10-27T18:05:00Z", "likes": 498, "comments": 0, "kind": "video"},
    ],
    "comments": [{"post_id": "1", "author_id": "9", "commented_at": "2026-10-20T18:00:00Z", "text": "Wo genau ist das? 😍"}],
    "follower_sample": [{"follower_id": "9", "followers": 210, "following": 388, "post_count": 41, "has_picture": True}],
    "sample_method": "random",
}

VERDICT_EXAMPLE: dict[str, Any] = {
    "account_id": "17841400000000001",
    "platform": "instagram",
    "observed_at": "2026-11-01T00:00:00Z",
    "status": "ok",
    "tier": "mid",
    "heads": {
        "bought_followers": {
            "probability": 0.97,
            "probability_low": 0.94,
            "probability_high": 0.99,
            "base_rate": 0.2,
            "decision": "yes",
            "undecided_because": None,
            "reasons": [
                {
                    "feature": "follower_no_posts_share",
                    "sentence": "41 % of the sampled followers have never posted, higher than for 97 % of Instagram accounts of this size.",
                    "weight": 1.8,
                    "value": 0.41,
                    "unit": "share",
                    "peer_percentile": 0.972,
                    "evidence": [
                        {
                            "table": "follower_sample",
                            "record": "9f2c61d0a7b34e58",
                            "sentence": "A follower: follows about 3,100, followed by 12, no post.",
                        }
                    ],
                }
            ],
            "innocent_explanations": [
                {
                    "name": "rival",
                    "sentence": "A rival or a fan can have sent such followers; what is seen of an account cannot tell who ordered them.",
                    "supported": False,
                    "looked_at": False,
                }
            ],
            "counterfactual": {
                "sentence": "The decision would be no if the share of followers without posts were 12 % instead of 41 % (a typical account "
                "of this size has 9.0 %).",
                "decision": "no",
                "changes": [{"feature": "follower_no_posts_share", "from": 0.41, "to": 0.12, "unit": "share"}],
            },
            "no_counterfactual_because": None,
        }
    },
    "bought_share": {
        "estimate": 0.31,
        "low": 0.24,
        "high": 0.39,
        "level": 0.95,
        "likely_low": 0.28,
        "likely_high": 0.34,
        "probability_above": {"0.05": 1.0, "0.10": 1.0, "0.20": 0.99},
        "n": 300,
        "detectable": 0.07,
        "scope": "account",
        "second_opinion": {"method": "KDEy", "estimate": 0.29, "agrees": True},
        "in_reference": True,
        "strata": None,
    },
    "engagement": {
        "rate": 0.011,
        "expected": 0.034,
        "gap_dex": -0.49,
        "parts": [{"cause": "bought_followers", "dex": -0.16, "low": -0.21, "high": -0.12}, {"cause": "unexplained", "dex": -0.33}],
        "note": None,
    },
    "evidence": {
        "seen": ["profile", "posts", "comments", "follower_sample"],
        "missing": [{"field": "history", "would_help": "90 days of follower counts would show whether followers came in bursts"}],
    },
    "bundle": {"id": "sha256:…", "version": "3", "run_id": "…"},
}
