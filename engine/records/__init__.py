"""The values that the engine stores and the console reads: events, assessments, pictures, series."""
