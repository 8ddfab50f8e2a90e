"""Parts of a reference as plain JSON and back: arrays as lists, everything else as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

Part = TypeVar("Part")


def array(kind: str = "float64", shape: tuple[int, ...] = (0,)) -> Any:
    """A dataclass field that holds an array of this dtype; empty means never learnt."""
    return field(default_factory=lambda: np.zeros(shape, dtype=kind), metadata={"dtype": kind})


def mapping(kind: type | None = None) -> Any:
    """A dataclass field that holds values by name, each a dataclass `kind` or, without one, plain."""
    return field(default_factory=dict, metadata={"values": kind})


def to_json(part: Any) -> dict[str, Any]:
    """A frozen dataclass as a JSON object; unknown numbers (NaN) become null."""
    return {each.name: _written(getattr(part, each.name)) for each in fields(part)}


def _written(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _finite(value.tolist())
    if is_dataclass(value):
        return to_json(value)
    if isinstance(value, Mapping):
        return {name: _written(inner) for name, inner in value.items()}
    return value


def _finite(values: Any) -> Any:
    if isinstance(values, list):
        return [_finite(value) for value in values]
    return None if values != values else values


def from_json(kind: type[Part], document: Mapping[str, Any]) -> Part:
    """The dataclass `kind` from what `to_json` wrote; raises KeyError, TypeError or ValueError for anything else."""
    found: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        value = document[each.name]
        if "dtype" in each.metadata:
            value = _array(value, each.metadata["dtype"])
        elif each.metadata.get("values") is not None:
            value = {name: from_json(each.metadata["values"], inner) for name, inner in value.items()}
        found[each.name] = value
    return kind(**found)


def _array(value: Sequence[Any], kind: str) -> np.ndarray:
    """Whole numbers keep all of their 64 bits; what the formulas cannot read is refused here, not in a loop."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list of numbers, got {type(value).__name__}")
    found = np.array(value, dtype=np.float64 if kind == "float64" else None)
    return np.ascontiguousarray(found.astype(kind, casting="same_kind" if found.size else "unsafe"))
