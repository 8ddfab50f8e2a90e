"""The pictures of a training as one page that answers when it is pointed at, and needs nothing from elsewhere."""

from training.interactive.page import page

__all__ = ["page"]
