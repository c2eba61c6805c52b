"""What several benchmarks need: recordings, stores, terminals, plain programs to compare with."""
