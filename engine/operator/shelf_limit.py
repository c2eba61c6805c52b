"""The longest time for which an operator may shelve an alarm."""

from datetime import timedelta

from engine.records.stored_settings import StoredSettings


def longest_shelf(settings: StoredSettings) -> timedelta:
    """Return the limit that the record was stored with; the default of config.toml where it has none."""
    if settings.longest_shelf is not None:
        return settings.longest_shelf
    # Only old records lack the limit, and a console starts faster without the settings' machinery.
    from engine.config.settings import load_settings

    return timedelta(hours=load_settings().alarms.shelf_hours)
