"""Great Expectations at both boundaries; each expectation stops the night or warns."""
