# shellcheck shell=bash
# Python packages for tests, at pinned versions, in a folder of their own. Needs common.sh.

# need_venv FOLDER REQUIREMENTS [FLAG…]: a virtual environment that holds exactly
# the packages of the file. Made again only when the file has changed. Flags go to
# pip: `--no-deps` for packages of which only a file is wanted.
need_venv() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages "Python with venv" python3 python3-venv
  mkdir -p "$(dirname "$1")"
  unless_unchanged "$1.stamp" "$2" make_venv "$@"
}

make_venv() {
  local folder=$1 requirements=$2
  shift 2
  say "installing the Python packages of $requirements into ${folder#"$PWD"/}"
  python3 -m venv --clear "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" -r "$requirements"
}
