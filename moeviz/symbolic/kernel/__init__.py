"""From formulas to proven relations and cones: exact arithmetic that knows no model."""
