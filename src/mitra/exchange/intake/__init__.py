"""The one pipeline that every door uses: decode, adapt, validate, normalise, mark, safeguard, authorise, keep."""
