"""Panes of a motor on the bearing screen: Park ellipse, sequences, current spectrum, harmonics, phases."""
