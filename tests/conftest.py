"""What many tests share: quiet libraries, and one small but real training whose champion is judged, served and damaged."""

import os
from pathlib import Path

import pytest

from tests.postgres import postgres as postgres

# Before any library is imported: nothing leaves the machine, and no setting of the user's reaches a test.
os.environ |= {"BENTOML_DO_NOT_TRACK": "True", "DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
for _name in [name for name in os.environ if name.startswith("AUTHENTICITY_")]:
    del os.environ[_name]

SHARED = Path(__file__).parents[2] / "shared" / "data"
ACCOUNTS = 500


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public data that may not be shipped; without it the test is skipped and says so."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data, public data that may not be shipped with the project")
    return SHARED


@pytest.fixture(scope="session")
def small_experiment():  # type: ignore[no-untyped-def]
    """A training that takes seconds: few accounts, few rounds."""
    from training.experiment import Experiment, World

    trees = {**Experiment().trees, "rounds": 60, "max_depth": 3}
    return Experiment(name="small", world=World(accounts=ACCOUNTS, seed=3), trees=trees)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, small_experiment) -> object:  # type: ignore[no-untyped-def]
    """The outcome of a real training on a small synthetic world; its HOME is `champion_home`."""
    from training.pipeline import train

    return train(small_experiment, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def champion_home(trained) -> Path:  # type: ignore[no-untyped-def]
    """A HOME with a champion. Shared by all tests: copy it before changing anything in it."""
    home: Path = trained.path.parents[1]
    return home


@pytest.fixture(scope="session")
def small_world(champion_home: Path) -> Path:
    """The dataset that the champion was trained on."""
    return next((champion_home / "worlds").iterdir())
