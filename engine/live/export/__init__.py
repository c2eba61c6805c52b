"""The state and the alarms of a watched machine, published to a broker of the plant."""
