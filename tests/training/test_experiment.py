"""The choices of a run: what is left out keeps its default, and everything that is wrong is told at once."""

import re
from pathlib import Path

import pytest

from models.heads import HEADS
from training.experiment import TREE_SETTINGS, Experiment, Labels, World, read
from training.refusals import TrainingRefusal

ROOT = Path(__file__).resolve().parents[2]


def experiment(tmp_path: Path, text: str) -> Experiment:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    return read(file)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(TrainingRefusal) as refused:
        experiment(tmp_path, text)
    found = list(refused.value.reasons)
    assert all(fault.startswith("mine.toml: ") for fault in found)
    return [fault.removeprefix("mine.toml: ") for fault in found]


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert experiment(tmp_path, "") == Experiment()
    assert Experiment().heads == tuple(HEADS)
    assert sum(Experiment().split) == pytest.approx(1)


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").glob("*.toml")), ids=lambda file: file.name)
def test_every_shipped_experiment_can_be_read(file: Path) -> None:
    assert read(file).name == file.stem


def test_the_default_file_says_what_the_code_says() -> None:
    assert read(ROOT / "experiments" / "default.toml") == Experiment()


def test_what_is_given_is_taken_and_the_rest_kept(tmp_path: Path) -> None:
    found = experiment(
        tmp_path,
        """
name = "deep"
change = "deeper trees"
heads = ["diluted_audience"]
seed = 3
split = [0.5, 0.2, 0.3]
dropout = 0
champion = false
[world]
accounts = 70
[trees]
max_depth = 6
""",
    )
    assert found == Experiment(
        name="deep",
        change="deeper trees",
        heads=("diluted_audience",),
        seed=3,
        split=(0.5, 0.2, 0.3),
        dropout=0,
        champion=False,
        world=World(accounts=70),
        trees={**Experiment().trees, "max_depth": 6},
    )


def test_a_world_or_several_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.experiment.WORLDS", {"high_street": None, "village": None})
    assert experiment(tmp_path, "[world]\nname = 'village'").world == World(("village",))
    both = experiment(tmp_path, "[world]\nnames = ['village', 'high_street', 'village']\naccounts = 90").world
    assert both == World(("village", "high_street"), accounts=90)


