"""The kernel's own pages, one module per thing people look at."""
