"""The panes of slow sensors: strips of all of them, the curve of one, their error by time, their values."""
