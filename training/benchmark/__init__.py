"""The benchmark: four levels of evidence that are never pooled, under a protocol written before anything is trained."""
