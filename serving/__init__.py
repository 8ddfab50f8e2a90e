"""How the service is asked: HTTP, settings and the scoring of whole datasets. Reads bundles; never trains."""
