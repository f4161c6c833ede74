"""The endpoints that Django answers; the ingest doors are in ``ingest`` and ``segment``."""
