"""Verbs: what a user can ask for; the options that all of them share."""
