"""One module a screen; what is not needed for the first paint is imported when it is opened."""
