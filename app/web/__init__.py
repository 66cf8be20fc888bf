"""The explorer: pages and pictures of what the API answers; it asks the same functions, and no database of its own."""
