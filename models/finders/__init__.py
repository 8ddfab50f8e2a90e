"""Which records of an account drive which number: one file a table."""
