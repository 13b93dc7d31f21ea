"""Runs and models for other programs: PRISM explicit files, CSV, XLSX, NetCDF."""

from detente.export.netcdf import netcdf_bytes
from detente.export.prism import PrismModel, read_prism, write_prism
from detente.export.tables import model_tables, write_csv, write_xlsx

__all__ = ["PrismModel", "model_tables", "netcdf_bytes", "read_prism", "write_csv", "write_prism", "write_xlsx"]
