"""The daily table, milestones, summary, and the documents that hold them."""
