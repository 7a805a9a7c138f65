"""docker-compose.yml and docker-compose.dev-sso.yml, as they are."""

import base64
import os
import subprocess
from pathlib import Path

from client import Client
from compose import read_env
from hosts import Machine, until
from production import PASSWORD, expect


class Development:
    """PostgreSQL and Redis for an application, which runs beside them on the machine."""

    def __init__(self, work, deploy, dockerfile, program):
        self.work, self.program = Path(work), program
        self.variables = read_env(deploy / ".env.example") | {
            "POSTGRES_PASSWORD": os.urandom(16).hex(),
            "REDIS_PASSWORD": os.urandom(16).hex(),
        }
        self.machine = Machine(self.work, deploy / "docker-compose.yml", self.variables, dockerfile, program)

    def run(self):
        machine = self.machine
        machine.up()
        print("  both services are healthy by their own checks", flush=True)
        machine.publish(5432, "postgres")
        machine.publish(6379, "redis")
        # As the head of the file says.
        env = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"postgres://horizon:{self.variables['POSTGRES_PASSWORD']}@127.0.0.1:5432/horizon_auth",
            "REDIS_URL": f"redis://:{self.variables['REDIS_PASSWORD']}@127.0.0.1:6379",
            "HORIZON_AUTH__JWT__SEALING_KEY": base64.b64encode(os.urandom(32)).decode(),
            "HORIZON_AUTH__HASHING__PRESET": "lean",
        }
        command = ["ip", "netns", "exec", machine.host, self.program, "serve"]
        with open(self.work / "application.log", "wb") as log:
            application = subprocess.Popen(command, env=env, cwd=self.work, stdout=log, stderr=log)
        try:
            here = Client(machine.host, "127.0.0.1", 3000, "localhost:3000")
            until(lambda: ready(here), 20, "the application", lambda: machine.fail((self.work / "application.log").read_text()))
            answer = here.post("/auth/register", {"email": "ana@example.com", "password": PASSWORD})
            expect(answer.status == 201, "an application on the machine works with both", answer)
        finally:
            application.terminate()
            application.wait(30)
        wrong = machine.execute("redis", ["redis-cli", "ping"])
        expect("NOAUTH" in wrong[1], "Redis wants its password", wrong)


def ready(client):
    try:
        return client.get("/health/ready").status == 200
    except OSError:
        return False


class DevSso:
    """One log-in for all applications of a developer."""

    def __init__(self, work, deploy, dockerfile, program):
        self.work = Path(work)
        variables = read_env(deploy / ".env.example")
        self.machine = Machine(self.work, deploy / "docker-compose.dev-sso.yml", variables, dockerfile, program)

    def run(self):
        machine = self.machine
        machine.up()
        print("  the service is healthy by the check of its image", flush=True)
        machine.publish(3000, "auth")
        here = Client(machine.host, "127.0.0.1", 3000, "auth.dev.localhost:3000")
        page = {"Origin": "http://app1.dev.localhost:5173", "Sec-Fetch-Site": "same-site"}
        answer = here.post("/auth/register", {"email": "ana@example.com", "password": PASSWORD}, headers=page)
        expect(answer.status == 201 and "Domain=dev.localhost" in answer.headers["Set-Cookie"],
               "a page of one application logs in, for all of them", answer)
        other = {"Origin": "http://app2.dev.localhost:8080", "Sec-Fetch-Site": "same-site"}
        refreshed = here.post("/auth/refresh", "", cookie=answer.cookie(), headers=other)
        expect(refreshed.status == 200 and refreshed.headers["Access-Control-Allow-Origin"] == other["Origin"],
               "another application gets a token of its own", refreshed)
        stranger = here.post("/auth/refresh", "", cookie=answer.cookie(),
                             headers={"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"})
        expect(stranger.status == 403, "a page of anybody else gets none", stranger)
        self.introspect(here, refreshed.json["accessToken"])
        expect("HORIZON_AUTH__SSO__CLIENT_ID=dev" in machine.services["auth"].text(), "the log says what to set")
        _, how = machine.stop("auth")
        machine.start("auth")
        machine.wait_healthy("auth")
        login = here.post("/auth/login", {"email": "ana@example.com", "password": PASSWORD})
        expect(how == {"auth": 0} and login.status == 200, "the account outlives the container", how, login)

    def introspect(self, here, token):
        # What `docker compose cp` brings.
        secret = (self.work / "volumes/auth/sso-client-secret").read_text().strip()
        basic = base64.b64encode(f"dev:{secret}".encode()).decode()
        answer = here.post("/auth/introspect", f"token={token}",
                           headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"})
        expect(answer.json.get("active") is True, "an application asks with the secret of the volume", answer)
