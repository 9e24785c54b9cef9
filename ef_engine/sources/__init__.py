"""Other people's files and tables -> forecasts and forecast sets, or every problem at its place in them."""
