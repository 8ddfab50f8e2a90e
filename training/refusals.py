"""Why nothing can be learnt from these accounts."""

from collections.abc import Iterable


class TrainingRefusal(Exception):
    """Training stopped before fitting; `reasons` lists everything that is wrong, so that one look is enough to repair it."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("training refused:\n" + "\n".join(f"- {reason}" for reason in self.reasons))
