"""Pictures with addresses, each of the same question as a list of the API; drawing is a library's, in a process apart."""
