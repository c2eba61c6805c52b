"""Runs all benchmarks (`python -m bench`) or the named ones (`python -m bench throughput`)."""

import importlib
import sys

NAMES = ("throughput", "detection", "disturbed", "console", "recorder", "floods", "motor", "serving")


def main() -> None:
    """Run the named benchmarks, or all."""
    for name in sys.argv[1:] or NAMES:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
