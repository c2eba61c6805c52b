"""The report of a machine as one file, HTML or PDF: words, plots and tables of stored facts."""
