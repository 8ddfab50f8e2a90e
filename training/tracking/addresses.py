"""The address of a store of trainings: what it may be, and how it is shown without its password."""

import re
from urllib.parse import unquote, urlsplit

from training.tracking.errors import TrackingError

SETTING = "AUTHENTICITY_MLFLOW_TRACKING_URI"
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
HIDDEN = "***"


def kind(uri: str) -> str:
    """`http` or one of DATABASES. Raises TrackingError for an address that is neither."""
    expected = "expected http://HOST:PORT, postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:////FOLDER/FILE.db, or leave it empty"
    try:
        parts = urlsplit(uri)
        scheme, host, _ = parts.scheme.split("+")[0], parts.hostname, parts.port
    except ValueError:
        raise TrackingError(f"{SETTING} is {shown(uri)!r}, which is no address; {expected}") from None
    if scheme in ("http", "https") and host:
        return "http"
    if (scheme == "sqlite" and parts.path.strip("/")) or (scheme in DATABASES[1:] and (host or parts.query) and parts.path.strip("/")):
        return scheme
    raise TrackingError(f"{SETTING} is {shown(uri)!r}; {expected}")


def shown(uri: str) -> str:
    """The address as it may be printed and kept: with stars for its password."""
    return clean(uri, uri)


def clean(text: str, uri: str) -> str:
    """The text without the password that stands in `uri`, however it is quoted there."""
    for secret in sorted(_secrets(uri), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _secrets(uri: str) -> set[str]:
    # Not by urlsplit, which gives up on addresses that are malformed; and a password may hold the very signs that end one.
    credentials = re.search(r"://[^/?#@]*?:(.*)@", uri)
    found = {credentials[1]} if credentials else set()
    found |= set(re.findall(r"(?:password|token|secret|sslpassword)=([^&\s]+)", uri, re.IGNORECASE))
    return {form for secret in found for form in (secret, unquote(secret)) if form}
