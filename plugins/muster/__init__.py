"""Muster: users and orders in, customer layers, lists and groups out, once a night."""

__version__ = "0.1.0"
