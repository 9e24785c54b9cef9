"""Templates, style and scripts of HTML reports; they go into each page, so that it is one file."""
