"""A sampled, bounded log of API requests, and exact counts of them: written beside the requests."""
