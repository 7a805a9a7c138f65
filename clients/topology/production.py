"""docker-compose.production.yml, as it is: two nodes behind nginx, PostgreSQL and Redis."""

import os
import re
import subprocess
import threading
from pathlib import Path

from client import Client
from compose import read_env
from hosts import STRANGER, Machine, connect, until

ROOT = Path(__file__).resolve().parents[2]
HOST = "auth.example.com"
PASSWORD = "a long walk to the lighthouse"


def certificates(folder):
    """An authority, and a certificate of it for the host."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *curve, "-subj", f"/CN={HOST}", "-keyout", "leaf.key", "-out", "leaf.csr")
    (folder / "leaf.ext").write_text(f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "leaf.ext", "-out", "leaf.pem")
    (folder / "chain.pem").write_text((folder / "leaf.pem").read_text() + (folder / "ca.pem").read_text())


def old_nginx():
    """What an nginx before 1.25.1 has no word for."""
    version = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    numbers = tuple(map(int, re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", version).groups()))
    if numbers >= (1, 25, 1):
        return []
    return [("nginx.conf", "listen 8443 ssl;\n    http2 on;", "listen 8443 ssl http2;")]


def expect(holds, what, *seen):
    if not holds:
        raise SystemExit(f"error: {what}: {seen}")
    print(f"  {what}", flush=True)


def reaches(space, address, port):
    try:
        connect(space, address, port, timeout=0.5).close()
    except OSError:
        return False
    return True


class Production:
    def __init__(self, work, deploy, dockerfile, program):
        self.work = Path(work)
        secrets = self.work / "secrets"
        certificates(self.work)
        subprocess.run(
            [deploy / "make-secrets", "--certificate", self.work / "chain.pem", "--key", self.work / "leaf.key"],
            check=True, input="smtps://nobody:nothing@mail.invalid", text=True, capture_output=True,
            env=os.environ | {"SECRETS": str(secrets)},
        )
        variables = read_env(deploy / ".env.example") | {
            "PUBLIC_URL": f"https://{HOST}", "MAIL_FROM": f"Example <auth@{HOST}>", "SECRETS": str(secrets),
        }
        self.machine = Machine(
            self.work, deploy / "docker-compose.production.yml", variables, dockerfile, program, old_nginx()
        )

    def run(self):
        machine = self.machine
        machine.up()
        print("  all services are healthy by their own checks, the migrations ran first", flush=True)
        proxy = machine.services["proxy"].addresses["edge"]
        self.outside = Client(machine.stranger, proxy, 8443, HOST, self.work / "ca.pem")
        self.nodes = {
            name: Client(machine.prefix + "proxy", machine.services[name].addresses["edge"], 3000, HOST)
            for name in ["node1", "node2"]
        }
        self.confined()
        self.front()
        self.one_service()
        self.closed()
        self.nobody_notices()
        self.nobody_there()
        self.everything_again()
        self.kubernetes()

    def confined(self):
        """No service is root, has a right or a writable root."""
        for name, service in self.machine.services.items():
            if service.process.poll() is not None:
                continue
            status = Path(f"/proc/{service.pid}/status").read_text()
            fact = {line.split(":")[0]: line.split()[1:] for line in status.splitlines() if ":" in line}
            mounts = Path(f"/proc/{service.pid}/mountinfo").read_text()
            root = next(line for line in mounts.splitlines() if line.split()[4] == "/")
            good = (
                "0" not in fact["Uid"] and "0" not in fact["Gid"]
                and int(fact["CapEff"][0], 16) == int(fact["CapBnd"][0], 16) == 0
                and fact["NoNewPrivs"] == ["1"] and root.split()[5].startswith("ro")
            )
            if not good:
                raise SystemExit(f"error: {name} is not confined: {fact['Uid']} {fact['CapBnd']} {root}")
        print("  every service runs without root, rights and a writable root", flush=True)

    def front(self):
        """What nginx does by itself."""
        expect(self.outside.protocol("h2", "http/1.1") == "h2", "nginx speaks HTTP/2 over TLS")
        plain = Client(self.machine.stranger, self.outside.address, 8080, HOST).get("/login?x=1")
        expect((plain.status, plain.headers["Location"]) == (308, f"https://{HOST}/login?x=1"), "http leads to https")
        for path in ["/auth/introspect", "/metrics", "/health/ready"]:
            answer = self.outside.post(path, {}) if "introspect" in path else self.outside.get(path)
            if answer.status != 404 or "statusCode" in answer.text or not answer.headers["Strict-Transport-Security"]:
                raise SystemExit(f"error: {path} is open to the outside: {answer}")
        print("  introspection, measurements and readiness are closed to the outside", flush=True)
        large = self.outside.post("/auth/login", "x" * 70000)
        expect(large.status == 413, "nginx takes no large bodies", large)

    def one_service(self):
        """Two nodes are one service."""
        registered = self.outside.post(
            "/auth/register", {"email": "ana@example.com", "password": PASSWORD}, headers={"X-Forwarded-For": "1.2.3.4"}
        )
        expect(registered.status == 201, "somebody registers through nginx", registered)
        expect(len(registered.headers.get_all("Strict-Transport-Security")) == 1, "there is one HSTS header")
        cookie = registered.cookie()
        expect(cookie.startswith("__Secure-refresh_token="), "the cookie is for https only", cookie)
        token = registered.json["accessToken"]
        seen = [node.get("/auth/profile", token=token).status for node in self.nodes.values()]
        expect(seen == [200, 200], "both nodes know the account", seen)
        self.client_address(registered.headers["X-Request-Id"])
        refreshed = self.outside.post("/auth/refresh", "", cookie=cookie, headers={"Sec-Fetch-Site": "same-origin"})
        expect(refreshed.status == 200, "the session is refreshed through nginx", refreshed)
        login = self.outside.post("/auth/login", {"email": "ana@example.com", "password": PASSWORD})
        expect(login.status == 200, "somebody logs in through nginx", login)
        out = self.nodes["node1"].post("/auth/logout", {}, token=login.json["accessToken"])
        tokens = [token, refreshed.json["accessToken"], login.json["accessToken"]]
        refused = [self.nodes["node2"].get("/auth/profile", token=token).status for token in tokens]
        expect(out.status == 200 and refused == [401] * 3, "a log-out at one node is known at the other", out, refused)

    def client_address(self, request_id):
        """The event names the client: neither nginx nor what the client said of itself."""
        statement = f"SELECT DISTINCT ip FROM audit_events WHERE request_id = '{request_id}'"
        password = (self.work / "secrets/database_password").read_text().strip()
        status, output = self.machine.execute(
            "postgres",
            ["psql", "-h", "127.0.0.1", "-U", "horizon", "-d", "horizon_auth", "-Atc", statement],
            {"PGPASSWORD": password},
        )
        expect((status, output.strip()) == (0, STRANGER), "events hold the client's own address", output)
        log = self.machine.services["proxy"].text()
        expect(request_id.replace("-", "") in log, "one id names the request in both logs", request_id)

    def closed(self):
        """The data services are out of reach for everybody but the nodes."""
        machine = self.machine
        for name, port in [("postgres", 5432), ("redis", 6379)]:
            addresses = machine.services[name].addresses
            connect(machine.prefix + "node1", addresses["data"], port).close()
            for space in [machine.stranger, machine.host, machine.prefix + "proxy"]:
                for address in addresses.values():
                    if reaches(space, address, port):
                        raise SystemExit(f"error: {name} can be reached from {space}")
        print("  PostgreSQL and Redis can be reached by nodes alone", flush=True)

    def nobody_notices(self):
        """One node after the other is replaced while people work."""
        machine = self.machine
        login = self.outside.post("/auth/login", {"email": "ana@example.com", "password": PASSWORD})
        token = login.json["accessToken"]
        statuses, ended = [], threading.Event()

        def work():
            while not ended.is_set():
                try:
                    statuses.append(self.outside.get("/auth/profile", token=token).status)
                except OSError as error:
                    statuses.append(repr(error))

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        try:
            took, how = machine.stop("node1")
            expect(how == {"node1": 0}, f"node1 ends by itself within its time ({took:.0f} s)", how)
            self.proxy_starts_alone()
            machine.start("node1")
            machine.wait_healthy("node1")
            before = len(statuses)
            until(lambda: len(statuses) > before + 20, 10, "more requests")
        finally:
            ended.set()
            for worker in workers:
                worker.join()
        failed = [status for status in statuses if status != 200]
        expect(len(statuses) > 20 and not failed, f"meanwhile {len(statuses)} requests succeed and none fails", failed[:5])

    def proxy_starts_alone(self):
        """nginx does not need all of its nodes to start: its configuration is read while one is away."""
        status, output = self.machine.execute("proxy", ["nginx", "-t", "-q"])
        expect(status == 0, "nginx would start while a node is away", output)

    def nobody_there(self):
        """Without nodes the answer is the one that a node would give."""
        _, how = self.machine.stop("node1", "node2")
        answer = self.outside.get("/auth/profile")
        good = (answer.status, answer.headers["Retry-After"]) == (503, "1") and answer.json["code"] == "unavailable"
        expect(how == {"node1": 0, "node2": 0} and good, "without nodes nginx says so as they would", how, answer)

    def everything_again(self):
        """Volumes outlive everything else."""
        self.machine.stop("proxy", "redis", "postgres")
        self.machine.down()
        self.machine.up()
        login = self.outside.post("/auth/login", {"email": "ana@example.com", "password": PASSWORD})
        expect(login.status == 200, "after a restart of everything the account is there", login)

    def kubernetes(self):
        """The configuration of the example for Kubernetes is one, with secrets as files."""
        source = ROOT / "deploy/kubernetes/horizon-auth.toml"
        text = source.read_text().replace("/run/secrets/horizon-auth", str(self.work / "secrets"))
        (self.work / "secrets/redis_url").write_text("rediss://:nothing@redis.invalid")
        (self.work / "secrets/redis_url").chmod(0o600)
        copy = self.work / "kubernetes.toml"
        copy.write_text(text)
        checked = subprocess.run(
            [self.machine.program, "config", "check", "--config", copy], capture_output=True, text=True, env={}
        )
        expect(checked.returncode == 0, "the configuration for Kubernetes is valid", checked)
