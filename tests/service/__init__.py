"""The verbs behind every front end, with real files and real processes."""
