"""The explorer: the API's own answers as pages for people, at the same addresses; it asks no database."""
