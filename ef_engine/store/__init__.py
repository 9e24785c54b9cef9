"""Our own files: the workspace's directories, atomic writes, states, claims. Readers never lock; one writer a file."""
