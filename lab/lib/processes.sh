# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Processes by name: each has NAME.pid ("pid starttime") and NAME.log in the run directory. The start time tells a process
# of ours from another one that got its number later, so that nothing else is ever ended.

# The kernel's state letter, thread count and start time of a process, from /proc/PID/stat behind the command's closing
# bracket.
_process_stat() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  # shellcheck disable=SC2086 # split on purpose: field 1 is the state, 18 the number of threads, 20 the start time
  set -- $stat
  printf '%s %s %s\n' "$1" "${18}" "${20}"
}

process_id() { cut -d' ' -f1 "$run_dir/$1.pid"; }
process_log() { printf '%s\n' "$run_dir/$1.log"; }

# A killed process keeps its sockets until the last of its threads has gone; its first one is a zombie well before that.
process_alive() {
  local pid started state threads now
  [ -f "$run_dir/$1.pid" ] || return 1
  read -r pid started <"$run_dir/$1.pid" || return 1
  read -r state threads now < <(_process_stat "$pid") || return 1
  [ "$now" = "$started" ] && { [ "$state" != Z ] || [ "$threads" -gt 1 ]; }
}

# start_process NAME NAMESPACE COMMAND...: in the background, in a session of its own, so that it outlives `lab/up` and is
# not hit by a Ctrl+C meant for the script. `wait "$(process_id NAME)"` gives its exit status in the shell that started it.
start_process() {
  local name=$1 namespace=$2
  shift 2
  mkdir -p "$run_dir"
  setsid ip netns exec "$(namespace_name "$namespace")" "$@" </dev/null >"$run_dir/$name.log" 2>&1 &
  local pid=$! started
  started=$(_process_stat "$pid" | cut -d' ' -f3)
  printf '%s %s\n' "$pid" "${started:-0}" >"$run_dir/$name.pid"
}

_process_dead() { ! process_alive "$1"; }

# stop_process NAME [SIGNAL]: asks, waits up to five seconds, then kills. Fine when it is gone already.
stop_process() {
  local name=$1 signal=${2:-TERM}
  if process_alive "$name"; then
    kill -s "$signal" "$(process_id "$name")" 2>/dev/null || true
    if ! wait_until 5 _process_dead "$name"; then
      kill -s KILL "$(process_id "$name")" 2>/dev/null || true
      wait_until 5 _process_dead "$name" || true
    fi
  fi
  rm -f "$run_dir/$name.pid"
}

# kill_process NAME: gone at once with its children and without a word, as a machine that loses its power; its log stays.
kill_process() {
  local pid
  pid=$(process_id "$1")
  kill -s KILL -- "-$pid" # it leads a session, and so a group, of its own
  { wait "$pid"; } 2>/dev/null || true # so that the shell says nothing of it
}

stop_all_processes() {
  local file
  for file in "$run_dir"/*.pid; do
    [ -e "$file" ] || continue
    stop_process "$(basename "$file" .pid)"
  done
}

# process_says NAME PATTERN [SECONDS]: waits for a line of its log; false when the process ends or the time is over first.
process_says() { wait_until "${3:-10}" _said_or_dead "$1" "$2" && grep -qE -- "$2" "$(process_log "$1")"; }
_said_or_dead() { grep -qE -- "$2" "$(process_log "$1")" || _process_dead "$1"; }
