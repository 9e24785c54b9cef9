"""Our own files: whole or not at all, whatever dies; nothing is lost among processes."""
