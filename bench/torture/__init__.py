"""Fault proofs that take too long for the suite: processes killed, disks filled, folders gone, bursts."""
