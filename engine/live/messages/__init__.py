"""Messages about alarms to the addresses of `[notify]`, and the dead-man ping."""
