"""Which days drive a number of the growth. Days are the account's own, so their record is the date."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from models.circumstances import Circumstances, count, day
from models.finders.record import Record, counted, first_by

_TABLE = "history"


def _record(at: float, sentence: str) -> Record:
    return Record(_TABLE, (date(1970, 1, 1) + timedelta(days=int(np.floor(at)))).isoformat(), sentence)


def burst_days(c: Circumstances) -> Iterator[Record]:
    at, gain, excess = c.given("days").at.values, c.given("days").gain.values, c.given("bursts").excess.values
    return (
        _record(at[j], f"On {day(at[j])} {counted(gain[j], 'followers')} came, where {count(max(gain[j] - excess[j], 0.0))} are usual.")
        for j in first_by(excess > 0.0, excess)
    )


def best_days(c: Circumstances) -> Iterator[Record]:
    at, gain = c.given("days").at.values, c.given("days").gain.values
    usual = count(max(float(np.median(gain)), 0.0)) if len(gain) else ""
    return (
        _record(at[j], f"On {day(at[j])} {counted(gain[j], 'followers')} came; on the middle day {usual} did.")
        for j in first_by(gain >= 0.5, gain)
    )


def worst_days(c: Circumstances) -> Iterator[Record]:
    at, gain = c.given("days").at.values, c.given("days").gain.values
    return (_record(at[j], f"On {day(at[j])} {counted(-gain[j], 'followers')} left.") for j in first_by(gain <= -0.5, -gain))


def changes_of_following(c: Circumstances) -> Iterator[Record]:
    """From one known count of followings to the next."""
    at, following = c.numbers("history_date"), c.numbers("history_following")
    known = ~np.isnan(following)
    at, change = at[known][1:], np.diff(following[known])
    return (
        _record(at[j], f"On {day(at[j])} the account followed {count(abs(change[j]))} {'more' if change[j] > 0 else 'fewer'} than before.")
        for j in first_by(change != 0.0, np.abs(change))
    )
