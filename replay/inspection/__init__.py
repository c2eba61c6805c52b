"""What a folder, archive or file of recordings holds: looked at by content, without settings."""
