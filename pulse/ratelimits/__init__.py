"""Rate limits: one algorithm (GCRA), three stores, exact under concurrency."""
