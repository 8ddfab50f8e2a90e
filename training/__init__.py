"""How the heads are learnt, measured and recorded."""
