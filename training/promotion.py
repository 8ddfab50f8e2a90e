"""promote: a challenger takes the champion's place if it passes every gate; each refusal is told and recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.bundle import Bundle, BundleError, install
from training import gate, succession, tracking
from training.gate import Finding
from training.gates import GATES
from training.origin import Origin
from training.retest import Retested, retest
from training.stages import Stages
from training.succession import Served
from training.tracking import Found, TrackingError, TrackingStore

EXPERIMENT = "promotions"
TAG = "gates"
FETCH = "fetch the bundles"


class PromotionRefused(Exception):
    """At least one gate did not let a challenger through; the message names each with its numbers and what to do."""


@dataclass(frozen=True)
class Promotion:
    """How it was decided: of which version, against which, by which gates, and the run that records it."""

    challenger: Served
    champion: Served | None
    retested: Retested
    findings: Sequence[Finding]
    run_id: str
    moved: bool

    @property
    def headline(self) -> str:
        return headline(self.challenger, self.champion, self.findings, self.moved)

    def refuse(self) -> None:
        """Raises PromotionRefused when a gate refused."""
        if refusing := gate.refused(self.findings):
            raise PromotionRefused("\n".join([self.headline, *map(str, refusing)]))


def promote(
    wanted: str, home: Path, uri: str | None = None, data: Path | None = None, check: bool = False, stages: Stages | None = None
) -> Promotion | Served:
    """Ask every gate about the run `wanted`, record the answers, and make it the champion if all let it through; check: only tell.

    Gives what is served when this only finished a promotion of the same run that was interrupted. Raises TrackingError, BundleError,
    DatasetError or TrainingRefusal when it cannot be asked; then nothing has changed.
    """
    stages = stages or Stages()
    store = tracking.store(home, uri)
    tracking.sweep(store)
    finished = None if check else succession.complete(store, home)
    found = _fit_to_be_asked(tracking.find(store, wanted))
    if finished is not None and finished.new.run_id == found.id:
        return finished.new
    if (tracking.aliased(store, "champion") or ("", ""))[1] == found.id:
        raise TrackingError(f"version {found.version} is the champion already; name another run, or go back with --rollback")
    with stages(FETCH), tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        origin = Origin.of(store, found)
        fetched = tracking.fetch(store, found.id, Path(folder))
        challenger = Bundle.load(fetched, check_golden=False)
        new = Served(install(fetched, home).name, found.version, found.id)
        old = _champion(store, home)
    champion = None if old is None else Bundle.load(home / "bundles" / old.folder)
    retested = retest(challenger, champion, origin, home, data, stages)
    findings = gate.judge(GATES, retested.evidence)
    moves = not check and not gate.refused(findings)
    run_id = _record(store, found, new, old, retested, findings, moves, check)
    if moves:
        succession.promote(store, home, new, old)
    return Promotion(new, old, retested, findings, run_id, moves)


def rollback(home: Path, uri: str | None = None) -> str:
    """Exchange champion and previous, in the registry and under HOME, or under HOME alone while the registry is out of reach; in words.

    Raises TrackingError when there is no previous champion, BundleError when it cannot be loaded.
    """
    store, later = None, ""
    try:
        store = tracking.store(home, uri)
    except TrackingError as fault:
        later = f" The registry follows with the next command that reaches it ({fault})."
    step = succession.rollback(store, home)
    before = "" if step.old is None else f"; {step.old} is the previous one, and another --rollback goes forward to it"
    return f"Served is {step.new}{before}.{later}"


def _fit_to_be_asked(found: Found) -> Found:
    """A run that ended well and left a version."""
    if found.status != "FINISHED":
        raise TrackingError(f"run {found.id} ({found.name}) is {found.status}; only a training that ended well can be promoted")
    if found.version is None:
        raise TrackingError(f"run {found.id} ({found.name}) registered no bundle; name a training, such as `challenger`")
    return found


def _champion(store: TrackingStore, home: Path) -> Served | None:
    """The registry's champion, or HOME's own; None when this version of the code can load neither."""
    try:
        return succession.of_alias(store, home, "champion") or Served.pointed(home, "champion")
    except BundleError:
        return None


def headline(challenger: Served, champion: Served | None, findings: Sequence[Finding], moved: bool) -> str:
    """The finding in a sentence."""
    against = "there is no champion" if champion is None else f"the champion is version {champion.version}"
    refusing = ", ".join(finding.gate.name for finding in gate.refused(findings))
    if refusing:
        return f"Version {challenger.version} is refused by: {refusing} ({against})."
    passed = f"Version {challenger.version} passes every gate ({against})"
    return f"{passed} and takes its place." if moved else f"{passed}; it was only asked, so nothing has changed."


def _record(
    store: TrackingStore,
    found: Found,
    new: Served,
    old: Served | None,
    retested: Retested,
    findings: Sequence[Finding],
    moves: bool,
    check: bool,
) -> str:
    """The run that a reviewer reads, and a word on the challenger's own run and version."""
    refusing = [finding.gate.name for finding in gate.refused(findings)]
    verdict = f"refused by {', '.join(refusing)}" if refusing else "passed"
    params = {"challenger": new.version, "champion": "none" if old is None else old.version, "only asked": check}
    tags = {"change": verdict, "challenger run": found.id, **({} if old is None or old.run_id is None else {"champion run": old.run_id})}
    title = f"version {new.version}: {verdict}"
    with tracking.run(store, EXPERIMENT, title[:80], params, tags, parent=None, kind="promotion") as run:
        run.log_metrics({"gates_refusing": float(len(refusing)), "accounts": float(retested.accounts)})
        source = retested.source
        run.log_dataset(source.described, source.digest, source.place, retested.accounts, "judged by both")
        run.log_table(gate.table(findings), "gates")
        run.describe(_described(headline(new, old, findings, moves), retested, findings))
        tracking.note(store, found, {TAG: verdict, "gates run": run.id})
    return str(run.id)


def _described(first: str, retested: Retested, findings: Sequence[Finding]) -> str:
    source, left = retested.source, f"; {retested.left_out:,} more were left out because they taught the champion"
    lines = [
        f"**{first}**",
        "",
        f"Judged on {retested.accounts:,} {source.kind} that taught neither ({source.described}){left if retested.left_out else ''}.",
        "",
        "| gate | verdict | what it asks |",
        "|---|---|---|",
        *(f"| {finding.gate.name} | {finding.verdict} | {finding.gate.asks} |" for finding in findings),
    ]
    for finding in gate.refused(findings):
        lines += ["", f"**{finding.gate.name}**", "", *(f"- {number}" for number in finding.failing), "", f"To do: {finding.gate.do}"]
    return "\n".join([*lines, "", "Every number stands in the table `gates.json`."])
