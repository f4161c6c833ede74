"""Records the calls of OpenAI and Anthropic clients on a Pulse server."""

from pulse_sdk.observing import observe
from pulse_sdk.sending import dropped, flush, init_pulse, shutdown

__all__ = ["dropped", "flush", "init_pulse", "observe", "shutdown"]
