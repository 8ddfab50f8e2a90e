"""The platforms, by name: every file in this folder that declares a PLATFORM."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from features.importing import importer
from features.importing.pseudonyms import key_under
from features.importing.shapes import Platform
from features.problems import InputError, Problem
from features.schema import TABLES
from features.values import BadValue, from_json

BY_NAME: dict[str, Platform] = {
    module.PLATFORM.name: module.PLATFORM
    for module in (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    if hasattr(module, "PLATFORM")
}


def load(
    name: str, sources: Sequence[Path], home: Path, observed_at: str = "", account: str = "", columns: Path | None = None
) -> importer.Imported:
    """The dataset in a platform's answers, with pseudonyms made by the key under `home`.

    observed_at: when the answers were given, ISO 8601, where they do not say it. account: the only one to import, by id or
    handle. columns: the map that `csv` needs. Raises InputError with everything that is wrong.
    """
    if name not in BY_NAME:
        raise InputError([Problem(f"there is no platform {name!r}; there are: {', '.join(BY_NAME)}.")])
    try:
        observed_us = from_json(TABLES["accounts"]["observed_at"], observed_at) if observed_at else None
    except BadValue as fault:
        raise InputError([Problem(f"--observed-at: {fault}")]) from None
    if (columns is None) == (name == "csv"):
        raise InputError(
            [Problem("csv takes --map FILE.toml, which says which column is which (docs/import.md), and no other platform does.")]
        )
    platform = BY_NAME[name] if columns is None else import_module(f"{__name__}.csv").mapped(columns)
    return importer.load(platform, list(BY_NAME.values()), sources, key_under(home), observed_us, account or None)
