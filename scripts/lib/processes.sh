# shellcheck shell=bash
# Programs of ours that a script runs in the background: until they are ready, and to their end.

# wait_until_ready PID PORT: at most 30 seconds; less if the program ends.
wait_until_ready() {
  local _
  for _ in {1..300}; do
    kill -0 "$1" 2>/dev/null || return 1
    if [[ $(status_of "$2" /health/ready) == 200 ]]; then
      # Whoever answered is our program only if that is still alive.
      kill -0 "$1" 2>/dev/null
      return
    fi
    sleep 0.1
  done
  return 1
}

# status_of PORT PATH: the status of a GET, without curl, which a fresh machine may lack.
status_of() (
  exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
  printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
  read -r -t 5 _ status _ <&3 || exit 0
  echo "$status"
) 2>/dev/null

# end_processes PID…: asks them to end, all at once. What does not within five seconds is not left running.
end_processes() {
  local pid _
  for pid in "$@"; do
    kill -TERM "$pid" 2>/dev/null || true
  done
  for pid in "$@"; do
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}
