"""Signal arithmetic: arrays in, arrays out; band power, envelope, velocity, quality, bearing geometry."""
