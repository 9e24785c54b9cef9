"""Pictures of the dashboard, and what makes them."""
