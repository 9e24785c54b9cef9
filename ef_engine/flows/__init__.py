"""What a flow is and what may run next: steps that depend on each other, nested, repeated, recovered. Pure."""
