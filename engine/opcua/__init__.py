"""Machines and alarms of a store, offered to OPC UA clients that ask; nothing can be written through it."""
