"""The corpus and its compiler: curated YAML in, one database release out. Nothing in `app` imports it."""
