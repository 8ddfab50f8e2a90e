"""Every choice of a training run, frozen, read from one TOML file; all that is wrong with the file is told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from models.heads import HEADS
from training import pools, space
from training.differing import differences
from training.refusals import TrainingRefusal
from training.space import Space
from training.worlds import WORLDS

# What may be set of the trees: XGBoost's own names, how many rounds, and after how many without gain to stop.
TREE_SETTINGS: Mapping[str, tuple[float, float]] = {
    "rounds": (1, 5_000),
    "patience": (1, 1_000),
    "threads": (1, 256),
    "max_depth": (1, 12),
    "eta": (0.001, 1.0),
    "subsample": (0.1, 1.0),
    "colsample_bytree": (0.1, 1.0),
    "min_child_weight": (0.0, 1_000.0),
    "reg_lambda": (0.0, 1_000.0),
    "reg_alpha": (0.0, 1_000.0),
    "gamma": (0.0, 1_000.0),
}
WHOLE = ("rounds", "patience", "threads", "max_depth")
# Beyond a thousand times another label, that other label says nothing.
HEAVIEST = 1_000.0
# What the learners take.
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class World:
    """Which synthetic accounts to learn from when no dataset is given: of one world, or as many of each of several."""

    names: tuple[str, ...] = ("high_street",)
    accounts: int = 5_000
    seed: int = 11


@dataclass(frozen=True)
class Labels:
    """How much a label counts that a person gave, and one that a simulated world gave: only their ratio matters; 0 leaves them out.

    with_world: learn from the dataset and the experiment's synthetic world together, for whoever has few labels.
    """

    real: float = 1.0
    simulated: float = 1.0
    with_world: bool = False


@dataclass(frozen=True)
class Experiment:
    """The choices of one run. `change` is the one thing that this run does differently, in the words of whoever compares."""

    name: str = "default"
    change: str = "four heads; a weighted sum beside the trees"
    heads: tuple[str, ...] = tuple(HEADS)
    seed: int = 7
    # Which accounts test is none of the learners' luck: runs that differ by their seed are tested on the same ones.
    split_seed: int = 7
    # Shares of accounts that fit, calibrate and test.
    split: tuple[float, float, float] = (0.4, 0.3, 0.3)
    # Chance that a copy of a training account loses a table, so that every subset of the evidence can be judged.
    dropout: float = 0.3
    # Labelled single followers that teach the share of purchased-type followers; several pools, separated by commas.
    pool: str = "srf"
    champion: bool = True
    # So many times the accounts that fit and calibrate are taught without a part of the vendors and tested on it (training/folds.py).
    folds: int = 0
    # Test on this source of follower records alone, and learn from the others.
    holdout: str = ""
    world: World = field(default_factory=World)
    labels: Labels = field(default_factory=Labels)
    # What `tune` may try, as the section says it (training/space.py).
    search: Mapping[str, Any] = field(default_factory=dict)
    trees: Mapping[str, float] = field(
        default_factory=lambda: {
            "rounds": 400,
            "patience": 30,
            "max_depth": 4,
            "eta": 0.05,
            "subsample": 0.8,
            "colsample_bytree": 0.6,
            "min_child_weight": 5.0,
        }
    )

    @property
    def now(self) -> dict[str, float]:
        """Every setting that a search may change, as it stands."""
        return space.current(self.trees, self.dropout)

    @property
    def space(self) -> Space:
        """What a search may try."""
        return space.read(self.search, self.now, TREE_SETTINGS, WHOLE, [])

    @property
    def said(self) -> str:
        """What this run does differently: the `change` in the words of its author, or else every choice that is not the default."""
        default = Experiment()
        if self.change != default.change:
            return self.change
        chosen = {name: value for name, value in self._chosen().items() if name != "folds"}
        return ", ".join(f"{name.rpartition('.')[2]} {value}" for name, value in chosen.items()) or default.change

    @property
    def title(self) -> str:
        """What a run is called in the list of its experiment, which shows two dozen signs of it: what it does differently comes first."""
        return self.said[:80]

    def params(self) -> dict[str, object]:
        """Flat, for the record of trainings: the seed, and what is not the default, so that a comparison shows nothing but differences."""
        return {"seed": self.seed} | self._chosen()

    def _chosen(self) -> dict[str, object]:
        # What a search may try changes no training.
        unsaid = ("name", "change", "champion", "search")
        return {name: value for name, value in differences(self, Experiment()).items() if name.partition(".")[0] not in unsaid}


PLAIN = ("name", "change", "seed", "split_seed", "dropout", "pool", "champion", "folds", "holdout")


def read(path: Path) -> Experiment:
    """An experiment from a TOML file; what the file leaves out keeps its default. Raises TrainingRefusal with every fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise TrainingRefusal([f"{path} does not exist; experiments/default.toml shows what an experiment looks like"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as fault:
        raise TrainingRefusal([f"{path} is not TOML: {fault}"]) from None
    faults: list[str] = []
    _known(document, {f.name for f in fields(Experiment)}, "", faults)
    world, trees, labels = (_section(document, name, faults) for name in ("world", "trees", "labels"))
    _known(world, {"name", *(f.name for f in fields(World))}, "world.", faults)
    _known(trees, set(TREE_SETTINGS), "trees.", faults)
    _known(labels, {f.name for f in fields(Labels)}, "labels.", faults)
    default = Experiment()
    plain: dict[str, Any] = {key: document[key] for key in PLAIN if key in document}
    given = {key: (value, type(getattr(default, key))) for key, value in plain.items()}
    given |= {f"world.{name}": (world[name], int) for name in ("accounts", "seed") if name in world}
    given |= {f"labels.{f.name}": (labels[f.name], type(f.default)) for f in fields(Labels) if f.name in labels}
    _sensible({key: value for key, (value, kind) in given.items() if _typed(key, value, kind, faults)}, faults)
    for key in trees.keys() & TREE_SETTINGS.keys():
        value, (low, high), whole = trees[key], TREE_SETTINGS[key], key in WHOLE
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
            faults.append(f"trees.{key} is {value!r}; expected a {'whole ' * whole}number from {low:g} to {high:g}")
    heads, split, worlds = _heads(document, faults), _split(document, faults), _worlds(world, faults)
    now = space.current({**default.trees, **trees}, plain.get("dropout", default.dropout))
    search = _section(document, "search", faults)
    space.read(search, now, TREE_SETTINGS, WHOLE, faults)
    if labels.get("real") == labels.get("simulated") == 0:
        faults.append("labels.real and labels.simulated are both 0; expected at least one kind of label to count")
    if faults:
        raise TrainingRefusal([f"{path.name}: {fault}" for fault in faults])
    numbers = {name: world[name] for name in ("accounts", "seed") if name in world}
    rest: dict[str, Any] = {"heads": heads, "split": split, "world": World(worlds, **numbers), "search": search}
    return Experiment(**plain, **rest, labels=replace(Labels(), **labels), trees={**default.trees, **trees})


def with_pools(experiment: Experiment, names: Sequence[str]) -> Experiment:
    """The same experiment with other labelled followers. Raises TrainingRefusal for a pool that cannot be had."""
    wish, faults = ",".join(names), list[str]()
    _sensible({"pool": wish}, faults)
    if faults:
        raise TrainingRefusal(faults)
    return replace(experiment, pool=wish)


def _section(document: Mapping[str, Any], name: str, faults: list[str]) -> Mapping[str, Any]:
    section = document.get(name, {})
    if isinstance(section, dict):
        return section
    faults.append(f"{name} is {section!r}; expected a section [{name}]")
    return {}


def _known(section: Mapping[str, Any], names: set[str], prefix: str, faults: list[str]) -> None:
    for name in section:
        if name not in names:
            faults.append(f"{prefix}{name} is no setting; there are: {', '.join(sorted(names))}{meant(name, names, prefix)}")


def meant(word: object, words: Collection[str], prefix: str = "") -> str:
    """The nearest of the words that there are, as the end of a sentence; nothing where none is near."""
    near = get_close_matches(str(word), list(words), 1, 0.7)
    return f"; did you mean {prefix}{near[0]}?" if near else ""


def _typed(key: str, value: Any, kind: type, faults: list[str]) -> bool:
    numeric = kind is float and isinstance(value, int) and not isinstance(value, bool)
    right = numeric or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool)))
    if not right:
        words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        faults.append(f"{key} is {value!r}; expected {words[kind]}")
    return right


