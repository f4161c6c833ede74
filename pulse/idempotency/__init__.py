"""Idempotency keys: the stored answer and the effect commit together."""
