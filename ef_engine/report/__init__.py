"""Reports as values (sentences, tables, series), and the renderers that show them."""
