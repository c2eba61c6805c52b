"""The two ways in which a command ends badly; each message is a sentence for the person at the terminal."""


class UnusableError(Exception):
    """What was given (settings, bundle, recordings) cannot be used as it is; nothing was begun."""


class FailedError(Exception):
    """What was asked for could not be carried through: a disk, a store, another engine at work."""
