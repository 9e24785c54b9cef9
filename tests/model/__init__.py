"""The words of the domain and their documents."""
