"""How many examples the slow properties try: 10,000 by hand; CI sets DETENTE_EXAMPLES, since it has an hour in all."""

import os

THOUSANDS = int(os.environ.get("DETENTE_EXAMPLES", "10000"))
