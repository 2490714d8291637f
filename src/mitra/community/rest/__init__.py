"""REST: what every room's API stands on.  A room adds a `Router`; `mitra.config.api` puts them together."""
