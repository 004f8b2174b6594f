"""Tests of the landing zone's intake, each on files that it writes itself."""
