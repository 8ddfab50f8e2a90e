"""Which features of a follower sample point the same way in every source: AUC at a share of 20 %, and the level among clean accounts.

What a feature compares with is learnt from the source's own clean accounts of one shard, and the accounts of the others are measured.
The labelled records that teach which followers are of the purchased type are the source's own too; in the last columns they are SRF's.
"""

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
from training import pools, reference  # noqa: E402

SEED = 7
BOUGHT = 0.2


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--data", type=Path, default=ROOT / "var" / "real_accounts")
    wish.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder with followers/records.parquet")
    asked = wish.parse_args()
    tables = dataset.read(asked.data)
    table = AccountTable.from_tables(tables)
    labels = tables["labels"].to_pandas().set_index("account_id").loc[list(table.account_ids)]
    source, shard = (labels["source"].str.split("/").str[i].to_numpy() for i in range(2))
    share = labels["share"].to_numpy()

    def taught_by(records: str, name: str) -> np.ndarray:
        """All features, with a reference from the accounts of source `name` and the labelled followers of source `records`, first shard."""
        pool = pools.load("srf") if records == "srf" else pools.load(asked.shared / "followers" / "records.parquet", records)
        rows = np.flatnonzero((source == name) & (shard == "0"))
        learnt = reference.fit(table, rows, (share > 0).astype(np.float64), SEED, pools.shards(pool)[0])
        return build(table, learnt).values

    cells = [(name, name) for name in SOURCES] + [("srf", name) for name in SOURCES if name != "srf"]
    matrices = {(records, name): taught_by(records, name) for records, name in cells}
    heads = [f"{name}: AUC, clean median" if name == records else f"{name}, records of {records}" for records, name in cells]
    print("| feature | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    for j, feature in enumerate(CATALOG):
        if feature.family != "followers":
            continue
        written = []
        for records, name in cells:
            values = matrices[records, name][:, j]
            mine = (source == name) & (shard != "0") & np.isin(share, (0.0, BOUGHT)) & ~np.isnan(values)
            clean = values[mine & (share == 0)]
            written.append(f"{roc_auc_score(share[mine] > 0, values[mine]):.2f}, {np.median(clean):.3f}" if clean.size else "–")
        print(f"| {feature.name} | " + " | ".join(written) + " |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
