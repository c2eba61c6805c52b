"""The inspection of a folder, archive or file of recordings: by content, without settings."""
