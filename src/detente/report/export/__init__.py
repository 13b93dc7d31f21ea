"""Runs and models for other programs: PRISM explicit files, CSV, XLSX, NetCDF."""

from detente.report.export.chain import PrismModel
from detente.report.export.netcdf import netcdf_bytes
from detente.report.export.prism import read_prism, write_prism
from detente.report.export.tables import model_tables, write_csv, write_xlsx

__all__ = ["PrismModel", "model_tables", "netcdf_bytes", "read_prism", "write_csv", "write_prism", "write_xlsx"]
