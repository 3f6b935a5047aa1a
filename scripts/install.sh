# shellcheck shell=bash
# How the scripts beside this one install things; they read it in. PYTHON names an interpreter.

: "${PYTHON:=python3}" "${UV:=uv==0.13.9}"

complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# need TOOL PACKAGE: installs Debian's PACKAGE where TOOL is missing.
need() {
  # Debian keeps servers where only root looks.
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # Somebody else may be installing, too.
    local apt=(apt-get -qq -o DPkg::Lock::Timeout=120)
    local install=("${apt[@]}" install -y --no-install-recommends "$2")
    "${install[@]}" >/dev/null || { "${apt[@]}" update && "${install[@]}" >/dev/null; }
  fi
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null || { complain "$1 is missing: install the package $2"; exit 1; }
}

# is_installed DIRECTORY LOCK
is_installed() { [ "$(cat "$1/.installed" 2>/dev/null)" = "$(sha256sum <"$2")" ]; }

# environment DIRECTORY LOCK: a virtual environment with exactly the packages of LOCK. It is made
# without a pip of its own, which saves 4 s and the need for Debian's python3-venv; pip works on it
# from outside. The caller sees to it that nobody else makes it at the same time.
environment() {
  local directory=$1 lock=$2
  ! is_installed "$directory" "$lock" || return 0
  complain "installing into $directory"
  rm -rf "$directory"
  "$PYTHON" -m venv --without-pip "$directory" || { complain "cannot make a virtual environment with $PYTHON"; return 1; }
  local pip=("$PYTHON" -m pip --python "$directory/bin/python" install -q --disable-pip-version-check) uv
  if ! uv=$(command -v uv); then
    "$PYTHON" -m pip --version >/dev/null 2>&1 || { complain "neither uv nor pip is there: apt-get install python3-pip"; return 1; }
    "${pip[@]}" "$UV" 2>"$directory/uv.log" || complain "no $UV by pip, going on without: $(tail -n 1 "$directory/uv.log")"
    uv=$directory/bin/uv
  fi
  if [ -x "$uv" ]; then
    "$uv" pip install -q --no-deps --compile-bytecode --python "$directory/bin/python" -r "$lock"
  else # the same pins, five to ten times slower
    "${pip[@]}" --no-deps -r "$lock"
  fi || { complain "the packages of $lock could not be installed"; return 1; }
  sha256sum <"$lock" >"$directory/.installed"
}
