# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# All of the lab's shell library, in the order in which its parts build on each other.

_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for _part in common processes namespaces network hugepages servers targets appliances gateway capture probes balancing checks; do
  # shellcheck source=/dev/null
  . "$_here/$_part.sh"
done
unset _here _part
