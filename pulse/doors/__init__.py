"""The five doors: what every request passes before a product sees it."""