def _heads(document: Mapping[str, Any], faults: list[str]) -> tuple[str, ...]:
    heads = document.get("heads", list(HEADS))
    if not isinstance(heads, list) or not heads or any(head not in list(HEADS) for head in heads):
        odd = [head for head in heads if head not in list(HEADS)] if isinstance(heads, list) else [heads]
        near = meant(odd[0], list(HEADS)) if odd else ""
        faults.append(f"heads is {heads!r}; expected some of {', '.join(HEADS)}{near}")
        return ()
    return tuple(dict.fromkeys(heads))


def _worlds(world: Mapping[str, Any], faults: list[str]) -> tuple[str, ...]:
    """The world that is named, or the several; each at most once."""
    if "name" in world and "names" in world:
        faults.append("world.name and world.names are both given; expected one of them")
    key = "names" if "names" in world else "name"
    given = world.get(key, list(World().names))
    names = given if isinstance(given, list) else [given]
    if (key == "names" and not isinstance(given, list)) or not names or any(name not in list(WORLDS) for name in names):
        odd = [name for name in names if name not in list(WORLDS)]
        faults.append(f"world.{key} is {given!r}; there are: {', '.join(WORLDS)}{meant(odd[0], list(WORLDS)) if odd else ''}")
        return World().names
    return tuple(dict.fromkeys(names))


