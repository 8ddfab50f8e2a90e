"""How often a look for drift is wrong, and what it finds: simulated accounts, nothing changed and faults planted.

Run: python bench/drift.py [--home var] [--draws 100] [--accounts 3000]. Needs a champion; prints a table in markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import numpy as np  # noqa: E402

from features import dataset  # noqa: E402
from features.catalog import NAMES  # noqa: E402
from features.schema import EVENT_TABLES, PLATFORMS  # noqa: E402
from features.table import AccountTable  # noqa: E402
from models.bundle import load_champion  # noqa: E402
from models.remembered import Remembered  # noqa: E402
from models.tiers import Tiers  # noqa: E402
from training.drift import ALARM, EVERYBODY, Look, look  # noqa: E402
from training.drift.asked import FEATURES  # noqa: E402
from training.drift.words import findings  # noqa: E402
from training.remember import remember  # noqa: E402
from training.worlds import simulate  # noqa: E402

SEED = 20_261_130
THEN = 1_000
# A feature that fewer accounts show is found later in proportion, so the planted ones are known of most accounts.
KNOWN = 0.8
Draw = Callable[[np.random.Generator], tuple[Remembered, Remembered, str]]


def pool(home: Path, accounts: int) -> tuple[Remembered, Remembered, Remembered]:
    """What the champion remembers, fresh accounts judged by it, and a third of those again without most of their comments."""
    bundle = load_champion(home)
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "fresh", accounts, SEED)
        whole = dataset.read(Path(folder) / "fresh", ("accounts", *EVENT_TABLES))
    table = AccountTable.from_tables(whole)
    some = table.block(0, accounts // 3)
    gone = np.random.default_rng(SEED).random(some.n) < 0.8
    return bundle.sample(), remember(bundle, table), remember(bundle, some.without({"comments": gone}))


def shifted(accounts: Remembered, j: int, sd: float) -> Remembered:
    features = accounts.features.copy()
    features[:, j] += np.float32(sd)
    return replace(accounts, features=features)


def rate(name: str, draws: int, draw: Draw, counts: Callable[[Look, str], bool]) -> str:
    began, hits = time.process_time(), 0
    for number in range(draws):
        then, now, planted = draw(np.random.default_rng([SEED, number]))
        hits += counts(look(then, now, Tiers(), number), planted)
    each = (time.process_time() - began) / draws
    line = f"| {name} | {hits} of {draws} | {each:.2f} s |"
    print(line, flush=True)
    return line


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, default=ROOT / "var")
    options.add_argument("--draws", type=int, default=100)
    options.add_argument("--accounts", type=int, default=3_000)
    given = options.parse_args()
    kept, fresh, silent = pool(given.home, given.accounts)
    known = np.nanmean(~np.isnan(fresh.features), axis=0)
    plantable = [j for j in FEATURES if known[j] >= KNOWN and np.nanstd(fresh.features[:, j]) > 0]
    spread = np.nanstd(fresh.features, axis=0)

    def halves(n: int) -> Draw:
        def draw(rng: np.random.Generator) -> tuple[Remembered, Remembered, str]:
            order = rng.permutation(fresh.n)
            return fresh.of(order[:THEN]), fresh.of(order[THEN : THEN + n]), ""

        return draw

    def against_kept(n: int) -> Draw:
        return lambda rng: (kept, fresh.of(rng.permutation(fresh.n)[:n]), "")

    def planted(n: int) -> Draw:
        def draw(rng: np.random.Generator) -> tuple[Remembered, Remembered, str]:
            then, now, _ = halves(n)(rng)
            j = int(rng.choice(plantable))
            return then, shifted(now, j, 0.5 * spread[j]), NAMES[j]

        return draw

    def another_mix(rng: np.random.Generator) -> tuple[Remembered, Remembered, str]:
        then, now, _ = halves(1_000)(rng)
        mine = now.platforms == PLATFORMS.index("tiktok")
        return then, now.of(np.flatnonzero(mine | (rng.random(now.n) < 0.3))), ""

    def without_comments(rng: np.random.Generator) -> tuple[Remembered, Remembered, str]:
        order = rng.permutation(np.arange(silent.n, fresh.n))[:THEN]
        return fresh.of(order), silent.of(rng.permutation(silent.n)[:500]), ""

    def alarmed(found: Look, _: str) -> bool:
        return found.drifted

    def named(found: Look, planted: str) -> bool:
        return any(row.alarm and row.where == EVERYBODY and (row.group, row.name) == ("values", planted) for row in found.rows)

    def mix_alone(found: Look, _: str) -> bool:
        return {each.kind for each in findings(found)} == {"mix"}

    def comments_alone(found: Look, _: str) -> bool:
        return [each.sentence.split(" are missing")[0] for each in findings(found)] == ["Comments"]

    print(f"Remembered {kept.n:,}, fresh {fresh.n:,}, {len(plantable)} features to plant in; budget of false alarms {ALARM:.0%} a look.\n")
    print("| looks | hits | CPU a look |\n|---|---:|---:|")
    for n in (100, 500, 1_000):
        rate(f"nothing changed, {THEN:,} against {n:,} of one simulation: any alarm", given.draws, halves(n), alarmed)
    rate("nothing changed, what the champion remembers against 500 fresh ones: any alarm", given.draws, against_kept(500), alarmed)
    for n in (200, 400, 600):
        rate(f"half a standard deviation in one feature, {THEN:,} against {n:,}: that feature named", given.draws, planted(n), named)
    rate("three times as much TikTok: the mix is told, and nothing else", given.draws, another_mix, mix_alone)
    rate("comments missing for 80 %: told once, and nothing else", given.draws, without_comments, comments_alone)


if __name__ == "__main__":
    main()
