"""Why it cannot be told whether accounts have drifted."""


class DriftRefusal(Exception):
    """Too few accounts, or none at all; the message says how many there are, how many are needed and what to do."""
