"""The same comment features said four times: our formulas, pandas, Polars (streaming) and DuckDB, over synthetic comments."""

import os
from datetime import UTC, datetime

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from features.catalog import build
from features.schema import TABLES
from features.table import AccountTable

OBSERVED = datetime(2026, 11, 1, tzinfo=UTC)
COMMENTS = 120
WINDOW = 50
COMPARED = 100
EMOJI = ("😍", "🔥", "🙏", "👏")
ANY_EMOJI = f"[{''.join(EMOJI)}]"
# The comment features that a few lines of a data frame library can say; near-copies, address and languages have none.
COMPARABLE = (
    "comment_distinct_words",
    "comment_distinct_pairs",
    "comment_mattr",
    "comment_evenness",
    "comment_emoji_only_share",
    "comment_brief_share",
    "comment_length",
    "comment_length_spread",
    "commenter_concentration",
    "question_share",
)


def vocabulary(chance: np.random.Generator) -> np.ndarray:
    """3,000 words of 2 to 10 letters, some with umlauts and capitals."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzäöüç"))
    words = {"".join(chance.permutation(letters)[: chance.integers(2, 11)]) for _ in range(3000)}
    return np.array(sorted(word.title() if chance.random() < 0.1 else word for word in sorted(words)))


def comments(accounts: int, seed: int) -> pa.Table:
    """COMMENTS comments for each account in the order of time: 1 to 12 words of a skewed vocabulary, a tenth emoji alone."""
    chance = np.random.default_rng(seed)
    words, n = vocabulary(chance), accounts * COMMENTS
    sizes = np.where(chance.random(n) < 0.1, 0, chance.integers(1, 13, n))
    drawn = words[np.minimum(chance.zipf(1.3, sizes.sum()) - 1, len(words) - 1)]
    signs, emoji = chance.choice(["", "!", "?"], n, p=[0.7, 0.2, 0.1]), chance.choice(EMOJI, n)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    texts = [" ".join(drawn[ends[i] : ends[i + 1]]) + signs[i] if sizes[i] else emoji[i] for i in range(n)]
    minutes = np.tile(np.arange(COMMENTS), accounts)
    begin = np.datetime64("2026-10-01", "us").astype(np.int64)
    account = np.repeat(np.arange(accounts), COMMENTS)
    columns = {
        "account_id": pa.array([str(10**9 + i) for i in range(accounts)]).take(pa.array(account)),
        "post_id": pa.array(["1"]).take(pa.array(np.zeros(n, dtype=np.int64))),
        "author_id": pa.array([f"u{author}" for author in range(60)]).take(pa.array(chance.integers(0, 60, n))),
        "commented_at": pa.array(begin + minutes * 60_000_000).cast(pa.timestamp("us", "UTC")),
        "text": pa.array(texts),
    }
    return pa.table({name: column.cast(TABLES["comments"][name].arrow) for name, column in columns.items()})


def ours(rows: pa.Table, threads: int | None = None) -> np.ndarray:
    """(accounts, features) in the order of COMPARABLE, by the formulas that judge every account, from Arrow to numbers."""
    ids = rows["account_id"].unique()
    n = len(ids)
    accounts = pa.table(
        {
            "account_id": ids,
            "platform": pa.array(["instagram"] * n, pa.large_string()),
            "observed_at": pa.array([OBSERVED] * n, pa.timestamp("us", "UTC")),
            "followers": pa.array([1000] * n, pa.int64()),
        }
    )
    table = AccountTable.from_tables({"accounts": accounts, "comments": rows})
    return build(table, names=COMPARABLE, threads=threads or os.cpu_count() or 1).values


def in_pandas(frame: pd.DataFrame) -> np.ndarray:
    """The same features with groupby, as vectorised as we know how: no loop over accounts, ids as categories."""
    frame = frame.assign(account=frame["account_id"].astype("category").cat.codes, author=frame["author_id"].astype("category").cat.codes)
    words = frame["text"].str.casefold().str.findall(r"\w+")
    count, emoji = words.str.len(), frame["text"].str.count(ANY_EMOJI)
    length = np.log1p(frame["text"].str.len())
    facts = pd.DataFrame(
        {
            "comment_emoji_only_share": (count == 0) & (emoji > 0),
            "comment_brief_share": count.between(1, 2),
            "question_share": frame["text"].str.contains("?", regex=False),
            "comment_length": length,
        }
    ).astype(float)
    by = frame["account"]
    n = by.groupby(by).size()
    found: dict[str, pd.Series] = dict(facts.groupby(by).mean().items())
    found["comment_length_spread"] = length.groupby(by).std()
    authors = frame.groupby(["account", "author"]).size()
    found["commenter_concentration"] = (authors * (authors - 1)).groupby("account").sum() / (n * (n - 1))
    kinds = words.str.join(" ").groupby([by, words.str.join(" ")]).size()
    share = kinds / n.reindex(kinds.index.get_level_values(0)).to_numpy()
    entropy = -(share * np.log(share)).groupby(level=0).sum() + (kinds.groupby(level=0).size() - 1) / (2 * n)
    found["comment_evenness"] = (entropy / np.log(n)).clip(0, 1)

    tokens = pd.DataFrame({"account": by, "word": words}).explode("word").dropna()
    tokens["word"] = tokens["word"].astype("category").cat.codes.astype(np.int64)
    newest = tokens.groupby("account").tail(COMPARED).groupby("account")["word"]
    found["comment_distinct_words"] = newest.nunique().where(newest.size() == COMPARED) / COMPARED
    pairs = tokens.assign(pair=tokens["word"] * 10**6 + tokens["word"].groupby(level=0).shift()).dropna()
    # Newest first within a comment too, as the formula reads them.
    newest = pairs.groupby("account").tail(COMPARED).groupby("account")["pair"]
    found["comment_distinct_pairs"] = newest.nunique().where(newest.size() == COMPARED) / COMPARED

    # A word is new in every window that holds it and not the same word before it.
    tokens["place"] = tokens.groupby("account").cumcount()
    before = tokens.groupby(["account", "word"])["place"].shift().fillna(-1)
    size = tokens.groupby("account")["place"].transform("size")
    first = np.maximum(np.maximum(tokens["place"] - WINDOW + 1, before + 1), 0)
    windows = np.maximum(np.minimum(tokens["place"], size - WINDOW) - first + 1, 0)
    many = tokens.groupby("account").size()
    found["comment_mattr"] = windows.groupby(tokens["account"]).sum() / ((many - WINDOW + 1) * WINDOW).where(many >= WINDOW)
    return np.column_stack([found[name].reindex(n.index).to_numpy() for name in COMPARABLE])


def in_polars(frame: pl.DataFrame) -> np.ndarray:
    """The same features as lazy expressions, run by the streaming engine on all cores."""
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")
    rows = (
        frame.lazy()
        .select(pl.col("account_id").cast(pl.Categorical), pl.col("author_id").cast(pl.Categorical), "text")
        .with_row_index("comment")
        .with_columns(words=words, length=pl.col("text").str.len_chars().add(1).log())
        .with_columns(count=pl.col("words").list.len(), folded=pl.col("words").list.join(" "))
    )
    n = pl.len().cast(pl.Float64)
    plain = rows.group_by("account_id").agg(
        comment_emoji_only_share=((pl.col("count") == 0) & pl.col("text").str.contains(ANY_EMOJI)).mean(),
        comment_brief_share=pl.col("count").is_between(1, 2).mean(),
        question_share=pl.col("text").str.contains("?", literal=True).mean(),
        comment_length=pl.col("length").mean(),
        comment_length_spread=pl.col("length").std(),
    )
    authors = rows.group_by("account_id", "author_id").agg(n=n).group_by("account_id")
    authors = authors.agg(commenter_concentration=(pl.col("n") * (pl.col("n") - 1)).sum() / (pl.col("n").sum() * (pl.col("n").sum() - 1)))
    share = pl.col("n") / pl.col("n").sum()
    entropy = -(share * share.log()).sum() + (n - 1) / (2 * pl.col("n").sum())
    kinds = rows.group_by("account_id", "folded").agg(n=n).group_by("account_id")
    kinds = kinds.agg(comment_evenness=(entropy / pl.col("n").sum().log()).clip(0, 1))
    tokens = (
        rows.select("account_id", "comment", "words")
        .explode("words")
        .drop_nulls("words")
        .with_row_index("place")
        .with_columns(
            pair=pl.when(pl.col("comment") == pl.col("comment").shift()).then(pl.col("words") + " " + pl.col("words").shift()),
            before=pl.col("place").shift().over("account_id", "words").cast(pl.Int64),
        )
        .with_columns(place=pl.col("place").cast(pl.Int64))
    )
    many, start = pl.len().cast(pl.Int64), pl.col("place").min()
    last = pl.min_horizontal(pl.col("place"), start + many - WINDOW)
    first = pl.max_horizontal(pl.col("place") - WINDOW + 1, pl.col("before").fill_null(-1) + 1, start)
    newest = pl.col("words").sort_by("place").tail(COMPARED)
    pairs = pl.col("pair").sort_by("place").drop_nulls().tail(COMPARED)
    variety = tokens.group_by("account_id").agg(
        comment_distinct_words=pl.when(newest.len() == COMPARED).then(newest.n_unique() / COMPARED),
        comment_distinct_pairs=pl.when(pairs.len() == COMPARED).then(pairs.n_unique() / COMPARED),
        comment_mattr=pl.when(many >= WINDOW).then((last - first + 1).clip(0).sum() / ((many - WINDOW + 1) * WINDOW)),
    )
    found = plain.join(authors, on="account_id").join(kinds, on="account_id").join(variety, on="account_id", how="left")
    return found.sort(pl.col("account_id").cast(pl.String)).select(COMPARABLE).collect(engine="streaming").to_numpy()


SQL = f"""
WITH rows AS (
  SELECT account_id, author_id, text, row_number() OVER () AS comment,
         regexp_extract_all(lower(text), '[\\p{{L}}\\p{{N}}_]+') AS words, ln(length(text) + 1) AS length FROM comments
), plain AS (
  SELECT account_id, avg((len(words) = 0 AND regexp_matches(text, '{ANY_EMOJI}'))::DOUBLE) AS comment_emoji_only_share,
         avg((len(words) BETWEEN 1 AND 2)::DOUBLE) AS comment_brief_share, avg(contains(text, '?')::DOUBLE) AS question_share,
         avg(length) AS comment_length, stddev_samp(length) AS comment_length_spread FROM rows GROUP BY account_id
), authors AS (
  SELECT account_id, sum(n * (n - 1)) / (sum(n) * (sum(n) - 1)) AS commenter_concentration
  FROM (SELECT account_id, author_id, count(*)::DOUBLE AS n FROM rows GROUP BY ALL) GROUP BY account_id
), kinds AS (
  SELECT account_id, least(greatest((-sum(n / m * ln(n / m)) + (count(*) - 1) / (2 * any_value(m))) / ln(any_value(m)), 0), 1)
         AS comment_evenness
  FROM (SELECT account_id, n, sum(n) OVER (PARTITION BY account_id) AS m
        FROM (SELECT account_id, array_to_string(words, ' ') AS folded, count(*)::DOUBLE AS n FROM rows GROUP BY ALL)) GROUP BY account_id
), tokens AS (
  SELECT account_id, comment, unnest(words) AS word, generate_subscripts(words, 1) AS turn FROM rows
), placed AS (
  SELECT account_id, word, turn, row_number() OVER forward AS place, lag(word) OVER forward AS previous,
         count(*) OVER (PARTITION BY account_id) AS many
  FROM tokens WINDOW forward AS (PARTITION BY account_id ORDER BY comment, turn)
), paired AS (
  SELECT *, CASE WHEN turn > 1 THEN word || ' ' || previous END AS pair, many - place AS since,
         lag(place) OVER (PARTITION BY account_id, word ORDER BY place) AS before FROM placed
), variety AS (
  SELECT account_id, CASE WHEN any_value(many) >= {COMPARED}
           THEN count(DISTINCT word) FILTER (since < {COMPARED}) / {COMPARED}::DOUBLE END AS comment_distinct_words,
         CASE WHEN any_value(many) >= {WINDOW} THEN
           sum(greatest(least(place, many - {WINDOW} + 1) - greatest(place - {WINDOW} + 1, coalesce(before, 0) + 1, 1) + 1, 0))
           / ((any_value(many) - {WINDOW} + 1) * {WINDOW}) END AS comment_mattr FROM paired GROUP BY account_id
), pairs AS (
  SELECT account_id, CASE WHEN count(*) = {COMPARED} THEN count(DISTINCT pair) / {COMPARED}::DOUBLE END AS comment_distinct_pairs
  FROM (SELECT account_id, pair, row_number() OVER (PARTITION BY account_id ORDER BY place DESC) AS newest
        FROM paired WHERE pair IS NOT NULL)
  WHERE newest <= {COMPARED} GROUP BY account_id
)
SELECT {", ".join(COMPARABLE)} FROM plain JOIN authors USING (account_id) JOIN kinds USING (account_id)
LEFT JOIN variety USING (account_id) LEFT JOIN pairs USING (account_id) ORDER BY account_id
"""


def in_duckdb(rows: pa.Table) -> np.ndarray:
    """The same features as one query over the Arrow table, on all cores."""
    with duckdb.connect() as connection:
        connection.register("comments", rows)
        found = connection.sql(SQL).to_arrow_table()
    return np.column_stack([column.to_numpy() for column in found.columns])
