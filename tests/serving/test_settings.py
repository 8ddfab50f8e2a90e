"""Settings: the environment before the file before the defaults, and every mistake named."""

from pathlib import Path

import pytest

from serving.settings import Settings, SettingsError


def test_the_defaults_keep_everything_under_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({})
    assert settings.home == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/authenticity.db"
    assert settings.mlflow_tracking_uri == f"sqlite:///{tmp_path}/var/mlflow.db"
    assert settings.tracking_server is None
    assert settings.api_keys_file is None


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "authenticity.toml"
    file.write_text('home = "/srv/a"\nconcurrency = 3\ntiers = [100, 1000, 10000, 100000]\n[base_rate]\nbought_followers = 0.1\n')
    settings = Settings.load({"AUTHENTICITY_CONCURRENCY": "7", "OTHER": "x"}, file)
    assert (settings.home, settings.concurrency) == (Path("/srv/a"), 7)
    assert settings.tiers == (100, 1000, 10_000, 100_000)
    assert settings.base_rates == {"bought_followers": 0.1}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WORKERS", "two", "whole number"),
        ("WORKERS", "0", "1 or more"),
        ("BODY_LIMIT", "-1", "whole number"),
        ("BODY_SECONDS", "nan", "seconds"),
        ("REMEMBER_DAYS", "-1", "from 0 to 3,650"),
        ("REMEMBER_DAYS", "9" * 4_000, "from 0 to 3,650"),
        ("BASE_RATE_BOUGHT_FOLLOWERS", "20", "between 0 and 1"),
        ("BASE_RATE_BOUGHT_FOLOWERS", "0.2", "is no head"),
        ("TIERS", "250,100,5000,9", "rising"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_what_came(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        Settings.load({f"AUTHENTICITY_{name}": value}, Path("none.toml"))
    assert f'AUTHENTICITY_{name} is "{value}"' in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({"AUTHENTICITY_WORKERS": "x", "AUTHENTICITY_TIERS": "1"}, Path("none.toml"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "authenticity.toml"
    file.write_text("home = ")
    with pytest.raises(SettingsError, match=r"authenticity\.toml is not TOML"):
        Settings.load({}, file)


def test_a_name_that_is_no_setting_is_kept_for_a_warning() -> None:
    assert Settings.load({"AUTHENTICITY_HOEM": "x"}, Path("none.toml")).unknown == (
        "AUTHENTICITY_HOEM is no setting; did you mean AUTHENTICITY_HOME?",
    )


def test_a_child_process_gets_the_same_settings(tmp_path: Path) -> None:
    first = Settings(
        home=tmp_path, tiers=(1, 2, 3, 4), base_rates={"bought_followers": 0.25}, concurrency=5, api_keys_file=tmp_path / "keys"
    )
    assert Settings.load(first.environment(), Path("none.toml")) == first


def test_a_tracking_server_of_ones_own_is_told_from_the_store_under_home(tmp_path: Path) -> None:
    server = "http://127.0.0.1:5000"
    assert Settings(home=tmp_path, mlflow_tracking_uri=server).tracking_server == server
    assert Settings.load({"AUTHENTICITY_MLFLOW_TRACKING_URI": server}).tracking_server == server
