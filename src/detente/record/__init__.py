"""The record: what was promised and what happened, with sources; useful with no game theory at all.

`load_record(folder)` reads it. `Record.as_of(date)` is a `CutRecord`, the record as it stood on a date: every table
(`ledger`, `lags`, `timeline`, `responses`, `ceasefires`, `meetings`, `queries`) is computed from one. `imports` brings
in long lists from others.
"""

from detente.record.cut import CutRecord
from detente.record.entries import Claim, Commitment, Event, Instrument, Source, Status, Touch
from detente.record.lists import status_of
from detente.record.load import load_record
from detente.record.record import Record

__all__ = [
    "Claim",
    "Commitment",
    "CutRecord",
    "Event",
    "Instrument",
    "Record",
    "Source",
    "Status",
    "Touch",
    "load_record",
    "status_of",
]
