"""The console for programs: the same five lists with a key of any product, for the command line."""
