"""`python -m mitra` is `mitra`."""

from mitra.cli import main

main()
