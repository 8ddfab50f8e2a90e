"""What ordinary life does to accounts: the tests of innocent explanations, by what they look at."""
