# shellcheck shell=bash
# Packages of npm for tests, at the versions of a lock file, and the addon for Node. Needs common.sh.

need_node() {
  if ! have node || ! have npm; then
    need_packages "Node.js with npm" nodejs npm
  fi
}

# need_npm_packages FOLDER [STAMP]: exactly the packages that its lock file lists. Installed again only when they are
# gone, or the lock file differs from its copy in STAMP (FOLDER.stamp).
need_npm_packages() {
  local folder=$1 stamp=${2:-$1.stamp}
  [[ -d $folder/node_modules ]] || rm -f "$stamp"
  unless_unchanged "$stamp" "$folder/package-lock.json" install_npm_packages "$folder"
}

install_npm_packages() {
  say "installing the packages of ${1#"$PWD"/}"
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefer-offline)
}

# use_addon FILE FOLDER: puts the addon into the folder under a name that Node loads, and tells our packages of it.
use_addon() {
  [[ -f $1 ]] || die "there is no addon at $1"
  # Node looks at the name behind a symbolic link.
  ln --force "$1" "$2/horizon-auth.node" 2>/dev/null || cp --force "$1" "$2/horizon-auth.node"
  export NAPI_RS_NATIVE_LIBRARY_PATH=$2/horizon-auth.node
}
