"""Which features of a follower sample point the same way in every source: AUC at a share of 20 %, and the level among clean accounts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import numpy as np  # noqa: E402
from real_accounts import SOURCES  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

from features import dataset  # noqa: E402
from features.catalog import CATALOG, build  # noqa: E402
from features.table import AccountTable  # noqa: E402


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--data", type=Path, default=ROOT / "var" / "real_accounts")
    asked = wish.parse_args()
    tables = dataset.read(asked.data)
    matrix = build(AccountTable.from_tables(tables))
    labels = tables["labels"].to_pandas().set_index("account_id").loc[list(matrix.account_ids)]
    source, share = labels["source"].str.partition("/")[0].to_numpy(), labels["share"].to_numpy()
    print("| feature | " + " | ".join(f"{name}: AUC, clean median" for name in SOURCES) + " |")
    print("|---|" + "---:|" * len(SOURCES))
    for feature in (each for each in CATALOG if each.family == "followers"):
        values, cells = matrix.column(feature.name), []
        for name in SOURCES:
            mine = (source == name) & np.isin(share, (0.0, 0.2)) & ~np.isnan(values)
            clean = values[mine & (share == 0)]
            cells.append(f"{roc_auc_score(share[mine] > 0, values[mine]):.2f}, {np.median(clean):.3f}" if clean.size else "–")
        print(f"| {feature.name} | " + " | ".join(cells) + " |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
