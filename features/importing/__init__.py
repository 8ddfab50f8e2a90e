"""How a platform's own answers become a dataset: read, recognise, join, replace people by strangers, write."""
