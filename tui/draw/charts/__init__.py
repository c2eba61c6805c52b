"""Charts as text: axes, lines, sparklines, the timeline, and zoom."""
