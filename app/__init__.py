"""The API: it reads one compiled release and answers; it never writes and never imports the compiler."""
