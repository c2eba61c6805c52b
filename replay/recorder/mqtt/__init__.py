"""Recordings that arrive as MQTT messages, each a whole one."""
