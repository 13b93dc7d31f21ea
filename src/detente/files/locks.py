"""One at a time: locks that the system takes back when the process ends, however it ends."""

try:
    import fcntl
except ImportError:  # no such locks on this system: then two processes are not kept apart
    fcntl = None


def lock(file: int) -> bool:
    """Lock an open file, given by its number, for this process and whoever inherits it; False if another holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this disk knows no locks
        return True
    return True
