"""Commands on recordings, finished runs and models."""
