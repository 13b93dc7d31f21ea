"""Reads every file of a folder and says what is wrong with the whole."""
