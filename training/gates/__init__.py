"""The gates between a training and the verdicts that people see, in the order in which they are told."""

from training.gate import Gate
from training.gates.bars import CALIBRATION, COVERAGE
from training.gates.champion import BETTER, SLICES
from training.gates.sense import GOLDEN, SANITY
from training.gates.tree import TREE

GATES: tuple[Gate, ...] = (BETTER, SLICES, CALIBRATION, COVERAGE, TREE, GOLDEN, SANITY)
