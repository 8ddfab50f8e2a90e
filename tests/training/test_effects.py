"""What a cause takes from the engagement is found from labels alone, and not charged to another cause."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training import effects


def learnt(monkeypatch: pytest.MonkeyPatch, n: int, together: float, seed: int = 0) -> Any:
    """Accounts whose gap is made of known parts; `together` is how often a diluted account is depersonalised too."""
    rng = np.random.default_rng(seed)
    diluted = rng.random(n) < 0.2
    personal = np.where(diluted, rng.random(n) < together, rng.random(n) < 0.1)
    pods = rng.random(n) < 0.15
    share = np.where(rng.random(n) < 0.3, rng.uniform(0.1, 0.6, n), 0.0)
    gap = np.log10(1 - share) + np.where(diluted, rng.normal(-0.25, 0.15, n), 0) + personal * -0.1 + pods * 0.4 + rng.normal(0, 0.25, n)
    monkeypatch.setattr(effects, "rates_of", lambda table, reference: (0.03 * 10**gap, np.full(n, 0.03)))
    values = {"bought_followers": share > 0, "bought_engagement": pods, "diluted_audience": diluted, "depersonalised_audience": personal}
    shares: list[Any] = [SimpleNamespace(estimate=each) if i % 10 else None for i, each in enumerate(share)]
    labels = {name: value.astype(float) for name, value in values.items()}
    return effects.causes(None, None, shares, labels, np.arange(n)).effects  # type: ignore[arg-type]


@pytest.mark.parametrize("together", [0.1, 0.7])
def test_each_cause_gets_its_own_part(monkeypatch: pytest.MonkeyPatch, together: float) -> None:
    found = learnt(monkeypatch, 6_000, together)
    assert set(found) == {"diluted_audience", "depersonalised_audience"}
    assert found["diluted_audience"].dex == pytest.approx(-0.25, abs=0.03)
    assert found["depersonalised_audience"].dex == pytest.approx(-0.10, abs=0.03)
    assert found["diluted_audience"].spread == pytest.approx(0.15, abs=0.07)


def test_too_few_labels_teach_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    assert learnt(monkeypatch, 40, 0.5) == {}
