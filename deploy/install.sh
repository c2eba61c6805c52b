#!/bin/sh
# Installs Raceway from the checkout that holds this script: install.sh FOLDER [EXTRA] [learning]
#
# FOLDER becomes a virtual environment. EXTRA names extras (serve), "-" none. With "learning" TensorFlow is installed
# too; without it Raceway scores with a bundle, and cannot learn one. With a folder `wheelhouse` beside this one no
# network is used. PYTHON names the Python to use.
set -eu

target=$1
extra=${2:--}
learning=${3:-}
checkout=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)
[ "$extra" = - ] && extra=
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT

"${PYTHON:-python3}" -m venv "$target"
pip() { "$target/bin/python" -m pip --disable-pip-version-check --no-cache-dir "$@"; }

set -- --constraint "$checkout/constraints.txt"
if [ -d "$checkout/wheelhouse" ]; then
    set -- "$@" --no-index --find-links "$checkout/wheelhouse"
fi
"$target/bin/python" - "$checkout/pyproject.toml" "$extra" "$learning" >"$packages/requirements.txt" <<'END'
import sys
import tomllib

path, extra, learning = sys.argv[1:]
with open(path, "rb") as file:
    project = tomllib.load(file)["project"]
wanted = list(project["dependencies"])
for name in filter(None, extra.split(",")):
    wanted += project["optional-dependencies"][name]
print("\n".join(one for one in wanted if learning or not one.startswith("tensorflow")))
END
pip install "$@" --requirement "$packages/requirements.txt"
pip wheel "$@" --no-deps --wheel-dir "$packages" "$checkout"
pip install --no-deps --no-index "$packages"/raceway-*.whl
"$target/bin/raceway" --version
