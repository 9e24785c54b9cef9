"""The house rules hold: layers, documents, proportions."""
