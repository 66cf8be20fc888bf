"""The explorer: pages and pictures over the same functions; nothing is here yet."""
