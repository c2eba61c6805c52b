"""Learning: choose healthy snapshots, train in a child process, calibrate limits."""
