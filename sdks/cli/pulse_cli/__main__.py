"""``python -m pulse_cli``, where the ``pulse`` script is not installed."""

from pulse_cli.main import run

run()
