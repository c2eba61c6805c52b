"""The engine as a process of its own: `python -m engine RUN --state DIR`, no screen, no terminal needed.

Says nothing while all is well; a failure is one sentence on standard error. Exit codes are those of
`raceway score`.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from engine.bundle import load_bundle
from engine.errors import FailedError, UnusableError
from engine.monitor import assess
from engine.settings import load_settings
from engine.store import Store
from replay.archive import RunError, open_run


def main() -> int:
    """Assess one finished run."""
    parser = argparse.ArgumentParser(prog="python -m engine")
    parser.add_argument("run", type=Path)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--rig")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--overrides", type=json.loads, default={})
    given = parser.parse_args()
    try:
        settings = load_settings(given.config, given.rig, given.overrides)
        run = open_run(given.run, settings.recording_format())
        bundle = load_bundle(given.bundle) if given.bundle else None
        with Store.open(given.state, create=True, group=settings.store.group) as store:
            assess(run, settings, store, now=lambda: datetime.now(UTC), bundle=bundle)
    except (UnusableError, RunError) as error:
        print(error, file=sys.stderr)
        return 2
    except (FailedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
