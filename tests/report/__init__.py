"""Reports as values, and as text."""
