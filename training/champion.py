"""The registry's champion, brought to the folder that is served from."""

from pathlib import Path

from models.bundle import BundleError
from training import succession, tracking


def bring(home: Path, server: str | None) -> str:
    """Copy the registry's champion under `home`, so that no request ever waits for a registry; what is there stays if it is out of reach.

    Gives the reason why the champion is not used, "" if there is none.
    """
    if server is None and not (home / "mlflow.db").exists():
        return ""
    try:
        succession.follow(tracking.store(home, server), home)
    except (tracking.TrackingError, BundleError) as fault:
        return str(fault)
    return ""
