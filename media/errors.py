"""The one error of the library."""


class MediaError(Exception):
    """A file that cannot be used: a stable code, and a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
