"""Lines of proposed settings: values, reasons, and how sure they are."""
