"""All bearings of a machine: the headline, the reasons, the alarms."""
