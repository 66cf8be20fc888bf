"""Side-by-side measurements of Foedus and its peers, in one run on one machine. Nothing else imports it."""
