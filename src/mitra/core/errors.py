"""Every error that Mitra anticipates, in one tree; `mitra.web.errors` holds the only mapping to the outside.

An error's text is one sentence for the person who meets it and says what to do.  It never tells whether something
exists that its reader may not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mitra.core.policy.facts import Decision


class MitraError(Exception):
    """The root: anything that a caller may anticipate."""

    code = "error"


class InvalidInput(MitraError):
    """The sender can mend it; carries the path (a JSON pointer or a field's name) and the rule that was broken."""

    code = "invalid-input"

    def __init__(self, message: str, *, path: str = "", rule: str = "invalid-input") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.rule = rule


class TooLarge(InvalidInput):
    """More than is taken at once."""

    code = "too-large"

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message, path=path, rule="too-large")


class NotFound(MitraError):
    """Not there, or not for this viewer: indistinguishable on purpose."""

    code = "not-found"

    def __init__(self, message: str = "There is nothing here that you may read.") -> None:
        super().__init__(message)


class NotPermitted(MitraError):
    """The actor may not do this, by a rule that the actor itself can know."""

    code = "not-permitted"

    def __init__(self, message: str, *, decision: Decision | None = None) -> None:
        super().__init__(message)
        self.decision = decision


class NotSignedIn(MitraError):
    """No credential was given, or it is unknown, expired or revoked."""

    code = "not-signed-in"


class Conflict(MitraError):
    """The thing changed or is already so: look again."""

    code = "conflict"


class WrongState(Conflict):
    """The step is not allowed from the state the thing is in."""

    code = "wrong-state"


class StaleVersion(Conflict):
    """It was changed since this edit began; carries what it says now and what the edit would have it say."""

    code = "stale-version"

    def __init__(self, *, theirs: object, yours: object) -> None:
        super().__init__("Somebody changed this while you wrote; both texts are here, yours is not saved yet.")
        self.theirs = theirs
        self.yours = yours


class AlreadyShared(Conflict):
    """This organisation already shared these bytes to this audience."""

    code = "already-shared"


class Unavailable(MitraError):
    """It works again later; carries after how many seconds to retry."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooMany(MitraError):
    """Others wait too; carries after how many seconds to come again."""

    code = "too-many"

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProofFailed(MitraError):
    """The ledger or a stored byte is not what it must be: an operator, at once."""

    code = "proof-failed"
