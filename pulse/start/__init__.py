"""Starting a deployment: the embedded server, the first start, and what it prints."""
