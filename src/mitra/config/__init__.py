"""Settings, URLs and start-up checks: the only place that knows everything."""
