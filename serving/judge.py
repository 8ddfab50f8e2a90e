"""The champion at work: an account's JSON in, its verdict's JSON out, for one account and for a thousand."""

import json
import logging
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from serving.settings import Settings

if TYPE_CHECKING:
    from features.snapshot import Snapshot
    from models.bundle import Bundle
    from serving.judged import Judged

LOG = logging.getLogger(__name__)


class Answer(NamedTuple):
    """One verdict: its `status` (`ok`, `insufficient_data`, `error`), the JSON that leaves, and what may be remembered of it."""

    status: str
    body: bytes
    kept: "Judged | None" = None


class NotFinite(ArithmeticError):
    """A verdict with NaN or Infinity in it, which no JSON can carry; it must never leave."""


class Judge:
    """A loaded bundle. Everything heavy is imported when one is made, so that BentoML's supervisor stays small."""

    def __init__(self, bundle: "Bundle", remembers: bool = False):
        from features.problems import Problem, SnapshotError
        from features.snapshot import parse
        from features.table import AccountTable
        from models.verdict import error_verdict, judge_with_features
        from serving.envelope import accounts
        from serving.judged import judged

        self.bundle = bundle
        self.remembers = remembers
        self.cut = accounts
        self.card = orjson.dumps(finite(bundle.card()))
        self.refused: type[SnapshotError] = SnapshotError
        self._problem, self._parse, self._judge, self._error_verdict = Problem, parse, judge_with_features, error_verdict
        self._table, self._kept = AccountTable.from_snapshots, judged
        self._golden = orjson.dumps(bundle.golden[0]["document"])
        self._expected = self.one(self._golden)
        # The first request should not be the one that waits for compiled loops to be loaded.
        self.cut(bytearray(b'{"accounts":[{}]}'), 1)

    @classmethod
    def load(cls, settings: Settings) -> "Judge":
        """The champion, its golden accounts recomputed, with this deployment's base rates and tiers; raises BundleError with one line."""
        from models.bundle import load_champion
        from models.tiers import Tiers

        bundle = load_champion(settings.home)
        tiers = bundle.tiers if settings.tiers is None else Tiers.of(settings.tiers)
        return cls(bundle.configured(settings.base_rates, tiers), remembers=settings.remember_days > 0)

    def one(self, document: bytes, reasons: bool = True) -> Answer:
        """One account's verdict; raises SnapshotError when the document is no account."""
        (answer,) = self._judged([self._parse(document)], reasons)
        return answer

    def many(self, documents: Sequence[bytes], reasons: bool = True) -> list[Answer]:
        """A verdict for each document, in order; what is no account gets a verdict of status `error`, its neighbours theirs."""
        answers: list[Answer | None] = [None] * len(documents)
        snapshots: list[Snapshot] = []
        places: list[int] = []
        for place, document in enumerate(documents):
            try:
                snapshots.append(self._parse(document))
                places.append(place)
            except self.refused as refused:
                answers[place] = self._refusal(_account_id(document), refused.problems)
        for place, answer in zip(places, self._judged_apart(snapshots, reasons), strict=True):
            answers[place] = answer
        return [answer for answer in answers if answer is not None]

    def golden_holds(self) -> bool:
        """Whether a golden account, judged as any other, still gets the verdict it got when the bundle was loaded."""
        return self.one(self._golden).body == self._expected.body

    def _judged(self, snapshots: "Sequence[Snapshot]", reasons: bool) -> list[Answer]:
        table = self._table(snapshots)
        verdicts, matrix = self._judge(self.bundle, table, reasons)
        kept = self._kept(verdicts, matrix, table.column("followers").values) if self.remembers else [None] * len(verdicts)
        return [Answer(verdict["status"], orjson.dumps(finite(verdict)), row) for verdict, row in zip(verdicts, kept, strict=True)]

    def _judged_apart(self, snapshots: "Sequence[Snapshot]", reasons: bool) -> list[Answer]:
        """All at once; one by one if that fails, so that only the account that causes a fault is without a verdict."""
        if not snapshots:
            return []
        try:
            return self._judged(snapshots, reasons)
        except Exception:
            if len(snapshots) > 1:
                return [self._judged_apart([snapshot], reasons)[0] for snapshot in snapshots]
            LOG.exception("an account could not be judged")
            told = [self._problem("This account could not be judged because of a fault of ours; the others were.")]
            return [self._refusal(snapshots[0].account_id, told)]

    def _refusal(self, account_id: str | None, problems: Sequence[Any]) -> Answer:
        return Answer("error", orjson.dumps(finite(self._error_verdict(account_id, problems))))


def finite(value: Any) -> Any:
    """The value itself; raises NotFinite with its place where a number is NaN or Infinity (orjson would write null)."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotFinite(f"{value} where a finite number was expected")
    elif isinstance(value, dict):
        for inner in value.values():
            finite(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            finite(inner)
    return value


def _account_id(document: bytes) -> str | None:
    """The id of an account that is otherwise unfit, so that its owner can find it again.

    Python's own reader takes the NaN that Python's own writer makes, which is the likeliest fault of all.
    """
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return None
    name = found.get("account_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name.isprintable() else None
