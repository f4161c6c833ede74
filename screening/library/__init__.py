"""Starter templates: original questions, ready to use and to edit."""
