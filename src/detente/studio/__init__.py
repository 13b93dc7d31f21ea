"""The studio: a local web application in which assumptions are moved by hand; nothing leaves the machine."""
