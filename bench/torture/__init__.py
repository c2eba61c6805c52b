"""Fault tests too long for the test suite: killed processes, full disks, removed folders, bursts."""
