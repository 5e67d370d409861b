"""Tables in files: how a file is written, and its columns as numbers, dates or text whatever its other rows hold."""

from .files import COMPRESSED, SUFFIXES
from .reading import Table, column_name, read_rows, read_table
from .table_format import TableFormat

__all__ = ["COMPRESSED", "SUFFIXES", "Table", "TableFormat", "column_name", "read_rows", "read_table"]
