"""Network and folder intake: complete files of a watched folder, each offered until it is known."""
