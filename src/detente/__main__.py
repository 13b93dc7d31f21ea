"""`detente VERB` and `python -m detente VERB`; an interrupt ends in order even while Detente is still being loaded."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from detente.verbs.frame.app import main as work

        work()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
