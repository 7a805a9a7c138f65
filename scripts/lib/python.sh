# shellcheck shell=bash
# Python packages for tests, at pinned versions, in a folder of their own. Needs common.sh.

# need_venv FOLDER REQUIREMENTS: a virtual environment that holds exactly the
# packages of the file. Made again only when the file has changed.
need_venv() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages "Python with venv" python3 python3-venv
  mkdir -p "$(dirname "$1")"
  unless_unchanged "$1.stamp" "$2" make_venv "$1" "$2"
}

make_venv() {
  say "installing the Python packages of $2 into ${1#"$PWD"/}"
  python3 -m venv --clear "$1"
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$2"
}
