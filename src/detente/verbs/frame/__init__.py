"""What every verb stands in: the command line with its options and endings, and the run folder that verbs share."""
