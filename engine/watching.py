"""Watches one machine's incoming folder: learns a baseline where there is none, then scores what arrives.

The loop never ends by itself. Between two recordings it beats, answers what operators ask, and minds the
clock: silence is an alarm, a full disk a pause.
"""
