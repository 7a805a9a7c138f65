# shellcheck shell=bash
# A private mail server for the tests. Needs common.sh and python.sh.
#
#   start_smtp   installs aiosmtpd under target/, makes a certificate authority and
#                a certificate in a temporary folder, starts the server on free
#                ports of 127.0.0.1 and exports HORIZON_TEST_SMTP, a JSON object:
#                the ports `plain`, `starttls` and `tls`, the certificate
#                authority's file `ca`, a stranger's `other_ca`, and the
#                `folder` in which mails arrive
#   stop_smtp    stops it and removes the folder; call it from a trap

smtp_dir=''
smtp_pid=''

start_smtp() {
  need_venv "$PWD/target/smtp/py" scripts/lib/smtp-requirements.txt
  have openssl || need_packages "OpenSSL's command" openssl
  smtp_dir=$(mktemp -d)
  mkdir "$smtp_dir/mails"
  make_smtp_certificates 2>"$smtp_dir/openssl.log" || true
  [[ -s $smtp_dir/server.pem ]] || { cat "$smtp_dir/openssl.log" >&2; die "no certificate could be made"; }
  # The system picks the ports, so none is ever taken.
  "$PWD/target/smtp/py/bin/python" scripts/lib/smtp_server.py "$smtp_dir" </dev/null >"$smtp_dir/log" 2>&1 &
  smtp_pid=$!
  # At most 30 seconds; less if the server ends.
  local _
  for _ in {1..300}; do
    [[ ! -s $smtp_dir/ready ]] || break
    kill -0 "$smtp_pid" 2>/dev/null || break
    sleep 0.1
  done
  if [[ ! -s $smtp_dir/ready ]]; then
    cat "$smtp_dir/log" >&2
    die "the mail server did not start"
  fi
  HORIZON_TEST_SMTP=$(<"$smtp_dir/ready")
  export HORIZON_TEST_SMTP
  say "the mail server listens: HORIZON_TEST_SMTP=$HORIZON_TEST_SMTP"
}

stop_smtp() {
  if [[ -n $smtp_pid ]]; then
    say "stopping the mail server"
    kill -TERM "$smtp_pid" 2>/dev/null || true
    wait "$smtp_pid" 2>/dev/null || true
    smtp_pid=''
  fi
  [[ -z $smtp_dir ]] || rm -rf "$smtp_dir"
  smtp_dir=''
}

# An authority of our own, a certificate of it for this machine, and an authority that signed nothing.
make_smtp_certificates() (
  cd "$smtp_dir" || exit
  local name
  for name in ca other_ca; do
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Horizon Auth tests $name" \
      -addext basicConstraints=critical,CA:TRUE -keyout "$name.key" -out "$name.pem"
  done
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >server.ext
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile server.ext -out server.pem
)
