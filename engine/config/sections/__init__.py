"""The tables of config.toml as typed, validated values."""
