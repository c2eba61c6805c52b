#!/bin/sh
# Makes the account that the containers run under, and its folder for the store: account.sh NAME NUMBER FOLDER
set -eu

groupadd --gid "$2" "$1"
useradd --uid "$2" --gid "$2" --home-dir "$3" --no-create-home --shell /usr/sbin/nologin "$1"
install --directory --mode 0700 --owner "$2" --group "$2" "$3"
