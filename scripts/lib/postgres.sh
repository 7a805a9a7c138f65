# shellcheck shell=bash
# A private PostgreSQL for the tests. Needs common.sh.
#
#   start_postgres   installs PostgreSQL if it is missing, makes a cluster in a
#                    temporary folder, starts it on a free port of 127.0.0.1 and
#                    exports HORIZON_TEST_POSTGRES_URL
#   stop_postgres    stops it and removes the folder; call it from a trap
#
# The folder holds: `owner` (process id and start time of the script), `data`,
# `socket`, `log`. If a script was killed before its trap could run, the next
# start_postgres sees an owner that no longer lives and cleans up after it.

readonly postgres_oldest=14
postgres_bin=''
postgres_dir=''

start_postgres() {
  find_postgres || install_postgres
  pick_postgres_user
  remove_stale_clusters

  postgres_dir=$(mktemp -d "$(postgres_parent)/horizon-pg.XXXXXXXX")
  printf '%s %s\n' $$ "$(process_start $$)" >"$postgres_dir/owner"
  # The server's user passes through the folder; it owns only what lies in it.
  chmod 0711 "$postgres_dir"
  mkdir -m 0700 "$postgres_dir/data" "$postgres_dir/socket"
  touch "$postgres_dir/log"
  if ((EUID == 0)); then
    chown "$postgres_user" "$postgres_dir"/{data,socket,log}
  fi

  say "starting PostgreSQL ($("$postgres_bin/postgres" --version)) in $postgres_dir as $postgres_user"
  as_postgres "$postgres_bin/initdb" --pgdata="$postgres_dir/data" --username=horizon --auth=trust \
    --encoding=UTF8 --locale=C --no-sync >"$postgres_dir/initdb.log" 2>&1 ||
    { cat "$postgres_dir/initdb.log" >&2; die "initdb failed"; }
  postgres_settings | as_postgres tee -a "$postgres_dir/data/postgresql.conf" >/dev/null

  local port attempt
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if as_postgres "$postgres_bin/pg_ctl" start --wait --silent --pgdata="$postgres_dir/data" \
      --log="$postgres_dir/log" --options="-p $port" </dev/null >/dev/null 2>&1; then
      export HORIZON_TEST_POSTGRES_URL="postgres://horizon@127.0.0.1:$port/postgres"
      say "PostgreSQL listens: HORIZON_TEST_POSTGRES_URL=$HORIZON_TEST_POSTGRES_URL"
      return
    fi
    # Only a port taken in the meantime is worth another attempt.
    grep -q 'Address already in use' "$postgres_dir/log" || break
  done
  cat "$postgres_dir/log" >&2
  die "PostgreSQL did not start (attempt $attempt)"
}

stop_postgres() {
  [[ -n $postgres_dir ]] || return 0
  say "stopping PostgreSQL"
  remove_cluster "$postgres_dir"
  postgres_dir=''
}

# fsync stays on: durability is one of the things under test.
postgres_settings() {
  cat <<SETTINGS
listen_addresses = '127.0.0.1'
unix_socket_directories = '$postgres_dir/socket'
max_connections = 200
shared_buffers = 32MB
fsync = on
synchronous_commit = on
max_wal_size = 256MB
timezone = 'UTC'
SETTINGS
}

# --- finding and installing ---------------------------------------------------

# Debian keeps the server's programs out of PATH, one folder per major version.
find_postgres() {
  local candidate
  while read -r candidate; do
    if postgres_is_usable "$candidate"; then
      postgres_bin=$candidate
      return 0
    fi
  done < <(
    printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse
    have initdb && dirname "$(readlink -f "$(command -v initdb)")"
  )
  return 1
}

postgres_is_usable() {
  local version
  [[ -x $1/initdb && -x $1/pg_ctl && -x $1/postgres ]] || return 1
  version=$("$1/postgres" --version) || return 1
  version=${version##*) }
  version=${version%%[!0-9]*}
  ((version >= postgres_oldest))
}

# Debian's package makes and starts a cluster of its own on the standard port.
# Nobody asked for that server, so the package is told not to.
install_postgres() {
  local settings=/etc/postgresql-common/createcluster.d/horizon-auth-tests.conf
  write_as_root "$settings" 'create_main_cluster = false'
  local status=0
  (need_packages "PostgreSQL" postgresql) || status=$?
  remove_as_root "$settings"
  ((status == 0)) || exit "$status"
  find_postgres || die "Debian's PostgreSQL is older than version $postgres_oldest, the oldest that is supported."
}

write_as_root() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo -n)
  # Without the right to write, need_packages says what to do.
  "${sudo[@]}" mkdir -p "$(dirname "$1")" 2>/dev/null || return 0
  printf '%s\n' "$2" | "${sudo[@]}" tee "$1" >/dev/null
}

remove_as_root() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo -n)
  "${sudo[@]}" rm -f "$1" 2>/dev/null || true
}

# --- who runs it, and where ---------------------------------------------------

postgres_user=''

# PostgreSQL refuses to run as root.
pick_postgres_user() {
  postgres_user=$(id -un 2>/dev/null || id -u)
  ((EUID == 0)) || return 0
  postgres_user=nobody
  if id postgres >/dev/null 2>&1; then
    postgres_user=postgres
  fi
}

as_postgres() (
  # The caller's folder may be closed to that user.
  cd /
  ((EUID != 0)) || exec setpriv --reuid "$postgres_user" --regid "$(id -g "$postgres_user")" --clear-groups -- "$@"
  exec "$@"
)

# The path of a Unix socket may have 107 bytes, and other users must be able to
# pass: /tmp suits both where TMPDIR does not.
postgres_parent() {
  local parent=${TMPDIR:-/tmp}
  if ((EUID == 0 || ${#parent} > 60)) || [[ ! -w $parent ]]; then
    parent=/tmp
  fi
  echo "$parent"
}

# --- cleaning up --------------------------------------------------------------

# Stops the server in a folder and removes the folder. The server is stopped as
# its own user: whatever a process id file says, only its processes can be hit.
remove_cluster() {
  if [[ -e $1/data/postmaster.pid ]]; then
    as_postgres "$postgres_bin/pg_ctl" stop --wait --silent --mode=immediate --pgdata="$1/data" </dev/null >/dev/null 2>&1 || true
  fi
  rm -rf "$1"
}

remove_stale_clusters() {
  local folder pid began
  for folder in "$(postgres_parent)"/horizon-pg.*; do
    # -O: ours; anybody can make such a name in a shared folder.
    [[ -d $folder && ! -L $folder && -O $folder ]] || continue
    if [[ -s $folder/owner ]]; then
      read -r pid began <"$folder/owner"
      [[ $(process_start "$pid") != "$began" ]] || continue
    elif [[ -z $(find "$folder" -maxdepth 0 -mmin +10) ]]; then
      continue # another script may be making it right now
    fi
    say "removing $folder, left behind by a script that was killed"
    remove_cluster "$folder"
  done
}

# The start time of a process: with its id it names the process for good, since
# ids are used again. Empty if there is none.
process_start() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The program's name, in parentheses, may hold spaces; field 22 is the 20th after it.
  stat=${stat##*) }
  cut -d ' ' -f 20 <<<"$stat"
}
