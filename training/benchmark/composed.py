"""x"""
from training.benchmark.step import Step
STEPS: tuple[Step, ...] = ()
