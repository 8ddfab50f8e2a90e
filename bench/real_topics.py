"""Are climbers more focused than influencers, by words learnt from other influencers? Real captions of 2017, no simulator."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from real_accounts import influencers  # noqa: E402
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score  # noqa: E402

from features.catalog import build, inputs_of  # noqa: E402
from features.reference import Reference, TopicVocabulary  # noqa: E402
from features.table import AccountTable  # noqa: E402
from training.mixtures import Tables  # noqa: E402
from training.reference import topics  # noqa: E402
from training.reference.ordinary import Ordinary  # noqa: E402

FEWEST_POSTS = 5
NAMES = ("topic_entropy", "effective_topics", "topic_focus")
LOOK = datetime(2017, 11, 1, tzinfo=UTC)


def climbers(shared: Path, hashtags: bool = True) -> AccountTable:
    """The climbing accounts with at least FEWEST_POSTS posts; their days are unknown, so the posts are given one a day."""
    captions, tags = (_read(shared / "niche_likers_2017" / name) for name in ("influencer_dict_captions", "hashtags_likes_dict"))
    rows: list[dict[str, Any]] = []
    for account, entry in captions.items():
        if len(entry["posts"]) == len(entry["caption"]) >= FEWEST_POSTS:
            found = _by_post(tags[account]["hashtags"], len(entry["posts"])) if hashtags else [[] for _ in entry["posts"]]
            rows += [
                {"account_id": account, "post_id": post, "posted_at": LOOK - timedelta(days=1 + i), "caption": text, "hashtags": own}
                for i, (post, text, own) in enumerate(zip(entry["posts"], entry["caption"], found, strict=True))
            ]
    ids = list(dict.fromkeys(row["account_id"] for row in rows))
    text, moment = pa.large_string(), pa.timestamp("us", "UTC")
    kinds = {"account_id": text, "post_id": text, "posted_at": moment, "caption": text, "hashtags": pa.large_list(text)}
    accounts = {
        "account_id": pa.array(ids, text),
        "platform": pa.array(["instagram"] * len(ids), text),
        "observed_at": pa.array([LOOK] * len(ids), moment),
        "followers": pa.array([1_000] * len(ids), pa.int64()),
    }
    posts = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    return AccountTable.from_tables({"accounts": pa.table(accounts), "posts": pa.table(posts)})


def _read(file: Path) -> dict[str, Any]:
    return dict(json.loads(gzip.decompress(file.with_suffix(".json.gz").read_bytes())))


def _by_post(tags: list[str], posts: int) -> list[list[str]]:
    """The source cut captions at #, so that the last tag of a caption is the one without a blank behind it."""
    found: list[list[str]] = [[]]
    for tag in tags:
        found[-1].append(tag.strip())
        if not tag.endswith(" "):
            found.append([])
    return (found + [[] for _ in range(posts)])[:posts]


def learnt(table: AccountTable, rows: np.ndarray, seed: int) -> TopicVocabulary:
    chosen = np.zeros(table.n, dtype=bool)
    chosen[rows] = True
    return topics.fit(Ordinary(table, chosen, chosen, seed))


def halves(table: AccountTable, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The accounts that teach and the others."""
    order = np.random.default_rng(seed).permutation(table.n)
    return np.sort(order[: table.n // 2]), np.sort(order[table.n // 2 :])


def focus(table: AccountTable, vocabulary: TopicVocabulary) -> dict[str, np.ndarray]:
    matrix = build(table, Reference(topic_vocabulary=vocabulary))
    return {name: matrix.column(name) for name in NAMES}


def topics_of(table: AccountTable, vocabulary: TopicVocabulary) -> np.ndarray:
    found: np.ndarray = inputs_of(table, ["post_topics"], Reference(topic_vocabulary=vocabulary))["post_topics"].labels.codes
    return found


def cut(tables: Tables, sizes: np.ndarray, seed: int) -> AccountTable:
    """The same accounts with as many of their newest posts as one of `sizes`, drawn for each, so that numbers of posts compare."""
    posts = tables["posts"].to_pandas()
    newest = posts.sort_values(["account_id", "posted_at"], ascending=[True, False]).groupby("account_id").cumcount().reindex(posts.index)
    ids = tables["accounts"]["account_id"].to_pylist()
    many = dict(zip(ids, np.random.default_rng(seed).choice(sizes, len(ids)), strict=True))
    kept = newest.to_numpy() < posts["account_id"].map(many).to_numpy()
    return AccountTable.from_tables({"accounts": tables["accounts"], "posts": tables["posts"].filter(pa.array(kept))})


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    wish.add_argument("--seed", type=int, default=0)
    asked = wish.parse_args()
    if not (asked.shared / "niche_likers_2017").is_dir():
        print(f"{asked.shared} holds no niche_likers_2017/; give the folder of public data with --shared", file=sys.stderr)
        return 1
    tables = influencers(asked.shared)
    many, niche, plain = AccountTable.from_tables(tables), climbers(asked.shared), climbers(asked.shared, hashtags=False)
    taught, others = halves(many, asked.seed)
    vocabulary = learnt(many, taught, 7)
    print(f"{len(vocabulary.words):,} words and {len(vocabulary.topics)} topics of {len(taught)} influencers\n")
    print("| feature | other influencers, as many posts: known, median | climbers | climbers, captions alone | AUC | AUC, captions alone |")
    print("|---|---:|---:|---:|---:|---:|")
    as_many = cut(tables, np.diff(niche.starts["posts"]), asked.seed)
    usual, theirs, written = (focus(table, vocabulary) for table in (as_many, niche, plain))
    for name in NAMES:
        groups = [usual[name][others], theirs[name], written[name]]
        cells = [f"{np.mean(~np.isnan(g)):.2f}, {np.nanmedian(g):.2f}" for g in groups]
        for group in groups[1:]:
            both = np.concatenate([groups[0], group])
            known = ~np.isnan(both)
            cells.append(f"{roc_auc_score(np.arange(len(both))[known] >= len(groups[0]), both[known]):.2f}")
        print(f"| {name} | {' | '.join(cells)} |")
    owner = np.repeat(np.arange(many.n), np.diff(many.starts["posts"]))
    again = np.sort(np.random.default_rng(asked.seed + 1).choice(taught, len(taught)))
    first = topics_of(many, vocabulary)
    print(f"\nPosts of other influencers with a topic: {np.mean(first[np.isin(owner, others)] > 0):.2f}. Agreement of topics on them:")
    for what, rival in (("another seed", learnt(many, taught, 8)), ("another draw of the accounts", learnt(many, again, 8))):
        second = topics_of(many, rival)
        both = np.isin(owner, others) & (first > 0) & (second > 0)
        pair = first[both], second[both]
        rand, information = adjusted_rand_score(*pair), normalized_mutual_info_score(*pair)
        print(f"- {what}: adjusted Rand {rand:.2f}, normalised mutual information {information:.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
