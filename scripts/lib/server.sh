# shellcheck shell=bash
# The program with a configuration of its own, for clients that try it. Needs common.sh and processes.sh.
#
# A script that starts servers has `stop_servers` run at its end, and has built the program before.

# An administrator that every server has.
server_email=admin@example.com
server_password='a password of administrators'

server_work=''
server_pids=()

# start_server PROFILE: serves on SQLite in a temporary folder, with cheap hashes and without limits, and sets
# `server_url`.
start_server() {
  local profile=$1 program=${CARGO_TARGET_DIR:-$PWD/target}/debug/horizon-auth folder port
  [[ -n $server_work ]] || server_work=$(mktemp -d)
  folder=$server_work/$profile
  mkdir "$folder"
  "$program" keys generate --algorithm ES256 --out "$folder" >/dev/null
  for _ in 1 2 3; do
    port=$(free_port)
    write_settings "$profile" "$port" >"$folder/horizon-auth.toml"
    # Whatever the variables of this shell configure is not for this server.
    env --ignore-environment "$program" serve --config "$folder/horizon-auth.toml" \
      </dev/null >"$folder/log" 2>&1 &
    server_pids+=($!)
    if wait_until_ready "${server_pids[-1]}" "$port"; then
      server_url=http://127.0.0.1:$port
      env --ignore-environment "$program" users create --config "$folder/horizon-auth.toml" \
        --email "$server_email" --role user --role admin --password-stdin <<<"$server_password" >/dev/null
      say "the program serves the profile \"$profile\" at $server_url"
      return
    fi
    # Still alive but not ready: another port would not help.
    ! kill -0 "${server_pids[-1]}" 2>/dev/null || break
  done
  cat "$folder/log" >&2
  die "the program did not become ready"
}

write_settings() {
  cat <<TOML
listen = "127.0.0.1:$2"
public_url = "http://127.0.0.1:$2"
[database]
url = "sqlite:auth.db"
[jwt]
private_key_file = "$(basename "$server_work/$1"/*private.pem)"
[http]
profile = "$1"
[hashing]
preset = "lean"
[rate_limit]
login = "off"
login_account = "off"
register = "off"
refresh = "off"
password_reset = "off"
resend = "off"
one_time_token = "off"
reauthenticate = "off"
mail = "off"
TOML
}

stop_servers() {
  end_processes "${server_pids[@]}"
  server_pids=()
  [[ -z $server_work ]] || rm -rf "$server_work"
  server_work=''
}
