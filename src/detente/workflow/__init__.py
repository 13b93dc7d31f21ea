"""One module per group of verbs; the only package that knows the whole chain."""
