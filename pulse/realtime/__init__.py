"""Live messages: a process-local hub, one Redis subscription per process, bounded queues, presence."""
