"""What a person is told when the record of trainings cannot be used."""


class TrackingError(Exception):
    """The record of trainings cannot be read or written; the message says what to do."""
