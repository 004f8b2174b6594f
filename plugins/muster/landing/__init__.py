"""Landing zone to lake: mapping, reading, typing, quarantine."""
