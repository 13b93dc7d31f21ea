"""Tables as NetCDF (classic format, which every reader knows), written by SciPy: no further package is needed.

A table NAME has the dimension `NAME`; its column C is the variable `NAME.C`. Texts are UTF-8 character arrays, which
xarray and others decode by their `_Encoding`; an absent number is NaN.
"""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from detente.run import Table
from detente.words.text import visible


def netcdf_bytes(tables: Mapping[str, Table], attributes: Mapping[str, str | int]) -> bytes:
    """Tables as one NetCDF file.

    Args:
        tables: by name; names become dimensions.
        attributes: of the file as a whole.
    """
    from scipy.io import netcdf_file

    stream = io.BytesIO()
    file: Any = netcdf_file(stream, "w", mmap=False)
    for name, value in attributes.items():
        setattr(file, name, value if isinstance(value, int) else value.encode("utf-8"))
    for name, table in tables.items():
        if table.rows:
            _write(file, name, table)
    file.flush()
    content = stream.getvalue()
    file.close()
    return content


def _write(file: Any, name: str, table: Table) -> None:
    file.createDimension(name, len(table.rows))
    for position, column in enumerate(table.columns):
        cells = [row[position] for row in table.rows]
        if all(cell is None or isinstance(cell, bool | int | float) for cell in cells):
            variable = file.createVariable(f"{name}.{column}", "d", (name,))
            variable[:] = np.array([np.nan if cell is None else float(cell) for cell in cells])
        else:
            texts = ["" if cell is None else visible(str(cell)) for cell in cells]
            width = max(1, *(len(text.encode("utf-8")) for text in texts))
            file.createDimension(f"{name}.{column}.length", width)
            variable = file.createVariable(f"{name}.{column}", "c", (name, f"{name}.{column}.length"))
            variable._Encoding = b"utf-8"
            variable[:] = np.array([list(_padded(text, width)) for text in texts], dtype="S1")
        unit = table.units.get(column)
        if unit:
            variable.units = unit.encode("utf-8")
        variable.long_name = f"{table.title}: {column}".encode()


def _padded(text: str, width: int) -> list[bytes]:
    data = text.encode("utf-8").ljust(width, b"\0")
    return [data[n : n + 1] for n in range(width)]
