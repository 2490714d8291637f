"""What the log shows to anybody: the newest checkpoint, and the tiles and bundles of published sizes, nothing else."""

from __future__ import annotations

from mitra.core.errors import InvalidInput, NotFound, ProofFailed
from mitra.core.ledger.tiles import WIDTH, Tile, read_tile_path
from mitra.ledger.models import Checkpoint
from mitra.ledger.proving import log_files


def get_checkpoint() -> bytes:
    """Return the newest checkpoint's note; raises NotFound before the first one."""
    data = log_files().checkpoint()
    if data is None:
        raise NotFound
    return data


def get_tile(path: str) -> bytes:
    """Return the bytes under `tile/…`; raises NotFound for no tile, and for one of a size that is not published.

    A partial tile of a published size is read from its own file while that is kept, else from a wider one: the first
    hashes are the same for ever.
    """
    try:
        tile = read_tile_path(path)
    except InvalidInput:
        raise NotFound from None
    newest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if not (_is_full_in(tile, newest) if tile.is_full else _was_published(tile)):
        raise NotFound
    try:
        return log_files().read(tile)
    except ProofFailed:
        raise NotFound from None


def _span(tile: Tile) -> int:
    """Return how many entries one place of a tile stands for."""
    return 1 << 8 * max(tile.level, 0)


def _is_full_in(tile: Tile, size: int) -> bool:
    return (tile.index + 1) * WIDTH * _span(tile) <= size


def _was_published(tile: Tile) -> bool:
    """Return whether this is a partial tile of a size that was published and is kept."""
    first = (tile.index * WIDTH + tile.width) * _span(tile)
    return Checkpoint.objects.filter(size__gte=first, size__lt=first + _span(tile)).exists()
