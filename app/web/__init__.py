"""The explorer: the API's own answers as pages and pictures for people; it asks no database of its own."""
