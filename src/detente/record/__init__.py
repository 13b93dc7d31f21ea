"""The record: what was promised and what happened, with sources; useful with no game theory at all.

`load_record(folder)` reads it, `Record.as_of(date)` is the same as it stood on a date; `ledger`, `queries` and
`views` compute tables from it, `imports` brings in long lists from others.
"""

from detente.record.files import load_record
from detente.record.model import Claim, Commitment, Event, Instrument, Source, Status, Touch
from detente.record.record import Record, status_of

__all__ = [
    "Claim",
    "Commitment",
    "Event",
    "Instrument",
    "Record",
    "Source",
    "Status",
    "Touch",
    "load_record",
    "status_of",
]
