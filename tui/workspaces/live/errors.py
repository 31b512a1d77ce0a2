"""What goes wrong on the way to a live service and back, in words for the analyst."""

from __future__ import annotations


class BrokenAnswerError(Exception):
    """A body that is not what the service should have sent; says where."""


class CutOffError(BrokenAnswerError):
    """A body that ends before its JSON does."""


class SignInError(Exception):
    """No token can be had; says why and what to do."""


class ConfigurationError(ValueError):
    """A configuration that cannot be: names file, workspace and key."""
