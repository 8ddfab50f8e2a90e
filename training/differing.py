"""The choices of a run as plain names and values: what differs from another run's, and a file that it can be run from again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def flat(choices: Any) -> dict[str, object]:
    """Every choice of a frozen dataclass by its dotted name; of a section the fields, of a mapping the keys."""
    found: dict[str, object] = {}
    for each in fields(choices):
        value = getattr(choices, each.name)
        if is_dataclass(value):
            found |= {f"{each.name}.{name}": inner for name, inner in flat(value).items()}
        elif isinstance(value, Mapping):
            found |= {f"{each.name}.{name}": inner for name, inner in value.items()}
        else:
            found[each.name] = value
    return found


def differences(choices: Any, other: Any) -> dict[str, object]:
    """What is chosen otherwise than in `other`, in words and numbers; what only `other` sets reads "not set"."""
    mine, theirs = flat(choices), flat(other)
    names = [*mine, *(name for name in theirs if name not in mine)]
    return {name: _spelt(mine.get(name, "not set")) for name in names if mine.get(name) != theirs.get(name)}


def toml(choices: Any) -> str:
    """The choices as a TOML file that `experiment.read` reads back to the same ones."""
    plain, sections = [], []
    for each in fields(choices):
        value = getattr(choices, each.name)
        inner = flat(value) if is_dataclass(value) else value
        if isinstance(inner, Mapping):
            if inner:
                sections.append("\n".join(["", f"[{each.name}]", *(_line(name, one) for name, one in inner.items() if one is not None)]))
        elif inner is not None:
            plain.append(_line(each.name, inner))
    return "\n".join([*plain, *sections]) + "\n"


def _line(name: str, value: object) -> str:
    return f"{name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's, which also wants DEL escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_line(name, inner) for name, inner in value.items()) + " }"
    return repr(value)


def _spelt(value: object) -> object:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, map(_spelt, value)))
    return f"{value:g}" if isinstance(value, float) else value
