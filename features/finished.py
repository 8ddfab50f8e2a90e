"""Results of finished parts, kept beside the file they will make, so that interrupted work goes on where it stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from features.locks import held
from features.parts import Part
from features.problems import DatasetError, Problem
from features.whole import whole_file

QUESTION, LOCK = "question.json", "lock"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Piece:
    """One part, and the file that its result becomes. The file's name says what it was made from, so it can be no other's."""

    part: Part
    result: Path
    marks: str

    def __str__(self) -> str:
        return str(self.part)

    @property
    def stamp(self) -> Path:
        return self.result.with_suffix(".json")

    @property
    def accounts(self) -> int | None:
        """How many accounts the result holds; None as long as it is not finished."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            return int(orjson.loads(self.stamp.read_bytes())["accounts"]) if self.result.is_file() else None
        return None

    def make(self, write: Callable[[Path], int]) -> None:
        """Have `write` fill the result and say how many accounts it holds. Raises DatasetError when the part changed meanwhile."""
        with whole_file(self.result) as draft:
            accounts = write(draft)
            if self.part.marks() != self.marks:
                raise DatasetError([Problem(f"{self.part} was changed while it was read; run the command again.")])
        with whole_file(self.stamp) as draft:
            draft.write_bytes(orjson.dumps({"accounts": accounts, "part": self.part.number}))


@contextmanager
def pieces(output: Path, parts: Sequence[Part], question: Mapping[str, str], say: Say) -> Iterator[list[Piece]]:
    """A piece for each part, of which some may be finished: those that an earlier run made of the same files for the same question.

    question: what determines a result beside the part's own files, by name. The folder `.<output>.parts` is held for the block, so
    that two runs never mix; it goes when the block ends well or nothing is finished. Raises DatasetError when another run holds it.
    """
    folder = output.with_name(f".{output.name}.parts")
    with _alone(folder, output):
        made = [_piece(folder, output.suffix, part, question) for part in parts]
        _tidy(folder, made, question, say)
        done = False
        try:
            yield made
            done = True
        finally:
            kept = sum(piece.accounts is not None for piece in made)
            if done or not kept:
                _remove(folder)
            else:
                say(f"Finished parts, kept in {folder}: {kept:,} of {len(made):,}; the same command goes on from there.")


@contextmanager
def _alone(folder: Path, output: Path) -> Iterator[None]:
    try:
        with held(folder / LOCK, patience=0):
            yield
    except TimeoutError:
        raise DatasetError([Problem(f"{output} is being written by another run; wait for its end or choose another file.")]) from None


def _piece(folder: Path, suffix: str, part: Part, question: Mapping[str, str]) -> Piece:
    marks = part.marks()
    digest = hashlib.sha256(orjson.dumps([dict(question), marks])).hexdigest()[:16]
    return Piece(part, folder / f"{part.number or 0:05d}-{digest}{suffix}", marks)


def _tidy(folder: Path, made: Sequence[Piece], question: Mapping[str, str], say: Say) -> None:
    """Remove what an earlier run left that is of no use now, and say what is and what is not."""
    wanted = {file for piece in made for file in (piece.result, piece.stamp)}
    others = [file for file in folder.iterdir() if file not in wanted and file.name not in (LOCK, QUESTION)]
    before = {}
    with suppress(OSError, ValueError):
        before = orjson.loads((folder / QUESTION).read_bytes())
    for file in others:
        file.unlink(missing_ok=True)
    # A stamp beside every result that counts; a draft is no result.
    if useless := sum(file.suffix == ".json" for file in others):
        other = [name for name, value in question.items() if before.get(name) != value] or ["data"]
        say(f"Finished parts of an earlier run that are made afresh: {useless:,}; changed since then: {', '.join(other)}.")
    if kept := sum(piece.accounts is not None for piece in made):
        say(f"Parts taken over from an earlier run: {kept:,} of {len(made):,}.")
    with whole_file(folder / QUESTION) as draft:
        draft.write_bytes(orjson.dumps(dict(question)))


def _remove(folder: Path) -> None:
    """The lock goes last and while it is held, so that nobody can hold one that is gone; where that cannot be, an empty folder stays."""
    for file in folder.iterdir():
        if file.name != LOCK:
            file.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / LOCK).unlink()
        folder.rmdir()
