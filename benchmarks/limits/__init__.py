"""The least that each piece of work could cost, as programs."""
