"""Networks and containers of a compose project, made from the kernel's own means."""

import ipaddress
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from compose import Project, seconds
from container import enter_network
from images import stand_in

HERE = Path(__file__).parent
# A stranger out in the world, and this machine as he reaches it.
STRANGER, STREET = "203.0.113.7", "203.0.113.1"


def ip(*arguments, inside=None):
    subprocess.run(["ip", *(["-n", inside] if inside else []), *arguments], check=True)


def remove_stale():
    """Removes the namespaces of a run that was killed before it could."""
    for space in Path("/run/netns").glob("ha*-*"):
        owner = re.fullmatch(r"ha(\d+)-.*", space.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            subprocess.run(["ip", "netns", "delete", space.name], check=False)


@contextmanager
def inside(namespace):
    """Whatever socket this thread makes meanwhile belongs to the namespace; where it is used does not matter."""
    here = f"/proc/self/task/{threading.get_native_id()}/ns/net"
    with open(here) as home:
        enter_network(f"/run/netns/{namespace}")
        try:
            yield
        finally:
            enter_network(f"/proc/self/fd/{home.fileno()}")


def connect(namespace, address, port, timeout=5):
    """A connection from a namespace."""
    with inside(namespace):
        return socket.create_connection((address, port), timeout=timeout)


class Service:
    """A container that was started."""

    def __init__(self, name):
        self.name = name
        self.addresses = {}
        self.process = None
        self.pid = None
        self.spec = None
        self.stand_in = None
        self.log = None

    def text(self):
        return self.log.read_text(errors="replace") if self.log and self.log.exists() else ""


class Machine:
    """Runs one compose project."""

    def __init__(self, work, compose_file, variables, dockerfile, program, replace=None):
        self.work = Path(work)
        self.project = Project(compose_file, variables)
        self.dockerfile, self.program = dockerfile, program
        # Files of the project that this machine's older programs need in other words: (path, from, to).
        self.replace = replace or []
        self.prefix = f"ha{os.getpid()}-"
        self.namespaces = []
        self.services = {name: Service(name) for name in self.project.services}
        self.forwarders = []

    # --- networks -------------------------------------------------------------

    def namespace(self, name):
        full = self.prefix + name
        ip("netns", "add", full)
        self.namespaces.append(full)
        ip("link", "set", "lo", "up", inside=full)
        return full

    def lay_networks(self):
        """The machine with a bridge for each network, and a stranger before it. Only networks that are not
        internal lead out."""
        self.host, self.stranger = self.namespace("host"), self.namespace("stranger")
        self.wire("street", STREET, "stranger", STRANGER, 24)
        ip("route", "add", "default", "via", STREET, inside=self.stranger)
        forward = "echo 1 >/proc/sys/net/ipv4/ip_forward"
        subprocess.run(["ip", "netns", "exec", self.host, "sh", "-c", forward], check=True)
        self.subnets = {}
        names = list(self.project.networks) or ["default"]
        for number, name in enumerate(names):
            facts = self.project.networks.get(name) or {}
            given = (facts.get("ipam") or {}).get("config") or [{"subnet": f"10.213.{100 + number}.0/24"}]
            subnet = ipaddress.ip_network(given[0]["subnet"])
            gateway = None if facts.get("internal") else str(subnet[1])
            bridge = "br-" + name
            ip("link", "add", bridge, "type", "bridge", inside=self.host)
            ip("link", "set", bridge, "up", inside=self.host)
            if gateway:
                ip("address", "add", f"{gateway}/{subnet.prefixlen}", "dev", bridge, inside=self.host)
            self.subnets[name] = (subnet, gateway)

    def wire(self, name, address, other, other_address, length):
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", self.prefix + other, inside=self.host)
        ip("address", "add", f"{address}/{length}", "dev", name, inside=self.host)
        ip("link", "set", name, "up", inside=self.host)
        ip("address", "add", f"{other_address}/{length}", "dev", "eth0", inside=self.prefix + other)
        ip("link", "set", "eth0", "up", inside=self.prefix + other)

    def lay_service(self, number, name):
        """A namespace with a cable to each network of the service, at the address that the file gives it."""
        space = self.namespace(name)
        for index, (network, facts) in enumerate(self.project.networks_of(name).items()):
            subnet, gateway = self.subnets[network]
            address = (facts or {}).get("ipv4_address") or str(subnet[20 + number])
            self.services[name].addresses[network] = address
            cable, end = f"v{number}{index}", f"eth{index}"
            ip("link", "add", cable, "type", "veth", "peer", "name", end, "netns", space, inside=self.host)
            ip("link", "set", cable, "master", "br-" + network, "up", inside=self.host)
            ip("address", "add", f"{address}/{subnet.prefixlen}", "dev", end, inside=space)
            ip("link", "set", end, "up", inside=space)
            if gateway and index == 0:
                ip("route", "add", "default", "via", gateway, inside=space)

    def hosts_file(self, name):
        """What Docker's DNS would tell the service: its neighbours, and what the file adds."""
        lines = ["127.0.0.1 localhost"]
        mine = self.services[name].addresses
        for other, service in self.services.items():
            lines += [f"{address} {other}" for network, address in service.addresses.items() if network in mine]
        for line in self.project.services[name].get("extra_hosts") or []:
            host, _, address = line.partition(":")
            lines.append(f"{address} {host}")
        return "\n".join(lines) + "\n"

    # --- containers -----------------------------------------------------------

    def file(self, source):
        """A file of the project, or its copy in the words of this machine's programs."""
        if not os.path.isfile(source):
            raise SystemExit(f"{source} is missing")
        changes = [(old, new) for path, old, new in self.replace if path == os.path.basename(source)]
        if not changes:
            return source
        text = Path(source).read_text()
        for old, new in changes:
            if old not in text:
                raise SystemExit(f"{source} does not hold {old!r}, which this test replaces")
            text = text.replace(old, new)
        copy = self.work / f"changed-{os.path.basename(source)}"
        copy.write_text(text)
        return str(copy)

    def describe(self, name):
        """All that container.py has to know."""
        facts = self.project.services[name]
        stand = stand_in(facts["image"], self.dockerfile, self.program)
        image = stand.image
        binds = list(stand.binds)
        binds += [(self.file(source), target, read_only) for source, target, read_only in self.project.files(name)]
        for source, target, read_only in self.project.mounts(name):
            if not source.startswith("/"):
                source = self.volume(source, image.folders.get(target))
            binds.append((source, target, read_only))
        tmpfs = dict((entry.split(":", 1) + [""])[:2] for entry in facts.get("tmpfs") or [])
        # An entrypoint of the file's own leaves nothing of the image's command.
        entrypoint = facts.get("entrypoint")
        usual = [] if entrypoint else image.command
        command = (entrypoint or image.entrypoint) + (facts.get("command") or usual)
        user = str(facts.get("user") or image.user)
        return stand, {
            "name": name,
            "network": f"/run/netns/{self.prefix}{name}",
            "root": str(self.work / "roots" / name),
            "folders": image.folders | {image.folder: image.folders.get(image.folder, "0:0")},
            "links": stand.links,
            "texts": stand.texts | {"/etc/hosts": self.hosts_file(name), "/etc/resolv.conf": ""},
            "binds": binds,
            "tmpfs": tmpfs,
            "shm": facts.get("shm_size", "64m"),
            "read_only": bool(facts.get("read_only")),
            "folder": image.folder,
            "user": user if ":" in user else f"{user}:{user}",
            "groups": facts.get("group_add") or [],
            "drop_all": facts.get("cap_drop") == ["ALL"],
            "no_new_privileges": "no-new-privileges:true" in (facts.get("security_opt") or []),
            "env": image.env | self.project.environment(name) | {"HOME": "/"},
            "command": command,
            "pid_file": str(self.work / f"{name}.pid"),
        }

    def volume(self, name, owner):
        """A named volume; a new one takes its owner from the folder of the image."""
        folder = self.work / "volumes" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            os.chown(folder, *map(int, (owner or "0:0").split(":")))
            folder.chmod(0o700)
        return str(folder)

    def start(self, name):
        """Starts a service; it may not be ready yet."""
        service = self.services[name]
        service.stand_in, service.spec = self.describe(name)
        Path(service.spec["root"]).mkdir(parents=True, exist_ok=True)
        spec = self.work / f"{name}.json"
        spec.write_text(json.dumps(service.spec))
        pid_file = Path(service.spec["pid_file"])
        pid_file.unlink(missing_ok=True)
        service.log = self.work / f"{name}.log"
        with open(service.log, "ab") as log:
            service.process = subprocess.Popen(
                [sys.executable, HERE / "container.py", "start", spec], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(lambda: pid_file.exists() or service.process.poll() is not None, 10, f"{name} to begin")
        service.pid = int(pid_file.read_text()) if pid_file.exists() else None

    def execute(self, name, command, env=None):
        """Runs a command in the container of a service: (status, output)."""
        service = self.services[name]
        spec = self.work / f"{name}-exec-{threading.get_native_id()}.json"
        spec.write_text(
            json.dumps(service.spec | {"pid": service.pid, "command": command, "env": service.spec["env"] | (env or {})})
        )
        done = subprocess.run(
            [sys.executable, HERE / "container.py", "exec", spec], capture_output=True, text=True, timeout=30
        )
        return done.returncode, done.stdout + done.stderr

    def health_command(self, name):
        """The health check of a service as it is written; nothing if it has none."""
        given = self.project.services[name].get("healthcheck") or {}
        if given.get("disable"):
            return None
        test = given.get("test") or self.services[name].stand_in.image.health
        if not test:
            raise SystemExit(f"{name} has no health check")
        return test[1:] if test[0] == "CMD" else ["/bin/sh", "-c", test[1]]

    def wait_healthy(self, name, limit=30):
        command = self.health_command(name)
        last = ["never asked"]

        def healthy():
            if self.services[name].process.poll() is not None:
                self.fail(f"{name} ended with {self.services[name].process.returncode}")
            status, last[0] = self.execute(name, command)
            return status == 0

        until(healthy, limit, f"{name} to be healthy", lambda: self.fail(f"{name} is not healthy: {last[0]}"))

    def up(self):
        """Starts everything, each service when those that it waits for are as far as the file demands."""
        self.lay_networks()
        for number, name in enumerate(self.services):
            self.lay_service(number, name)
        for name in self.project.in_order():
            for other, condition in self.project.waits_for(name).items():
                if condition == "service_healthy":
                    self.wait_healthy(other)
                elif condition == "service_completed_successfully":
                    status = self.services[other].process.wait(30)
                    if status != 0:
                        self.fail(f"{other} ended with {status}")
            self.start(name)
        for name in self.services:
            if self.health_command(name):
                self.wait_healthy(name)

    def stop(self, *names):
        """Stops services as an engine does; how long it took, and how they ended."""
        ended = {}
        began = time.monotonic()
        for name in names:
            service = self.services[name]
            wanted = self.project.services[name].get("stop_signal") or service.stand_in.image.stop_signal
            if service.process and service.process.poll() is None:
                os.kill(service.pid, signal.Signals[wanted])
        for name in names:
            service = self.services[name]
            grace = seconds(self.project.services[name].get("stop_grace_period", "10s"))
            try:
                ended[name] = service.process.wait(max(0.1, began + grace - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.kill(service.pid, signal.SIGKILL)
                service.process.wait(10)
                self.fail(f"{name} did not end within {grace:.0f} s")
        return time.monotonic() - began, ended

    def publish(self, port, name):
        """Makes a published port reachable on the loopback of the machine, as its proxy does."""
        address = next(iter(self.services[name].addresses.values()))
        with inside(self.host):
            listener = socket.create_server(("127.0.0.1", port))
        self.forwarders.append(listener)
        threading.Thread(target=forward, args=(listener, self.host, address, port), daemon=True).start()

    def fail(self, why):
        for service in self.services.values():
            tail = "\n".join(service.text().splitlines()[-15:])
            print(f"--- {service.name}\n{tail}", file=sys.stderr)
        raise SystemExit(f"error: {why}")

    def down(self):
        """Ends and removes everything but the volumes."""
        for listener in self.forwarders:
            listener.close()
        for service in self.services.values():
            if service.process and service.process.poll() is None:
                if service.pid:
                    os.kill(service.pid, signal.SIGKILL)
                service.process.wait(10)
        for space in reversed(self.namespaces):
            subprocess.run(["ip", "netns", "delete", space], check=False)
        self.namespaces = []


def forward(listener, space, address, port):
    """Takes connections and passes on what is said, both ways."""
    while True:
        try:
            near, _ = listener.accept()
            far = connect(space, address, port)
        except OSError:
            return
        for source, target in [(near, far), (far, near)]:
            threading.Thread(target=pour, args=(source, target), daemon=True).start()


def pour(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def until(holds, limit, what, otherwise=None):
    """Waits until something holds."""
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            if otherwise:
                otherwise()
            raise SystemExit(f"error: waited {limit} s for {what}")
        time.sleep(0.05)
