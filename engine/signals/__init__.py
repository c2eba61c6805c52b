"""Signal arithmetic on arrays: band power, envelope, velocity, quality, bearing geometry."""
