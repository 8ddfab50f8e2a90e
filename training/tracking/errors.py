"""What a person is told when the record of trainings cannot be used."""


class TrackingError(Exception):
    """The record of trainings cannot be read or written; the message says what to do."""


class NoAnswer(TrackingError):
    """A tracking server that is down, out of reach or too slow; trainings go on without it."""
