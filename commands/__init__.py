"""The commands of `authenticity`, by what they are for; all heavy imports happen inside them, so that --help is quick."""
