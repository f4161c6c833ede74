"""Measurements, each as a ratio to something run beside it in the same minute.

A bench is a module here with ``run(*, large: bool) -> list[Row]``; ``python -m bench`` runs them all,
prints the table and keeps it in RESULTS.md. ``python -m bench doors hr`` runs some of them.
"""
