"""What would hold: levers, constraints, and the search for terms, mandates and guarantees that last."""
