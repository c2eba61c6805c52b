"""Training starts without the libraries that Keras would load beside it."""

import subprocess
import sys

START = (
    "import sys\n"
    "import engine.models.training\n"
    "print(sorted(name for name in ('keras', 'matplotlib', 'pandas', 'sklearn') if name in sys.modules))\n"
    "import pandas\n"
    "print(pandas.DataFrame({'a': [1]}).shape)\n"
)


def test_libraries_that_training_does_not_use_stay_out_and_can_be_loaded_later() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['keras']", "(1, 1)"]
