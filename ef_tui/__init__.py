"""The dashboard: panes, keys and themes over `ef_engine.service`. It holds no truth of its own."""
