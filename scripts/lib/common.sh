# shellcheck shell=bash
# Helpers of every script: messages, tools from Debian packages, steps.
#
# A script sources this file after `set -euo pipefail`. Nothing here starts
# work on its own; a function that ends in `need_…` installs only what is missing.

# Without a terminal on the other side, colour is noise in a log.
if [[ -t 1 ]]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }

die() {
  printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# --- packages ---------------------------------------------------------------

# need_packages WHY PACKAGE…: installs Debian packages. The caller has already
# looked for the tool, so this is reached only when something is missing.
need_packages() {
  local why=$1
  shift
  local as_root=()
  if ((EUID != 0)); then
    if have sudo && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      die "$why is missing and this user may not install it. As root: apt-get install $*"
    fi
  fi
  have apt-get || die "$why is missing and there is no apt-get here. Install what Debian calls: $*"

  say "installing $why (Debian packages: $*)"
  local log
  log=$(mktemp)
  # The package lists of a fresh machine are empty or old: on a failure, refresh once.
  if ! apt_install "$log" "$@"; then
    "${as_root[@]}" apt-get update </dev/null >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; die "apt-get update failed"; }
    apt_install "$log" "$@" || { cat "$log" >&2; rm -f "$log"; die "apt-get could not install: $*"; }
  fi
  rm -f "$log"
}

# Uses `as_root` of its caller.
apt_install() {
  local log=$1
  shift
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "$@" </dev/null >"$log" 2>&1
}

# unless_unchanged STAMP FILE COMMAND…: runs the command if FILE differs from
# what it was when the command last succeeded.
unless_unchanged() {
  local stamp=$1 file=$2
  shift 2
  cmp --silent "$file" "$stamp" && return
  "$@"
  cp "$file" "$stamp"
}

need_rust() {
  have cargo || die "cargo is missing. Install the stable Rust toolchain with rustup, then run this again."
}

# Builds the programs, and the addon for Node, exactly as the tests use them:
# examples make cargo choose the same features of every dependency, which
# `--bins` alone would not, and so nothing that the tests have built is built again.
build_programs() {
  cargo build --workspace --lib --bins --examples
}

# The cryptography library and the bundled SQLite are C code.
need_c_compiler() {
  local compiler=${CC:-cc}
  # A compiler without the C library's headers is as useless as none.
  if ! printf '#include <stdlib.h>\n' | "$compiler" -E - >/dev/null 2>&1; then
    need_packages "a C compiler" gcc libc6-dev
  fi
}

# --- ports ------------------------------------------------------------------

# A port of 127.0.0.1 that nobody listens on now. It lies below the range the
# kernel hands to outgoing connections; somebody may still take it first, so
# callers try again with another one when their server does not start.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# --- steps ------------------------------------------------------------------

step_pid=''
step_report=()

# step NAME COMMAND…: runs one step under a heading and remembers its time.
# The first step that fails ends the script.
step() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n'
  say "${bold}$name${plain}"
  # An own process group (set -m), waited for: a signal reaches the traps at
  # once, and the trap can end the step with everything it started.
  set -m
  "$@" </dev/null &
  step_pid=$!
  set +m
  wait "$step_pid" || status=$?
  step_pid=''
  step_report+=("$(printf '%5ss  %s' $((SECONDS - began)) "$name")")
  if ((status != 0)); then
    print_step_report
    die "step failed: $name (status $status)"
  fi
}

stop_step() {
  [[ -n $step_pid ]] || return 0
  kill -TERM -- "-$step_pid" 2>/dev/null || true
  step_pid=''
}

# --- meanwhile ----------------------------------------------------------------

declare -A meanwhile_pids=() meanwhile_logs=() meanwhile_began=()

# meanwhile NAME COMMAND…: runs it beside the steps that follow; what it prints is kept until it is needed.
meanwhile() {
  local name=$1
  shift
  meanwhile_logs[$name]=$(mktemp)
  meanwhile_began[$name]=$SECONDS
  set -m
  "$@" </dev/null >"${meanwhile_logs[$name]}" 2>&1 &
  meanwhile_pids[$name]=$!
  set +m
}

# await_meanwhile NAME: until it has ended; then it counts as a step, and ends the script if it failed.
await_meanwhile() {
  local status=0
  printf '\n'
  say "${bold}$1${plain} (begun meanwhile)"
  wait "${meanwhile_pids[$1]}" || status=$?
  cat "${meanwhile_logs[$1]}"
  step_report+=("$(printf '%5ss  %s, begun meanwhile' $((SECONDS - meanwhile_began[$1])) "$1")")
  end_one_meanwhile "$1"
  if ((status != 0)); then
    print_step_report
    die "step failed: $1 (status $status)"
  fi
}

stop_meanwhile() {
  local name
  for name in "${!meanwhile_pids[@]}"; do
    kill -TERM -- "-${meanwhile_pids[$name]}" 2>/dev/null || true
    end_one_meanwhile "$name"
  done
}

end_one_meanwhile() {
  rm -f "${meanwhile_logs[$1]}"
  unset "meanwhile_pids[$1]" "meanwhile_logs[$1]" "meanwhile_began[$1]"
}

print_step_report() {
  printf '\n'
  say "time per step"
  printf '%s\n' "${step_report[@]}"
}

# at_end FUNCTION: runs it when the script ends, whatever ends it (but SIGKILL).
at_end() {
  # By then the terminal, or the pipe we write to, may be gone: a message that
  # fails must not keep us from cleaning up. The name is expanded now, on purpose.
  # shellcheck disable=SC2064
  trap "trap '' INT TERM HUP PIPE; set +e; $1" EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
}
