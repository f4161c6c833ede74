"""What the two databases need said differently, once."""
