"""Views of screening: parse, call, respond."""
