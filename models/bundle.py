"""A bundle is all that training hands to serving: a folder of plain files that is checked before anything in it is read."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from features.catalog import NAMES
from features.reference import Reference
from features.whole import whole_file, whole_folder
from models.booster import LIBRARY, Trees
from models.calibration import Calibration
from models.causes import Causes
from models.decision import Limits
from models.followers import FollowerModel
from models.head import Head
from models.heads import HEADS
from models.peers import Peers
from models.remembered import Remembered
from models.tiers import Tiers

FORMAT = 1
MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9]+)?")
AGAIN = "Fetch or train the bundle again."
# The fact by which accounts that taught are known again; a list of digests, as long as the data, that says nothing to a reader.
TAUGHT = "taught"
REMEMBERED = "remembered.parquet"
MOST_BYTES = 512 * 2**20


class BundleError(Exception):
    """A bundle that cannot be used; one clear line."""


@dataclass(frozen=True)
class HeadModel:
    """A head, its trees, its calibration, and how far accounts of either kind reach. Without limits it decides nothing."""

    head: Head
    trees: Trees
    calibration: Calibration
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Bundle:
    """All that judging needs. golden: account documents with the probabilities that were theirs when the bundle was made; remembered:
    the bytes of the accounts that those of later days are held against, read by `sample` alone because judging does not need them."""

    heads: Mapping[str, HeadModel]
    reference: Reference
    peers: Peers
    followers: FollowerModel
    golden: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]
    causes: Causes = field(default_factory=Causes)
    id: str = ""
    version: str | None = None
    run_id: str | None = None
    base_rates: Mapping[str, float] = field(default_factory=dict)
    tiers: Tiers = field(default_factory=Tiers)
    remembered: bytes = field(default=b"", repr=False)

    def sample(self) -> Remembered:
        """Accounts that did not teach it, and what it said of them. Raises BundleError when it keeps none, as older bundles do."""
        if not self.remembered:
            raise BundleError("this bundle remembers no accounts that today's could be held against, as older ones; train it again.")
        try:
            return Remembered.from_bytes(self.remembered, tuple(self.heads))
        except ValueError as fault:
            raise BundleError(f"{REMEMBERED} cannot be used: {fault}; train the bundle again.") from None

    def base_rate(self, head: str) -> float:
        return self.base_rates.get(head, self.heads[head].head.base_rate.value)

    def configured(self, base_rates: Mapping[str, float], tiers: Tiers) -> Bundle:
        """The same bundle with the user's own base rates and tiers."""
        return replace(self, base_rates=dict(base_rates), tiers=tiers)

    def card(self) -> dict[str, Any]:
        """What is being served: identity, heads with base rates, measures, data; JSON-able."""
        heads = {
            name: {"question": model.head.question, "base_rate": self.base_rate(name), "base_rate_source": model.head.base_rate.source}
            for name, model in self.heads.items()
        }
        identity = {"id": self.id, "version": self.version, "run_id": self.run_id}
        told = {name: fact for name, fact in self.facts.items() if name != TAUGHT}
        return {"bundle": identity, "heads": heads, "features": len(NAMES), **told}

    def save(self, path: Path) -> str:
        """Write the bundle as a folder, whole or not at all; returns its id. Raises BundleError when `path` holds anything."""
        content = {name: _bytes(document) for name, document in self._documents().items()}
        content |= {f"{name}.ubj": model.trees.save() for name, model in self.heads.items()}
        content["followers.ubj"] = self.followers.trees.save()
        content |= {REMEMBERED: self.remembered} if self.remembered else {}
        manifest = _manifest(content)
        try:
            with whole_folder(path) as draft:
                for name, data in content.items():
                    _write(draft / name, data)
                # The manifest is last: a folder without it is no bundle.
                _write(draft / MANIFEST, _bytes(manifest))
        except FileExistsError as fault:
            raise BundleError(str(fault)) from None
        return str(manifest["id"])

    def _documents(self) -> dict[str, Any]:
        heads = {
            name: {
                "features": model.trees.names,
                "calibration": model.calibration.to_json(),
                "limits": model.limits.to_json(),
            }
            for name, model in self.heads.items()
        }
        return {
            "heads.json": heads,
            "reference.json": self.reference.to_json(),
            "peers.json": self.peers.to_json(),
            "followers.json": self.followers.to_json(),
            "causes.json": self.causes.to_json(),
            "golden.json": list(self.golden),
            "card.json": dict(self.facts),
        }

    @classmethod
    def load(cls, path: Path, check_golden: bool = True) -> Bundle:
        """Read a bundle: every file's hash before any file's content, then the golden accounts. Raises BundleError."""
        manifest, content = _checked(path)
        try:
            bundle = cls._from(content, str(manifest["id"]))
            if check_golden:
                bundle.check_golden()
        except BundleError as fault:
            raise BundleError(f"{path}: {fault}") from None
        # The hashes are right, so somebody meant it: a bundle of another version, or one made by hand, may hold anything.
        except Exception as fault:
            raise BundleError(
                f"{path}: the bundle does not fit this version of authenticity ({_one_line(fault)}); train it again."
            ) from None
        return bundle

    @classmethod
    def _from(cls, content: Mapping[str, bytes], identity: str) -> Bundle:
        documents = {name: orjson.loads(data) for name, data in content.items() if name.endswith(".json")}
        heads = {}
        for name, entry in documents["heads.json"].items():
            if name not in HEADS:
                raise ValueError(f"it has a head that this version does not know: {name}")
            unknown = set(entry["features"]) - set(NAMES)
            if unknown:
                raise ValueError(f"it reads features that this version does not have: {', '.join(sorted(unknown))}")
            trees = Trees.load(content[f"{name}.ubj"], entry["features"])
            heads[name] = HeadModel(HEADS[name], trees, Calibration.from_json(entry["calibration"]), Limits.from_json(entry["limits"]))
        if not heads:
            raise ValueError("heads.json names no head")
        followers = FollowerModel.from_json(documents["followers.json"], content["followers.ubj"])
        if not isinstance(documents["card.json"], dict):
            raise ValueError("card.json is no object")
        peers = Peers.from_json(documents["peers.json"])
        if not peers.whole(NAMES):
            raise ValueError("peers.json lacks quantiles of a feature or a tier")
        return cls(
            heads,
            Reference.from_json(documents["reference.json"]),
            peers,
            followers,
            tuple(documents["golden.json"]),
            documents["card.json"],
            Causes.from_json(documents["causes.json"]),
            identity,
            remembered=content.get(REMEMBERED, b""),
        )

    def check_golden(self) -> None:
        """Judge the golden accounts again; raises BundleError when one comes out differently."""
        from models.golden import differences

        found = differences(self)
        if found:
            raise BundleError(f"the bundle judges its golden accounts differently than when it was made: {found[0]}; train it again.")


