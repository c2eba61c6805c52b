"""The fault tests of a store in PostgreSQL: killed servers, cut networks, a promoted standby."""
