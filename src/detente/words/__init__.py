"""Words: the string catalogue, formats of numbers and dates, progress, tables as text."""
