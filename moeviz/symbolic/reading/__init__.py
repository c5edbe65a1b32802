"""Models as symbols: formulas of parts, families of derivatives, points."""
