"""Further actions of the console: export, bookmarks, the timeline, the machines of a plant."""
