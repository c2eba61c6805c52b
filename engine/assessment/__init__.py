"""One pass over the snapshots of one machine: score, judge, commit, resume."""
