# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Where things are and how the lab speaks. Every script in lab/ and tests/lab/ sources this through lab.sh.

lab_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$lab_lib/../.." && pwd)
build=${SALLYPORT_BUILD:-$repo/build}
sallyport=$build/sallyport

# Two labs can stand side by side: the one that a person plays with (lab) and the one of the tests (test). The name decides
# the names of namespaces and the run directory, and so what `down` may touch.
LAB_NAME=${LAB_NAME:-lab}
if [ "$LAB_NAME" = lab ]; then
  namespace_prefix=sp-
  admin_socket=/run/sallyport/admin.sock
else
  namespace_prefix=sp-$LAB_NAME-
  admin_socket=/run/sallyport-$LAB_NAME/admin.sock
fi
run_dir=/run/sallyport-$LAB_NAME

say() { printf '%s\n' "$*"; }

# One sentence on stderr, and the end.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

need_root() { [ "$(id -u)" -eq 0 ] || die "must be run as root, for it makes network namespaces; try: sudo $0"; }

# wait_until SECONDS COMMAND...: true as soon as the command succeeds, false when it has not within that time.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}