def _split(document: Mapping[str, Any], faults: list[str]) -> tuple[float, float, float]:
    split = document.get("split", list(Experiment().split))
    numbers = isinstance(split, list) and len(split) == 3 and all(isinstance(s, int | float) and s > 0 for s in split)
    if not numbers or abs(sum(split) - 1.0) > 1e-9:
        faults.append(f"split is {split!r}; expected three positive shares that sum to 1, such as [0.4, 0.3, 0.3]")
        return Experiment().split
    return (float(split[0]), float(split[1]), float(split[2]))


def _sensible(given: Mapping[str, Any], faults: list[str]) -> None:
    """Values of the right type that no run can use; a setting of the world is called world.<name>."""
    wanted = {
        "name": (lambda name: bool(name.strip()), "expected a name"),
        "dropout": (lambda chance: 0.0 <= chance < 1.0, "expected a chance from 0 to below 1"),
        "seed": (lambda seed: 0 <= seed <= LARGEST_SEED, f"expected 0 to {LARGEST_SEED}"),
        "split_seed": (lambda seed: 0 <= seed <= LARGEST_SEED, f"expected 0 to {LARGEST_SEED}"),
        "world.seed": (lambda seed: 0 <= seed <= LARGEST_SEED, f"expected 0 to {LARGEST_SEED}"),
        "folds": (lambda folds: folds == 0 or 2 <= folds <= 10, "expected 2 to 10, or 0 for none"),
        "world.accounts": (lambda accounts: accounts >= 1, "expected at least 1"),
        "labels.real": (lambda weight: 0.0 <= weight <= HEAVIEST, f"expected a weight from 0 to {HEAVIEST:g}"),
        "labels.simulated": (lambda weight: 0.0 <= weight <= HEAVIEST, f"expected a weight from 0 to {HEAVIEST:g}"),
    }
    faults += [f"{key} is {given[key]!r}; {words}" for key, (fits, words) in wanted.items() if key in given and not fits(given[key])]
    if "pool" in given:
        try:
            pools.load_all(given["pool"])
        except (pools.PoolError, OSError) as fault:
            faults.append(f"pool is {given['pool']!r}; {fault}")