def load_champion(home: Path, name: str = "champion") -> Bundle:
    """The bundle that is in use (name: or "previous", the one before), from the local folder alone. Raises BundleError for none."""
    pointer = home / f"{name}.json"
    try:
        entry = orjson.loads(pointer.read_bytes())
        path, version, run_id = entry["path"], entry["version"], entry["run_id"]
    except FileNotFoundError:
        raise BundleError(f"no {name} yet in {home}: run `authenticity train experiments/default.toml` first.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise BundleError(f"{pointer} is damaged; run `authenticity train` again.") from None
    if not all(isinstance(value, str | None) for value in (version, run_id)):
        raise BundleError(f"{pointer} is damaged: version and run_id are texts; run `authenticity train` again.")
    if not isinstance(path, str) or not _NAME.fullmatch(path):
        raise BundleError(f"{pointer} names {path!r}, which is no bundle of this folder; run `authenticity train` again.")
    return replace(Bundle.load(home / "bundles" / path), version=version, run_id=run_id)


def install(bundle: Path, home: Path) -> Path:
    """Copy a checked bundle to HOME/bundles, whole or not at all; returns its folder there. Raises BundleError."""
    manifest, content = _checked(bundle)
    target = home / "bundles" / str(manifest["id"]).removeprefix("sha256:")[:16]
    try:
        _checked(target)
    except BundleError:
        shutil.rmtree(target, ignore_errors=True)
        with whole_folder(target) as draft:
            for file, data in {**content, MANIFEST: _bytes(manifest)}.items():
                _write(draft / file, data)
    return target


def crown(installed: Path, home: Path, version: str | None, run_id: str | None, name: str = "champion") -> None:
    """Make an installed bundle the champion (or the previous one); whoever reads meanwhile sees the old one or the new one."""
    with whole_file(home / f"{name}.json") as draft:
        draft.write_bytes(_bytes({"path": installed.name, "version": version, "run_id": run_id}))


def publish(bundle: Path, home: Path, version: str | None, run_id: str | None) -> Path:
    """Install a bundle and make it the champion; returns its folder under HOME."""
    installed = install(bundle, home)
    crown(installed, home, version, run_id)
    return installed


def _manifest(content: Mapping[str, bytes]) -> dict[str, Any]:
    """The id is the hash of what the bundle says, so that equal bundles have equal ids."""
    files = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in sorted(content.items())}
    body = {"format": FORMAT, "xgboost": LIBRARY, "files": files}
    return {"id": f"sha256:{hashlib.sha256(_bytes(body)).hexdigest()}", **body}


