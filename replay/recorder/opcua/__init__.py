"""Recordings from an OPC UA server: arrays, or values that come one by one."""
