"""Small programs to run beside ours: what one would write first, without the house's techniques."""

KEY = "reference-key"