def _checked(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the bytes of every file, all of them as they were written. Raises BundleError."""
    if not _plain(path / MANIFEST):
        raise BundleError(f"{path} is no bundle: it has no {MANIFEST}. {AGAIN}")
    raw = (path / MANIFEST).read_bytes()
    try:
        manifest = orjson.loads(raw)
        claimed = {key: manifest[key] for key in ("format", "xgboost", "files")}
        whole = raw == _bytes({"id": f"sha256:{hashlib.sha256(_bytes(claimed)).hexdigest()}", **claimed})
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise BundleError(f"{path}/{MANIFEST} is damaged: it does not match its own hash. {AGAIN}")
    if manifest["format"] != FORMAT:
        raise BundleError(f"{path} has bundle format {manifest['format']}; this version reads {FORMAT}. Train it again.")
    content = {}
    for name, digest, size in _listed(path, manifest["files"]):
        file = path / name
        if not _NAME.fullmatch(name) or file.is_symlink() or size > MOST_BYTES:
            raise BundleError(f"{path}: the file {name!r} has no place in a bundle. {AGAIN}")
        if not _plain(file):
            raise BundleError(f"{path}: the file {name} is missing. {AGAIN}")
        if file.stat().st_size != size:
            raise BundleError(f"{path}: the file {name} is damaged ({file.stat().st_size:,} bytes, expected {size:,}). {AGAIN}")
        content[name] = file.read_bytes()
        if hashlib.sha256(content[name]).hexdigest() != digest:
            raise BundleError(f"{path}: the file {name} is damaged (SHA-256 differs). {AGAIN}")
    return manifest, content


def _listed(path: Path, files: Any) -> list[tuple[str, str, int]]:
    """Name, SHA-256 and size of each file of a manifest."""
    try:
        return [(str(name), str(entry["sha256"]), int(entry["bytes"])) for name, entry in files.items()]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BundleError(f"{path}/{MANIFEST} does not list files with sha256 and bytes. {AGAIN}") from None


def _plain(file: Path) -> bool:
    """A file of its own: what a link shows can be changed elsewhere, and a pipe would be waited for."""
    return file.is_file() and not file.is_symlink()


def _bytes(document: Any) -> bytes:
    return orjson.dumps(document)


def _write(file: Path, data: bytes) -> None:
    with whole_file(file) as draft:
        draft.write_bytes(data)


def _one_line(fault: Exception) -> str:
    text = str(fault).strip().splitlines()
    return text[0][:160] if text else type(fault).__name__
