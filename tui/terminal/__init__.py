"""The terminal itself: driver, changed cells only, hangup, pictures of a screen."""
