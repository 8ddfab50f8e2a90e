"""What to label next, from the database and from a dataset, and the file that a reviewer fills in and sends back."""

import csv
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from features import cells, dataset
from models.bundle import load_champion
from models.heads import HEADS
from serving import candidates, queue
from serving.batch import score
from serving.judged import Judged, table
from serving.store import Label, Store
from tests.serving.kept import OPEN, row
from training import corrections

BROKEN = 3
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '"=1', " =1", "'=1", "'", "''=1", "plain", "'plain", "＝1", "a,b\nc", "007"]


def judged(*rows: Judged) -> pa.Table:
    return table([(f"pseudonym of {each.account_id}", each.account_id, each) for each in rows])


def asked_for(found: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(each["account_id"], each["head"]) for each in found]


def test_labelled_pairs_are_left_out_and_others_of_the_account_stay() -> None:
    both = {"bought_followers": OPEN, "diluted_audience": OPEN}
    known = judged(row("a", features=0.0, **both), row("b", features=1.0, **both))
    labelled = {"bought_followers": pa.array(["pseudonym of a"], pa.large_string())}
    found = queue.ranked(known, labelled, 10)
    assert sorted(asked_for(found)) == [("a", "diluted_audience"), ("b", "bought_followers"), ("b", "diluted_audience")]
    assert asked_for(queue.ranked(known, labelled, 10, "bought_followers")) == [("b", "bought_followers")]
    assert len(queue.ranked(known, labelled, 2)) == 2


def test_an_account_that_nobody_could_find_again_is_not_asked_for() -> None:
    rows = [("pseudonym", None, row("a")), ("other", "b", row("b")._replace(catalogue="0" * 16)), ("third", "c", row("c"))]
    assert asked_for(queue.ranked(table(rows), {}, 10)) == [("c", "bought_followers")]


def test_nothing_judged_is_an_empty_queue() -> None:
    assert queue.ranked(judged(), {}, 10) == []


def test_each_row_says_why_it_was_chosen() -> None:
    (found,) = queue.ranked(judged(row("a", followers=120_000)), {}, 1)
    assert found["why"] == "undecided at 43% (21% to 66%); 120,000 followers; unlike any account that is labelled or stands above"
    (found,) = queue.ranked(judged(row("a", followers=None, bought_followers=(0.97, 0.7, 0.99, "yes", None))), {}, 1)
    assert found["why"].startswith("answered yes, but open at 97% (70% to 99%); followers unknown; ")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_runs_nowhere_and_reads_back_as_it_was(text: str) -> None:
    written = cells.safe(text)
    assert written[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert cells.plain(written) == text


def test_a_filled_in_queue_goes_back_as_labels(tmp_path: Path) -> None:
    known = judged(*(row(each, features=float(place)) for place, each in enumerate(HOSTILE)))
    found = queue.ranked(known, {}, len(HOSTILE))
    assert {each["account_id"] for each in found} == set(HOSTILE)
    text = io.StringIO()
    queue.write(found, text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert all(cell[:1] not in ("=", "+", "-", "@") for each in rows for cell in each.values())
    for place, each in enumerate(rows[:-1]):
        each |= {"corrected": str(place % 2), "reviewer": "Ana", "source": "by hand"}
    file = tmp_path / "queue.csv"
    with file.open("w", newline="") as out:
        table = csv.DictWriter(out, rows[0])
        table.writeheader()
        table.writerows(rows)
    labels = corrections.read(file).to_pylist()
    assert [each["account_id"] for each in labels] == [each["account_id"] for each in found[:-1]]
    assert [each["value"] for each in labels] == [place % 2 for place in range(len(labels))]
    assert {(each["head"], each["by"], each["source"]) for each in labels} == {("bought_followers", "Ana", "by hand")}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 60 accounts, of which one is broken and ten have a label."""
    from training.worlds import simulate

    folder = tmp_path_factory.mktemp("queue")
    simulate(folder / "whole", 60, 98)
    tables = dataset.read(folder / "whole")
    ids = tables["accounts"]["account_id"].to_pylist()
    followers = tables["accounts"]["followers"].to_pylist()
    followers[BROKEN] = -4
    place = tables["accounts"].column_names.index("followers")
    accounts = tables["accounts"].set_column(place, "followers", pa.array(followers, pa.int64()))
    labels = pd.DataFrame({"account_id": ids[:10], "head": "bought_followers", "value": 1})
    dataset.write(folder / "data", {**tables, "accounts": accounts, "labels": pa.Table.from_pandas(labels, preserve_index=False)})
    return folder / "data"


def test_a_dataset_is_judged_as_score_judges_it(data: Path, champion_home: Path, tmp_path: Path) -> None:
    bundle = load_champion(champion_home)
    found = candidates.of_dataset(bundle, data, processes=1).to_pandas().set_index("account_id")
    score(bundle, data, tmp_path / "verdicts.parquet", processes=1)
    scored = pd.read_parquet(tmp_path / "verdicts.parquet").set_index("account_id")
    assert list(found.index) == [each for place, each in enumerate(scored.index) if place != BROKEN]
    scored = scored.loc[found.index]
    for head in HEADS:
        known = found[f"{head}_probability"].notna()
        assert (found.loc[known, f"{head}_probability"] == scored.loc[known, f"{head}_probability"]).all()
        assert (scored.loc[~known, f"{head}_decision"] == "undecided").all()


def test_labels_of_the_dataset_and_of_the_database_are_left_out(data: Path, champion_home: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db", tmp_path, 30)
    ids = dataset.load(data, ("accounts",)).tables["accounts"]["account_id"].to_pylist()
    assert set(candidates.labelled(data, ids, store)["bought_followers"].to_pylist()) == set(ids[:10])
    store.keep([Label(ids[20], "bought_followers", 0), Label(ids[21], "diluted_audience", 0), Label("elsewhere", "bought_followers", 0)])
    known = candidates.labelled(data, ids, store)
    assert set(known["bought_followers"].to_pylist()) == {*ids[:10], ids[20]}
    assert known["diluted_audience"].to_pylist() == [ids[21]]
    found = queue.ranked(candidates.of_dataset(load_champion(champion_home), data, processes=1), known, 1_000)
    pairs = set(asked_for(found))
    assert pairs
    assert not pairs & {(each, "bought_followers") for each in [*ids[:10], ids[20]]}
    assert any(account == ids[20] for account, _ in pairs)
