"""Reads and locks of screening; every function starts from an environment."""
