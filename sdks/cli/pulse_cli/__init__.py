"""A command line client for a Pulse server."""
