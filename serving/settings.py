"""What a deployment may choose: `AUTHENTICITY_*` in the environment, or the same names in `authenticity.toml`."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "AUTHENTICITY_"
FILE = "authenticity.toml"
KIB, MIB = 1 << 10, 1 << 20


class SettingsError(ValueError):
    """Settings that cannot be used; the message names every one of them, what came and what is expected."""


@dataclass(frozen=True)
class Settings:
    """One deployment's choices; `Settings.load()` reads them, the defaults suit one machine.

    Sizes are bytes, durations seconds. `body_limit` holds one account with some 10,000 followers and comments,
    `batch_body_limit` 1,000 accounts of 100 kB. `body_memory` bounds what all unfinished bodies of one worker hold together.
    `concurrency` counts the requests of one worker that are judged or wait for it: more are refused at once.
    `remember_days` is how long numbers of judged accounts, and plain ids of accounts, are kept for the queue and for drift; 0 keeps none.
    A month is what a comparison with the month before needs.
    """

    home: Path = Path("var")
    database_url: str = ""
    mlflow_tracking_uri: str = ""
    api_keys_file: Path | None = None
    base_rates: Mapping[str, float] = field(default_factory=dict)
    tiers: tuple[int, ...] | None = None
    workers: int = 1
    concurrency: int = 32
    body_limit: int = 4 * MIB
    batch_body_limit: int = 128 * MIB
    body_memory: int = 256 * MIB
    body_seconds: float = 30.0
    judge_seconds: float = 60.0
    remember_days: int = 30
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Absolute from here on, because the server's processes do not all keep the folder they were started in.
        object.__setattr__(self, "home", self.home.expanduser().absolute())
        if self.api_keys_file is not None:
            object.__setattr__(self, "api_keys_file", self.api_keys_file.expanduser().absolute())
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.home / 'authenticity.db'}")
        if not self.mlflow_tracking_uri:
            object.__setattr__(self, "mlflow_tracking_uri", f"sqlite:///{self.home / 'mlflow.db'}")

    @property
    def tracking_server(self) -> str | None:
        """Where runs are recorded when it is not the store under HOME, which is made with care when it is new."""
        own = f"sqlite:///{self.home / 'mlflow.db'}"
        return None if self.mlflow_tracking_uri == own else self.mlflow_tracking_uri

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, file: Path | None = None) -> "Settings":
        """Settings from the environment first, then from `authenticity.toml` in the current folder, then the defaults.

        Raises SettingsError naming every setting that cannot be read. Names that are no setting are kept in `unknown`
        with the nearest real name, to be warned about: another program may own them.
        """
        environment = os.environ if environment is None else environment
        texts = _from_toml(Path(FILE) if file is None else file)
        texts |= {name.removeprefix(PREFIX): text for name, text in environment.items() if name.startswith(PREFIX)}
        chosen: dict[str, Any] = {}
        base_rates: dict[str, float] = {}
        problems: list[str] = []
        unknown: list[str] = []
        for name, text in sorted(texts.items()):
            try:
                if not text.strip():
                    continue
                if name.startswith("BASE_RATE_"):
                    base_rates[_head(name)] = _share(text)
                elif name in _READERS:
                    chosen[name.lower()] = _READERS[name](text)
                else:
                    unknown.append(_hint(name))
            except ValueError as error:
                problems.append(f'{PREFIX}{name} is "{text}"; {error}')
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**chosen, base_rates=base_rates, unknown=tuple(unknown))

    def environment(self) -> dict[str, str]:
        """The same settings as `AUTHENTICITY_*` variables, for a process started from this one."""
        shown: dict[str, str] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in ("base_rates", "unknown") or value is None:
                continue
            shown[PREFIX + item.name.upper()] = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        return shown | {f"{PREFIX}BASE_RATE_{head.upper()}": str(rate) for head, rate in self.base_rates.items()}


def _from_toml(file: Path) -> dict[str, str]:
    """Every value of the file as the text its environment variable would hold; `[base_rate]` becomes `BASE_RATE_…`."""
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None
    texts: dict[str, str] = {}
    for name, value in document.items():
        for inner, leaf in value.items() if isinstance(value, dict) else [("", value)]:
            key = f"{name}_{inner}" if inner else name
            texts[key.upper()] = ",".join(map(str, leaf)) if isinstance(leaf, list) else str(leaf)
    return texts


def _hint(name: str) -> str:
    near = difflib.get_close_matches(name, _READERS, 1)
    return f"{PREFIX}{name} is no setting" + (f"; did you mean {PREFIX}{near[0]}?" if near else "")


def _head(name: str) -> str:
    from features.schema import HEADS

    head = name.removeprefix("BASE_RATE_").lower()
    if head not in HEADS:
        raise ValueError(f"{head} is no head; expected BASE_RATE_ and one of {', '.join(HEADS).upper()}.")
    return head


def _share(text: str) -> float:
    expected = "expected a share between 0 and 1, such as 0.2."
    try:
        share = float(text)
    except ValueError:
        raise ValueError(expected) from None
    if not 0.0 < share < 1.0:
        raise ValueError(expected)
    return share


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    expected = f"of {least} or more" if most is None else f"from {least} to {most:,}"

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", text.strip()) or int(text) < least or (most is not None and int(text) > most):
            raise ValueError(f"expected a whole number {expected}.")
        return int(text)

    return read


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < 86_400.0:
        raise ValueError("expected a number of seconds, such as 30.")
    return seconds


def _tiers(text: str) -> tuple[int, ...]:
    bounds = [part.strip() for part in text.strip("[]() ").split(",")]
    if len(bounds) != 4 or not all(bound.isdecimal() for bound in bounds) or sorted({int(b) for b in bounds}) != [int(b) for b in bounds]:
        raise ValueError("expected four rising numbers of followers, such as 250,5000,100000,1000000.")
    return tuple(map(int, bounds))


_READERS: Mapping[str, Callable[[str], Any]] = {
    "HOME": Path,
    "DATABASE_URL": str,
    "MLFLOW_TRACKING_URI": str,
    "API_KEYS_FILE": Path,
    "TIERS": _tiers,
    "WORKERS": _whole(1),
    "CONCURRENCY": _whole(1),
    "BODY_LIMIT": _whole(KIB),
    "BATCH_BODY_LIMIT": _whole(KIB),
    "BODY_MEMORY": _whole(KIB),
    "BODY_SECONDS": _seconds,
    "JUDGE_SECONDS": _seconds,
    # Ten years: nobody needs more, and a date further back may not exist.
    "REMEMBER_DAYS": _whole(0, 3_650),
}
