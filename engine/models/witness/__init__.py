"""The second witness: an isolation forest, trained in a child process and scored from plain arrays."""