def test_labels_are_weighed_as_the_file_says(tmp_path: Path) -> None:
    found = experiment(tmp_path, "[labels]\nreal = 3\nwith_world = true")
    assert found.labels == Labels(real=3, simulated=1.0, with_world=True)
    assert found.params()["labels.real"] == 3 and "labels.simulated" not in found.params()


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
name = 3
seed = -1
dropout = 1.5
champion = "yes"
heads = ["bought_followers", "bought_moon"]
split = [0.9, 0.9, 0.1]
learning = "deep"
pool = "no such pool"
[world]
name = "atlantis"
accounts = 0
weather = "fine"
[trees]
depth = 3
eta = 7.0
rounds = "many"
max_depth = 2.5
""",
    )
    # Each fault once, by the name of the setting that it is about.
    about = ["name", "seed", "dropout", "champion", "heads", "split", "learning", "pool", "world.name", "world.accounts", "world.weather"]
    about += ["trees.depth", "trees.eta", "trees.rounds", "trees.max_depth"]
    assert sorted(fault.split(" ", 1)[0] for fault in found) == sorted(about)
    assert all(any(word in fault for word in ("expected", "there are", "there is no")) for fault in found), found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sed = 3", "sed is no setting; there are: .*seed"),
        ("[trees]\ndepth = 3", "trees.depth is no setting; there are: .*max_depth"),
        ("[world]\nsize = 3", "world.size is no setting; there are: accounts, name, names, seed"),
        ("seed = 1.5", "seed is 1.5; expected a whole number"),
        ("seed = true", "seed is True; expected a whole number"),
        ("seed = -1", "seed is -1; expected"),
        ("seed = 4294967296", "seed is 4294967296; expected"),
        ("dropout = nan", "dropout is nan; expected a chance"),
        ("dropout = 1.0", "dropout is 1.0; expected a chance"),
        ("heads = []", "heads is .*; expected some of bought_followers"),
        ("heads = 'bought_followers'", "heads is .*; expected some of"),
        ("heads = [['bought_followers']]", "heads is .*; expected some of"),
        ("split = [0.5, 0.5]", "split is .*; expected three positive shares"),
        ("split = [0.5, 0.5, 0]", "split is .*; expected three positive shares"),
        ("split = [nan, 0.5, 0.5]", "split is .*; expected three positive shares"),
        ("split = 'half'", "split is .*; expected three positive shares"),
        ("world = 3", r"world is 3; expected a section \[world\]"),
        ("trees = []", r"trees is \[\]; expected a section \[trees\]"),
        ("[world]\nname = 'atlantis'", "world.name is 'atlantis'; there are: high_street"),
        ("[world]\nnames = ['high_street', 'atlantis']", "world.names is .*; there are: high_street"),
        ("[world]\nnames = 'high_street'", "world.names is 'high_street'; there are"),
        ("[world]\nnames = []", r"world.names is \[\]; there are"),
        ("[world]\nnames = [['high_street']]", "world.names is .*; there are"),
        ("[world]\nname = 3", "world.name is 3; there are"),
        ("[world]\nname = 'high_street'\nnames = ['high_street']", "world.name and world.names are both given; expected one"),
        ("[world]\naccounts = 0", "world.accounts is 0; expected at least 1"),
        ("[world]\nseed = -1", "world.seed is -1; expected"),
        ("[trees]\neta = nan", "trees.eta is nan; expected a number from 0.001 to 1"),
        ("[trees]\nmax_depth = 2.5", "trees.max_depth is 2.5; expected a whole number from 1 to 12"),
        ("sead = 3", "sead is no setting; there are: .*; did you mean seed\\?"),
        ("[trees]\nmax_dept = 3", "trees.max_dept is no setting; .*; did you mean trees.max_depth\\?"),
        ("heads = ['bought_follower']", "heads is .*; did you mean bought_followers\\?"),
        ("[world]\nname = 'vilage'", "world.name is .*; did you mean village\\?"),
        ("[labels]\nreel = 3", "labels.reel is no setting; there are: real, simulated, with_world; did you mean labels.real\\?"),
        ("[labels]\nreal = -1", "labels.real is -1; expected a weight from 0 to 1000"),
        ("[labels]\nreal = nan", "labels.real is nan; expected a weight"),
        ("[labels]\nreal = true", "labels.real is True; expected a number"),
        ("[labels]\nwith_world = 1", "labels.with_world is 1; expected true or false"),
        ("[labels]\nreal = 0\nsimulated = 0", "labels.real and labels.simulated are both 0; expected at least one"),
        ("labels = 3", r"labels is 3; expected a section \[labels\]"),
        ("name = ''", "name is ''; expected"),
        ("pool = 'no such pool'", "pool is 'no such pool'.*expected 'srf'"),
    ],
)
def test_a_fault_says_what_came_and_what_is_expected(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults(tmp_path, text)
    assert re.match(fault, found), found


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefusal, match=r"none\.toml does not exist; experiments/default\.toml shows"):
        read(tmp_path / "none.toml")
    with pytest.raises(TrainingRefusal, match="is not TOML"):
        experiment(tmp_path, "name = ")
    (tmp_path / "latin.toml").write_bytes("name = 'Zürich'".encode("latin-1"))
    with pytest.raises(TrainingRefusal, match="is not TOML"):
        read(tmp_path / "latin.toml")
    with pytest.raises(TrainingRefusal, match="is not TOML"):
        read(tmp_path)


def test_parameters_are_flat_and_few() -> None:
    full = Experiment(holdout="srf", trees={name: low for name, (low, _) in TREE_SETTINGS.items()})
    assert len(full.params()) < 40
    assert all(isinstance(value, str | int | float) for value in full.params().values())
