"""What commands print: tables, status, progress."""
