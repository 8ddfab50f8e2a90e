"""Eight ways to hide a purchase, at three levels: what each takes from the recall, and what it costs (T10)."""
from training.benchmark.step import Step
STEPS: tuple[Step, ...] = ()
