"""Files of users: located YAML, tables, whole writes, content keys."""
