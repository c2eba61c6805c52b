"""The process that sends one message about alarms; the engine starts it, and reads no address itself."""
