"""Tests; a package, so that they can share the reference simulator and the strategies."""
