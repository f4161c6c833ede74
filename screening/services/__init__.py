"""Changes of screening: one transaction each, announced where they happen."""
