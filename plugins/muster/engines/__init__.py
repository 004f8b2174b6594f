"""What only one engine knows: opening a candidate, handing it to dbt and Great Expectations, reading it."""
