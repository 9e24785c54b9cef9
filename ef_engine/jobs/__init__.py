"""Running forecasts: one attempt, what it reports and what it leaves behind."""
