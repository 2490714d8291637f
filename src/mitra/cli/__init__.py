"""The commands of `mitra`."""
