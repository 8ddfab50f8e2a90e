"""Two recorded trainings are compared by whatever a reviewer knows them by, and what came out is kept where reviewers look."""

import shutil
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest
from typer.testing import CliRunner

from authenticity import app
from training import tracking
from training.comparison_run import record
from training.pipeline import Trained

OTHER = "a worse one"


@pytest.fixture(scope="module")
def home(champion_home: Path, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HOME with the trained run, a worse one made of its answers, and one that kept none."""
    mine = tmp_path_factory.mktemp("compared") / "home"
    shutil.copytree(champion_home, mine)
    store = tracking.store(mine)
    tables = {name: tracking.read_table(store, trained.run_id, name) for name in ("evaluation", "shares", "importance")}
    blurred = tables["evaluation"].copy()
    noise = np.random.default_rng(1).random(len(blurred))
    bought = (blurred["head"] == "bought_followers").to_numpy()
    blurred.loc[bought, "probability"] = 0.25 * blurred["probability"][bought] + 0.75 * noise[bought]
    first = blurred.index[bought][0]
    blurred.loc[first, "decision"] = "no" if blurred["decision"][first] == "yes" else "yes"
    with tracking.run(store, "mine", OTHER, {"dropout": 0.5}, {"change": "blurred"}) as run:
        for name, table in (tables | {"evaluation": blurred}).items():
            run.log_table(table, name)
    with tracking.run(store, "mine", "of an older version"):
        pass
    return mine


def test_a_worse_run_is_told_from_the_champion_and_the_run_keeps_it(home: Path, trained: Trained, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    told = CliRunner(env={"AUTHENTICITY_HOME": str(home)}).invoke(app, ["compare", "champion", OTHER, "--html", str(page), "-q"])
    assert told.exit_code == 0, told.output
    assert "A is better" in told.output and "blurred" in told.output
    store = tracking.store(home)
    kept = tracking.find(store, next(line for line in told.output.splitlines() if line.startswith("run "))[4:36])
    assert (kept.experiment, kept.tags["kind"], kept.tags["change"]) == ("comparisons", "comparison", "A is better")
    assert kept.tags["run_a"] == trained.run_id and kept.tags["run_b"] == tracking.find(store, OTHER).id
    assert kept.name.endswith("against blurred") and kept.metrics["ap_bought_difference"] < -0.05
    files = {each.path for each in store.client.list_artifacts(kept.id)}
    assert files >= {"comparison.html", "comparison.json", "flips.json", "flips.csv", "card.md"}
    folder = Path(store.client.download_artifacts(kept.id, "", str(tmp_path)))
    assert (folder / "comparison.html").read_text("utf-8") == page.read_text("utf-8")
    document = orjson.loads((folder / "comparison.json").read_bytes())
    assert document["finding"].startswith("A is better") and document["settings"]["dropout"] == ["0.3", "0.5"]
    assert len(pd.read_csv(folder / "flips.csv")) == len(document["flips"]) == 1
    assert kept.tags["mlflow.note.content"].startswith(f"**{document['finding']}**")


def test_a_run_beside_itself_an_unknown_one_and_one_without_answers_are_refused(home: Path, trained: Trained) -> None:
    with pytest.raises(tracking.TrackingError, match=rf"champion and 1 are both run {trained.run_id}.*name two different runs"):
        record(("champion", "1"), home)
    with pytest.raises(tracking.TrackingError) as both:
        record(("nobody's run", "99"), home)
    assert "nobody's run" in str(both.value) and OTHER in str(both.value) and "99" in str(both.value), (
        "all faults at once, with what there is"
    )
    with pytest.raises(tracking.TrackingError, match=r"of an older version.* keeps no answers on its test accounts; train it again"):
        record(("champion", "of an older version"), home)


def test_without_any_training_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(tracking.TrackingError, match="holds no record of trainings yet; run `authenticity train` twice"):
        record(("champion", "challenger"), tmp_path)
    assert not list(tmp_path.iterdir()), "a question leaves no store behind"
