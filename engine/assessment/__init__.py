"""One pass over the snapshots of one machine: score, apply the alarm rules, commit, resume."""
