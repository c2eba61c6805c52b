"""Child processes: their command lines, their ends in words, work shared with a second one."""
