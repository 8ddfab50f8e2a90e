"""Which accounts a training reads: of one world or several, told apart by their records and never by who simulated them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features import dataset
from training import labelled
from training.experiment import Experiment, World
from training.stages import Stages
from training.worlds import WORLDS

OTHER = "another_world"


class Elsewhere:
    """A world that calls its accounts otherwise and else is the high street."""

    @staticmethod
    def setting(seed: object, pool: object = None, scenarios: object = None) -> object:
        return WORLDS["high_street"].setting(seed, pool, scenarios)

    @staticmethod
    def part(*given: object) -> dict[str, pa.Table]:
        tables = WORLDS["high_street"].part(*given)
        return {name: _moved(table) for name, table in tables.items()}


def _moved(table: pa.Table) -> pa.Table:
    place = table.column_names.index("account_id")
    return table.set_column(place, "account_id", pc.replace_substring(table["account_id"], "hs-", "else-"))


def test_several_worlds_teach_with_as_many_accounts_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WORLDS, OTHER, Elsewhere)
    experiment = Experiment(world=World(("high_street", OTHER), accounts=141, seed=5))
    source = labelled.source_of(experiment, tmp_path, None, Stages())
    assert source.described == f"high_street and {OTHER}, 141 synthetic accounts, seed 5" and source.synthetic
    ids = dataset.read(source.path)["accounts"]["account_id"].to_pylist()
    assert [sum(name.startswith(prefix) for name in ids) for prefix in ("hs-", "else-")] == [71, 70]
    learning = labelled.read(source, ("bought_followers",))
    assert set(learning.groups) == {"srf/0", "srf/1", "srf/2"}
    again = labelled.source_of(experiment, tmp_path, None, Stages())
    assert (again.path, again.digest) == (source.path, source.digest)


def test_another_seed_is_tested_on_the_same_accounts_and_another_split_seed_on_others(small_world: Path) -> None:
    source = labelled.Source(small_world, "", "", "", synthetic=True)
    learning = labelled.read(source, ("bought_followers",))
    tested = [tuple(labelled.split(choices, learning).test) for choices in (Experiment(), Experiment(seed=8), Experiment(split_seed=8))]
    assert tested[0] == tested[1] != tested[2]


@pytest.mark.parametrize(
    ("origin", "group"),
    [("high_street-srf/0/vendor-3", "srf/0"), ("srf/0/none", "srf/0"), ("cresci2015/1/none", "cresci2015/1"), ("crawl", "crawl")],
)
def test_a_world_keeps_no_record_to_itself(origin: str, group: str) -> None:
    assert labelled._records(origin) == group
