"""Which files of a place belong together: by the ends of their names, by recorders, and by runs."""
