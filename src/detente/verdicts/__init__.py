"""Claims held against answers and record: rules, record queries, verdicts."""
