"""Proposals to learn again: when, from which snapshots, scored in shadow, accepted or refused."""
