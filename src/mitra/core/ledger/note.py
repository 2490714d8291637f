"""Signed notes (C2SP signed-note) and the cosignatures of checkpoints (C2SP tlog-cosignature): text and who signed it.

What a reader may rely on:

* a note that was read prints the very bytes it was read from;
* a line by a key that nobody here knows is ignored, whatever it holds;
* a line by a known key that does not verify makes the whole note false, and a note with no known signature is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.keys import KEY_ID_BYTES, Proven, Signature, Signer, VerifierKey
from mitra.core.ledger.lines import decode_base64, encode_base64, is_key_name, is_text

NOTE_BYTES = 65_536
SIGNATURES = 64
_DASH = "— "


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a newline, and the signatures below it, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]


def read_note(data: bytes) -> Note:
    """Return a note's parts; InvalidInput for anything that `write_note` would print otherwise.

    That is: more than 64 KiB or 64 signatures, no UTF-8, a control character but newline, no final newline, no empty
    line before the signatures, no signature, a wrong name, base64 that is not canonical.
    """
    if len(data) > NOTE_BYTES:
        raise _refused(f"A note has at most {NOTE_BYTES} bytes.")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise _refused("A note is UTF-8 text.") from None
    if not is_text(whole) or not whole.endswith("\n"):
        raise _refused("A note holds no control character but newlines, and ends with one.")
    text, empty, below = whole.rpartition("\n\n")
    lines = below[:-1].split("\n")
    if not empty or len(lines) > SIGNATURES:
        raise _refused(f"A note is a text, an empty line, and 1 to {SIGNATURES} signatures.")
    return Note(text + "\n", tuple(_read_line(line) for line in lines))


def write_note(note: Note) -> bytes:
    """Return the bytes of a note."""
    lines = (f"{_DASH}{line.name} {encode_base64(line.key_id + line.blob)}\n" for line in note.signatures)
    return f"{note.text}\n{''.join(lines)}".encode()


def read_signatures(data: bytes) -> tuple[Signature, ...]:
    """Return signature lines that stand alone, as a witness answers with; InvalidInput for anything else."""
    note = read_note(b"\n\n" + data)
    if note.text != "\n":
        raise _refused("Signature lines stand alone here, without a text.")
    return note.signatures


def write_signatures(signatures: tuple[Signature, ...]) -> bytes:
    """Return signature lines alone."""
    return write_note(Note("\n", signatures))[2:]


def sign(text: str, signers: tuple[Signer, ...], *, at: int) -> Note:
    """Return the text signed by each signer, Ed25519 before ML-DSA-44; cosignatures carry `at`, Unix seconds."""
    ordered = sorted(signers, key=lambda signer: signer.kind)
    return Note(text, tuple(signer.sign(text, at=at) for signer in ordered))


def verify_note(note: Note, keys: tuple[VerifierKey, ...]) -> tuple[Proven, ...]:
    """Return whose signatures hold, in the order of the note, of these keys.

    ProofFailed when a line by one of the keys does not verify, or none of them signed; InvalidInput when two of the
    keys have the same name and ID.
    """
    known = {(key.name, key.key_id): key for key in keys}
    if len(known) != len(set(keys)):
        message = "Two of the keys have the same name and ID: keep the one that you trust."
        raise InvalidInput(message, path="keys", rule="key-collision")
    proven: list[Proven] = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        if not key.verify(note.text, line):
            message = f"The signature by {line.name} does not verify: do not trust this note."
            raise ProofFailed(message)
        proven.append(Proven(key, key.time_of(line)))
    if not proven:
        message = "No key that is known here signed this note."
        raise ProofFailed(message)
    return tuple(proven)


def _read_line(line: str) -> Signature:
    dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].rpartition(" ")[::2]
    blob = decode_base64(encoded)
    if dash != _DASH or not is_key_name(name) or blob is None or len(blob) <= KEY_ID_BYTES:
        raise _refused("A signature line is “— ”, the key's name, a space, and base64 of key ID and signature.")
    return Signature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, path="note", rule="note")
