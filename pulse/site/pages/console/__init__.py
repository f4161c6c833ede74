"""The developer console: keys, webhooks, events, deliveries and requests of one environment."""
