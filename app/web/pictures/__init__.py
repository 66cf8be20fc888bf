"""Pictures with addresses, of the questions that lists take; drawing is a library's, in a process apart."""
