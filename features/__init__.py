"""What can be known about an account: tables in, features out. Knows no learner, no tracker, no server."""
