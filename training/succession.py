"""From one champion to the next: registry and HOME move together, and a step that was interrupted is finished by whoever comes next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from features.locks import held
from features.whole import whole_file
from models.bundle import Bundle, BundleError, crown, install, load_champion
from training import tracking
from training.tracking import TrackingError, TrackingStore

# The step under way: written before anything moves, removed once everything has.
UNDER_WAY = "succession.json"
LOCK = "succession.lock"


@dataclass(frozen=True)
class Served:
    """A bundle that is installed under HOME, by the name of its folder there, with its version and run."""

    folder: str
    version: str | None
    run_id: str | None

    @classmethod
    def pointed(cls, home: Path, name: str) -> Served | None:
        """The one that HOME/`name`.json points to, if this version of the code can load it."""
        try:
            bundle = load_champion(home, name)
        except BundleError:
            return None
        return cls(bundle.id.removeprefix("sha256:")[:16], bundle.version, bundle.run_id)

    def __str__(self) -> str:
        return f"version {self.version} (bundle {self.folder})"


@dataclass(frozen=True)
class Step:
    """From `old` to `new`. back: it is a rollback. here: HOME has taken it, and only the registry, out of reach then, has not."""

    new: Served
    old: Served | None
    back: bool = False
    here: bool = False


def of_alias(store: TrackingStore, home: Path, alias: str) -> Served | None:
    """The version with this alias, installed under HOME; None when there is none. Raises BundleError or TrackingError when it is broken."""
    known = tracking.aliased(store, alias)
    if known is None:
        return None
    for name in ("champion", "previous"):
        here = Served.pointed(home, name)
        if here is not None and (here.version, here.run_id) == known:
            return here
    path, version, run_id = tracking.fetch_champion(store, home / "fetched", alias=alias)
    Bundle.load(path)
    return Served(install(path, home).name, version, run_id)


def first(store: TrackingStore, home: Path, new: Served) -> bool:
    """Make `new` the champion if there is none that this version of the code can load; says whether it is one now."""
    with held(home / LOCK):
        finish(store, home)
        if _there_is_one(store, home):
            return False
        _take(store, home, Step(new, None))
        return True


def promote(store: TrackingStore, home: Path, new: Served, old: Served | None) -> None:
    """Make `new` the champion and `old`, whom it was measured against, the previous one.

    Raises TrackingError when another has become champion meanwhile.
    """
    with held(home / LOCK):
        finish(store, home)
        now = tracking.aliased(store, "champion")
        if old is not None and now is not None and now[0] != old.version:
            raise TrackingError(f"version {now[0]} became champion while version {old.version} was measured against; run it again")
        _take(store, home, Step(new, old))


def rollback(store: TrackingStore | None, home: Path) -> Step:
    """Exchange champion and previous. store: None when the registry is out of reach; it follows when it is there again.

    A rollback that was interrupted is finished, and not taken back. Raises TrackingError when there is no previous champion, BundleError
    when it cannot be loaded.
    """
    with held(home / LOCK):
        finished = finish(store, home)
        if finished is not None and finished.back and not finished.here:
            return finished
        back, now = (Served.pointed(home, name) if store is None else of_alias(store, home, name) for name in ("previous", "champion"))
        if back is None:
            where = "under HOME" if store is None else "in the registry"
            raise TrackingError(f"there is no previous champion {where} to go back to; a promotion leaves one")
        return _take(store, home, Step(back, now, back=True))


def complete(store: TrackingStore, home: Path) -> Step | None:
    """Finish what was under way, as whoever comes next does; gives it, None when nothing was."""
    with held(home / LOCK):
        return finish(store, home)


def follow(store: TrackingStore, home: Path) -> None:
    """Serve from HOME what the registry calls champion, after finishing what was under way. Raises TrackingError or BundleError."""
    with held(home / LOCK):
        finish(store, home)
        new, old = of_alias(store, home, "champion"), Served.pointed(home, "champion")
        if new is None:
            raise TrackingError("no version is called champion yet; run `authenticity train` first")
        if new != old:
            _point(home, Step(new, old))


def finish(store: TrackingStore | None, home: Path) -> Step | None:
    """Finish the step that was interrupted and give it; None when there was none. Without a store the registry's part waits."""
    file = home / UNDER_WAY
    try:
        step = _read(file)
    except FileNotFoundError:
        return None
    if store is not None:
        now = tracking.aliased(store, "champion")
        versions = [each.version for each in (step.new, step.old) if each is not None]
        if now is not None and step.old is not None and now[0] not in versions:
            # Somebody has gone on from there, and what the registry holds is what everybody serves.
            file.unlink()
            return None
        challenger = tracking.aliased(store, "challenger")
        moved = {"previous": step.old.version} if step.old is not None else {}
        taken = {"challenger": None} if challenger is not None and challenger[0] == step.new.version else {}
        tracking.move(store, {**moved, "champion": step.new.version, **taken})
    if not step.here:
        _point(home, step)
    if store is not None:
        file.unlink()
    elif not step.here:
        _write(file, Step(step.new, step.old, step.back, here=True))
    return step


def _take(store: TrackingStore | None, home: Path, step: Step) -> Step:
    _write(home / UNDER_WAY, step)
    finish(store, home)
    return step


def _point(home: Path, step: Step) -> None:
    if step.old is not None:
        crown(home / "bundles" / step.old.folder, home, step.old.version, step.old.run_id, "previous")
    crown(home / "bundles" / step.new.folder, home, step.new.version, step.new.run_id)


def _there_is_one(store: TrackingStore, home: Path) -> bool:
    if Served.pointed(home, "champion") is not None:
        return True
    try:
        return of_alias(store, home, "champion") is not None
    except BundleError:
        return False


def _write(file: Path, step: Step) -> None:
    with whole_file(file) as draft:
        draft.write_bytes(orjson.dumps(asdict(step)))


def _read(file: Path) -> Step:
    try:
        document = orjson.loads(file.read_bytes())
        new, old = Served(**document.pop("new")), document.pop("old")
        return Step(new, None if old is None else Served(**old), **document)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TrackingError(f"{file} is damaged; remove it and promote again") from None
