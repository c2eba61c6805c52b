"""Commands on stored records and live machines."""
