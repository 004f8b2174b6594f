"""A made-up mother-and-baby community of which the truth is known: landing files, day by day, out of world.yml."""

from muster.simulate.nights import run_nights
from muster.simulate.world import World

__all__ = ["World", "run_nights"]
