"""Health check of `raceway serve`: exit code 0 if /ping answers on port 8000 of this computer."""

import sys
import urllib.request

with urllib.request.urlopen(
    sys.argv[1] if sys.argv[1:] else "http://127.0.0.1:8000/ping", timeout=5
) as answer:
    sys.exit(answer.status != 200)
