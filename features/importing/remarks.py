"""What is told after an import: every fault once with its place, the rest of its kind as a number."""

from dataclasses import dataclass, field, replace

from features.problems import Problem, Severity

EXAMPLES = 5
MOST_FIELDS = 20
# Names come from outside: neither their length nor their number may grow without end.
LONGEST_NAME, LONGEST_POINTER, MOST_NAMES = 120, 500, 1_000


def _printable(text: str) -> str:
    """The text without signs that could command a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


@dataclass
class Remarks:
    """Problems by kind, and how often each field came that nobody reads."""

    problems: dict[str, list[Problem]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unused: dict[str, int] = field(default_factory=dict)

    def note(
        self, kind: str, detail: str, file: str = "", pointer: str = "", severity: Severity = "warning", examples: int = EXAMPLES
    ) -> None:
        """A problem; those of one `kind` are told for up to `examples` files or values, then counted."""
        detail, file, pointer = _printable(detail), _printable(file), _printable(pointer)[:LONGEST_POINTER]
        known = self.problems.setdefault(kind, [])
        alike = any(problem.detail == detail and problem.file == file for problem in known)
        if not alike and len(known) < examples:
            known.append(Problem(detail, file, pointer=pointer, severity=severity))
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def not_used(self, path: str) -> None:
        if path in self.unused:
            self.unused[path] += 1
            return
        path = _printable(path[:LONGEST_NAME])
        if path not in self.unused and len(self.unused) >= MOST_NAMES:
            path = "other names"
        self.unused[path] = self.unused.get(path, 0) + 1

    @property
    def told(self) -> list[Problem]:
        """All problems, in the order in which their kinds were met."""
        found: list[Problem] = []
        for kind, problems in self.problems.items():
            more = self.counts[kind] - len(problems)
            found += [*problems[:-1], replace(problems[-1], more=max(more, 0))]
        if self.unused:
            names = [f"{path} ({count:,})" for path, count in sorted(self.unused.items())]
            rest = f" and {len(names) - MOST_FIELDS:,} more" if len(names) > MOST_FIELDS else ""
            detail = f"fields that are not used, with how often they came: {', '.join(names[:MOST_FIELDS])}{rest}."
            found.append(Problem(detail, severity="warning"))
        return found
