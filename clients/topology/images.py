"""What stands in for each image on a machine without an engine: the programs of this machine, laid out as in the image.

Ours is the nearest to the truth: a file system with the program, the libraries that distroless/cc has, and nothing
else. The others get the machine's /usr, in their versions of this machine, and the part of their entrypoint that
matters here.
"""

import glob
import os
import re
import subprocess

from compose import Image, read_dockerfile

# The libraries of distroless/cc (libc6, libgcc-s1, libstdc++6, libssl3) that a Rust program can want.
DISTROLESS = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"

# What docker-entrypoint.sh of the image postgres does with a new volume.
POSTGRES = r"""
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=${POSTGRES_PASSWORD:-$(cat "$POSTGRES_PASSWORD_FILE")}
  printf '%s\n' "$password" >/tmp/password
  initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile=/tmp/password --no-sync $POSTGRES_INITDB_ARGS >/dev/null
  rm /tmp/password
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  export PGPASSWORD="$password" PGHOST=/var/run/postgresql
  pg_ctl --silent --wait --pgdata="$PGDATA" --options="-c listen_addresses=" start >/dev/null
  if [ "${POSTGRES_DB:-postgres}" != postgres ]; then
    createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  fi
  for script in /docker-entrypoint-initdb.d/*.sh; do
    [ ! -e "$script" ] || . "$script"
  done
  pg_ctl --silent --wait --pgdata="$PGDATA" --mode=fast stop
  unset PGPASSWORD PGHOST
fi
exec "$@"
"""


class StandIn:
    """An image, and how its file system is laid out here."""

    def __init__(self, image, binds, links=None, texts=None):
        self.image = image
        self.binds = binds
        self.links = links or {}
        self.texts = texts or {}


def libraries(program):
    """The files that the program loads, of which none may be missing in the image."""
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    paths = re.findall(r"(?:=> )?(/\S+) \(", listed)
    foreign = {os.path.basename(path) for path in paths} - DISTROLESS
    if foreign:
        raise SystemExit(f"{program} needs {', '.join(sorted(foreign))}, which distroless/cc does not have")
    return paths


def ours(dockerfile, program):
    """The image that our Dockerfile makes."""
    image = read_dockerfile(dockerfile)
    binds = [(program, "/usr/local/bin/horizon-auth", True)]
    binds += [(os.path.realpath(path), path, True) for path in libraries(program)]
    if os.path.exists(AUTHORITIES):
        binds.append((AUTHORITIES, AUTHORITIES, True))
    image.env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **image.env}
    return StandIn(image, binds, texts={"/etc/passwd": "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"})


def debian(image, accounts, links=None):
    """An image with the programs of this machine."""
    links = {"/var/run": "../run", **(links or {})}
    binds = [("/usr", "/usr", True)]
    for name in ["bin", "sbin", "lib", "lib64"]:
        if os.path.islink("/" + name):
            links["/" + name] = os.readlink("/" + name)
        elif os.path.isdir("/" + name):
            binds.append(("/" + name, "/" + name, True))
    binds += [(path, path, True) for path in ["/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl"] if os.path.exists(path)]
    homes = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    path = ":".join(homes[-1:] + ["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"])
    image.env = {"PATH": path, **image.env}
    passwd = "root:x:0:0:root:/root:/bin/sh\n" + "".join(f"{n}:x:{u}:{u}::/:/bin/sh\n" for n, u in accounts.items())
    return StandIn(image, binds, links, {"/etc/passwd": passwd, "/etc/nsswitch.conf": "passwd: files\nhosts: files\n"})


def stand_in(reference, dockerfile, program):
    """What stands in for an image, by its name."""
    name = reference.split("@")[0].rsplit("/", 1)[-1].split(":")[0]
    if name == "horizon-auth":
        return ours(dockerfile, program)
    if name == "postgres":
        data = "/var/lib/postgresql/data"
        image = Image(
            env={"PGDATA": data, "LANG": "C.UTF-8"},
            user="999:999",
            entrypoint=["sh", "-c", POSTGRES, "docker-entrypoint.sh"],
            command=["postgres"],
            stop_signal="SIGINT",
            folders={data: "999:999", "/run/postgresql": "999:999"},
        )
        return debian(image, {"postgres": 999})
    if name == "redis":
        image = Image(user="999:999", folder="/data", command=["redis-server"], folders={"/data": "999:999"})
        return debian(image, {"redis": 999})
    if name == "nginx":
        image = Image(command=["nginx", "-g", "daemon off;"], stop_signal="SIGQUIT")
        return debian(image, {"nginx": 101}, {"/var/log/nginx/error.log": "/dev/stderr"})
    raise SystemExit(f"nothing stands in for the image {reference}")
