# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Builds, each in its folder: release (what runs) and with sanitizers (what tests look into).

# build_in FOLDER MESON-OPTION...: sets up once, then compiles what changed.
build_in() {
  local folder=$1
  shift
  if [ ! -f "$folder/build.ninja" ]; then
    say "setting up $folder"
    meson setup "$folder" "$repo" "$@" >"$folder.setup.log" 2>&1 || {
      tail -n 20 "$folder.setup.log" >&2
      return 1
    }
    mv "$folder.setup.log" "$folder/setup.log"
  fi
  say "building $folder"
  meson compile -C "$folder" >"$folder/compile.log" 2>&1 || {
    grep -E 'error:|ERROR:|FAILED:|undefined reference' "$folder/compile.log" | cut -c1-300 | head -n 10 >&2
    say "the whole of it: $folder/compile.log" >&2
    return 1
  }
}

build_release() { build_in "$build" --buildtype=release; }

# Lines and names for the sanitizers' reports; of variables' types nobody is told, so the compiler need not write them.
build_with_sanitizers() {
  build_in "$build-asan" -Doptimization=0 -Ddebug=true -Dcpp_args=-g1 -Db_sanitize=address,undefined -Db_lundef=false
}
