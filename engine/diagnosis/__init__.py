"""Which surface of a bearing fails, with the fault lines that show it."""
