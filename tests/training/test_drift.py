"""A look for drift is silent while nothing changes, and says first what has changed: the mix, what is delivered, accounts, answers."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp

from features.catalog import BY_NAME, NAMES
from features.schema import EVENT_TABLES
from models.remembered import NO_DECISION, Answers, Remembered
from models.tiers import Tiers
from tests.training.remembering import HEADS, remembered
from training.drift import EVERYBODY, FEWEST, DriftRefusal, Look, look, needed, psi, visible
from training.drift.asked import BY_TABLES, FEATURES
from training.drift.looking import ALARM, PARTS
from training.drift.within import numbers, shares
from training.drift.words import findings, headline, steps

TIERS = Tiers()
WITHOUT_TABLES = BY_TABLES[()]


def pair(seed: int, then: int = 800, now: int = 500) -> tuple[Remembered, Remembered]:
    rng = np.random.default_rng([3, seed])
    return remembered(rng, then), remembered(rng, now)


def planted(accounts: Remembered, j: int, shift: float, rows: np.ndarray | slice = slice(None)) -> Remembered:
    features = accounts.features.copy()
    features[rows, j] += np.float32(shift)
    return replace(accounts, features=features)


def kinds(found: Look) -> list[str]:
    return [finding.kind for finding in findings(found)]


# Nothing has changed


def test_the_parts_of_the_budget_are_the_whole_of_it() -> None:
    assert sum(PARTS.values()) == pytest.approx(1.0) and ALARM <= 0.02


def test_an_unchanged_sample_raises_no_alarm_of_any_kind() -> None:
    """One in fifty looks may be wrong: of these twenty at most one (two would come up once in 17 runs, were the seeds not fixed)."""
    found = [look(*pair(seed), TIERS, seed) for seed in range(20)]
    assert sum(each.drifted for each in found) <= 1
    assert all(steps(findings(each))[0].startswith("Nothing to do") for each in found if not each.drifted)


@pytest.mark.parametrize("now", [40, 400])
def test_each_test_is_wrong_as_rarely_as_it_says(now: int) -> None:
    """Within cells of unequal sizes and unlike distributions; what is rare has the tails that ordinary tests get wrong."""
    rng = np.random.default_rng(5)
    p_numbers, p_shares = [], []
    for _ in range(12):
        cells = rng.integers(0, 6, 1_000), rng.choice(6, now, p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
        chance = np.tile([0.004, 0.02, 0.1, 0.5], 100)
        facts = [rng.random((len(side), 400)) < chance * (1 + side[:, None] / 6) for side in cells]
        found = shares(facts[0], facts[1], cells, FEWEST)
        assert found is not None
        p_shares.append(found.p)
        for _ in range(30):
            values = [rng.normal(size=len(side)) + side for side in cells]
            told = numbers(values[0], values[1], cells, FEWEST)
            assert told is not None
            p_numbers.append(told.p)
    for p in (np.concatenate(p_shares), np.array(p_numbers)):
        assert all((p < level).mean() <= 1.15 * level + 2 / len(p) for level in (0.1, 0.01, 0.001))


def test_with_one_cell_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    rng = np.random.default_rng(1)
    then, now = rng.normal(size=300), np.rint(rng.normal(0.2, 1, 200) * 4) / 4
    one = np.zeros(300, dtype=int), np.zeros(200, dtype=int)
    found, theirs = numbers(then, now, one, FEWEST), ks_2samp(then, now, method="asymp")
    assert found is not None and found.distance == pytest.approx(theirs.statistic)
    # Theirs corrects for few accounts, ours leaves p a little too large.
    assert theirs.pvalue <= found.p <= 1.5 * theirs.pvalue
    assert (found.then, found.now) == pytest.approx((np.median(then), np.median(now)), abs=0.02)


def test_psi_is_that_of_the_textbook() -> None:
    then = np.arange(1_000.0)
    assert psi(then, then) == pytest.approx(0.0, abs=1e-4)
    half = psi(then, np.concatenate([np.arange(500.0), np.arange(500.0)]))
    # Five parts double, five empty to half an account of a thousand.
    share = 0.5 / 1_005
    assert half == pytest.approx(5 * (0.1 * np.log(2)) + 5 * (share - 0.1) * np.log(share / 0.1), rel=0.02)


# Accounts have changed


def test_half_a_standard_deviation_in_one_feature_is_found_and_named() -> None:
    """A feature of which all accounts know the value, so that it can be found as soon as `needed` says."""
    n = needed(1_000)
    for seed, j in zip(range(8), np.resize(WITHOUT_TABLES, 8), strict=True):
        then, now = pair(100 + seed, 1_000, n)
        spread = float(np.nanstd(np.concatenate([then.features[:, j], now.features[:, j]])))
        found = look(then, planted(now, j, 0.5 * spread), TIERS, seed)
        named = [row.name for row in found.alarms if row.group == "values" and row.where == EVERYBODY]
        assert NAMES[j] in named and len(named) == 1
        assert visible(1_000 * n / (1_000 + n) / 1.1) <= 0.5


def test_a_shift_on_one_platform_is_told_of_that_platform_only() -> None:
    rng = np.random.default_rng(9)
    then, now = remembered(rng, 1_000), remembered(rng, 1_000)
    j = WITHOUT_TABLES[0]
    found = look(then, planted(now, j, 4.0, now.platforms == 2), TIERS)
    told = [(row.name, row.where) for row in found.rows if row.alarm and row.group == "values"]
    assert (NAMES[j], "x") in told and not any(where in ("instagram", "tiktok") for _, where in told)


def test_a_shift_that_no_feature_shows_alone_is_seen_by_the_classifier() -> None:
    then, now = pair(7, 1_000, 1_000)
    rng = np.random.default_rng(7)
    features = now.features.copy()
    # Independent among the remembered accounts, now bound to each other, each distributed as before.
    bound = np.sqrt(0.8) * rng.normal(size=(now.n, 1)) + np.sqrt(0.2) * rng.normal(size=(now.n, 16))
    features[:, 82:98] = np.where(np.isnan(features[:, 82:98]), np.nan, bound)
    found = look(then, replace(now, features=features), TIERS)
    assert found.together and found.auc > 0.6 and kinds(found) == ["together"]


def test_a_feature_that_vanishes_is_told_with_what_it_was() -> None:
    then, now = pair(8)
    features = now.features.copy()
    features[: len(features) // 5, WITHOUT_TABLES[0]] = np.nan
    (only,) = findings(look(then, replace(now, features=features), TIERS))
    assert only.kind == "missing" and "unknown for 20 %" in only.sentence and "instead of 0 %" in only.sentence


def test_features_that_one_column_feeds_are_told_in_one_sentence() -> None:
    then, now = pair(9)
    features = now.features.copy()
    gone = [j for j in FEATURES if "follower_created_at" in BY_NAME[NAMES[j]].origins]
    features[:, gone] = np.nan
    told = [each for each in findings(look(then, replace(now, features=features), TIERS)) if each.kind == "missing"]
    assert len(told) == 1 and f"{len(gone)} features that need `created_at` of follower samples" in told[0].sentence


# The mix has changed


def test_another_mix_is_told_as_another_mix_and_not_as_shifted_features() -> None:
    """Forty features differ between platforms; without cells all of them would alarm."""
    rng = np.random.default_rng(4)
    found = look(remembered(rng, 1_000), remembered(rng, 800, (0.1, 0.1, 0.1, 0.1, 0.6)), TIERS)
    (only,) = findings(found)
    assert only.kind == "mix" and "TikTok 60 %" in only.sentence.replace("61 %", "60 %").replace("59 %", "60 %")
    assert "only the mix" in headline(found, [only]) and "Measure the model" in steps([only])[0]


def test_a_table_that_no_longer_comes_is_told_once() -> None:
    then, now = pair(12, 1_000, 600)
    seen, features = now.seen.copy(), now.features.copy()
    comments = EVENT_TABLES.index("comments")
    seen[: int(0.8 * len(seen)), comments] = False
    for tables, places in BY_TABLES.items():
        features[np.ix_(~seen[:, list(tables)].all(axis=1), places)] = np.nan
    found = look(then, replace(now, seen=seen, features=features), TIERS)
    (only,) = findings(found)
    assert only.kind == "missing" and only.sentence.startswith("Comments are missing for 8") and "instead of" in only.sentence
    assert "import" in steps([only])[0]


# The answers have changed


def test_probabilities_decisions_and_reasons_are_compared() -> None:
    then, now = pair(13, 1_000, 600)
    answers = now.heads[HEADS[0]]
    reasons = np.full_like(answers.reasons, -1)
    reasons[:, 0] = 20
    changed = Answers(answers.probability * 0.5, np.zeros_like(answers.decisions), reasons)
    found = look(then, replace(now, heads={**now.heads, HEADS[0]: changed}), TIERS)
    assert {row.group for row in found.alarms} == {"scores", "decisions", "reasons"}
    assert {row.head for row in found.alarms} == {HEADS[0]}
    told = findings(found)
    assert told[0].kind == "scores" and "yes for 100 %" in told[0].sentence
    assert any(NAMES[20].replace("_", " ") in each.sentence for each in told if each.kind == "reasons")


def test_answers_that_are_not_kept_are_not_compared() -> None:
    then, now = pair(14)
    answers = now.heads[HEADS[0]]
    unknown = Answers(answers.probability, np.full_like(answers.decisions, NO_DECISION), np.full_like(answers.reasons, -1))
    found = look(then, replace(now, counts={"followers": now.counts["followers"]}, heads={HEADS[0]: unknown}), TIERS)
    assert not found.drifted
    assert not any(row.group in ("decisions", "reasons") or row.name == "following" or row.head == HEADS[1] for row in found.rows)


# Few accounts


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_too_few_accounts_cannot_be_told_and_the_number_needed_is(n: int) -> None:
    then, now = pair(15)
    with pytest.raises(DriftRefusal, match=rf"{n} accounts?: .* fewer than {FEWEST}, .* takes about {needed(then.n)}"):
        look(then, now.of(np.arange(n)), TIERS)


def test_few_accounts_still_show_what_is_large() -> None:
    then, now = pair(16, 800, FEWEST + 10)
    j = WITHOUT_TABLES[0]
    assert any(row.name == NAMES[j] for row in look(then, planted(now, j, 20.0), TIERS).alarms)


def test_the_order_of_heads_and_rows_changes_nothing() -> None:
    then, now = pair(17)
    turned = now.of(np.arange(now.n)[::-1])
    turned = replace(turned, heads=dict(reversed(turned.heads.items())))
    one, two = ({(row.group, row.name, row.head, row.where): row.p for row in look(then, each, TIERS).rows} for each in (now, turned))
    assert one == pytest.approx(two)
