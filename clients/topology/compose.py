"""Reads compose files and the Dockerfile as an engine would, as far as ours use them."""

import json
import os
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML

VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<bare>\w+)|\{(?P<name>\w+)(?:(?P<how>:?[-?])(?P<rest>[^}]*))?\})")


class Refused(Exception):
    """What an engine would refuse, in its words."""


def interpolate(text, variables, seen):
    """The text with its variables replaced; `seen` gets their names."""

    def value(match):
        if match["escaped"]:
            return "$"
        name = match["name"] or match["bare"]
        seen.add(name)
        how, rest = match["how"] or "", match["rest"] or ""
        given = variables.get(name)
        if given is None or (how.startswith(":") and given == ""):
            if how.endswith("?"):
                raise Refused(f"{name}: {rest}")
            return rest if how.endswith("-") else ""
        return given

    return VARIABLE.sub(value, text)


def walk(node, change):
    """The tree with every text changed."""
    if isinstance(node, dict):
        return {key: walk(value, change) for key, value in node.items()}
    if isinstance(node, list):
        return [walk(value, change) for value in node]
    return change(node) if isinstance(node, str) else node


def read_env(path):
    """The variables of a .env file."""
    variables = {}
    for line in Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, value = line.partition("=")
            variables[name.strip()] = value.strip().strip("\"'")
    return variables


def seconds(text):
    """A duration such as 1m30s."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    parts = re.findall(r"(\d+)(ms|s|m|h)", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise Refused(f"{text} is no duration")
    return sum(int(number) * units[unit] for number, unit in parts)


@dataclass
class Image:
    """What an image says about itself."""

    env: dict = field(default_factory=dict)
    user: str = "0:0"
    folder: str = "/"
    entrypoint: list = field(default_factory=list)
    command: list = field(default_factory=list)
    health: list | None = None
    stop_signal: str = "SIGTERM"
    # Folders that it brings, and whose they are.
    folders: dict = field(default_factory=dict)


def read_dockerfile(path):
    """The image that the last stage makes."""
    text = re.sub(r"\\\n", " ", "\n".join(l for l in Path(path).read_text().splitlines() if not l.startswith("#")))
    image = Image()
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            image = Image()
        elif word == "ENV":
            image.env.update(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            image.user = rest
        elif word == "WORKDIR":
            image.folder = rest
        elif word == "STOPSIGNAL":
            image.stop_signal = rest
        elif word == "ENTRYPOINT":
            image.entrypoint = json.loads(rest)
        elif word == "CMD":
            image.command = json.loads(rest)
        elif word == "HEALTHCHECK":
            image.health = ["CMD", *json.loads(rest[rest.index("[") :])]
        elif word == "COPY" and "--chown=" in rest:
            image.folders[rest.split()[-1]] = re.search(r"--chown=(\S+)", rest)[1]
    return image


class Project:
    """A compose file with its variables filled in."""

    def __init__(self, path, variables):
        self.path = Path(path)
        self.seen = set()
        self.raw = YAML(typ="safe", pure=True).load(self.path)
        tree = walk(self.raw, lambda text: interpolate(text, variables, self.seen))
        self.services = tree["services"]
        self.networks = tree.get("networks") or {}
        self.configs = tree.get("configs") or {}
        self.secrets = tree.get("secrets") or {}
        self.volumes = tree.get("volumes") or {}

    def beside(self, path):
        """A path of the file, which starts where the file is."""
        return os.path.normpath(self.path.parent / path)

    def files(self, name):
        """The files that a service gets: (source, target, read-only)."""
        service = self.services[name]
        for kind, top, usual in [("configs", self.configs, "/"), ("secrets", self.secrets, "/run/secrets/")]:
            for item in service.get(kind) or []:
                source = item if isinstance(item, str) else item["source"]
                if source not in top:
                    raise Refused(f"{name} wants the {kind[:-1]} {source}, which the file does not define")
                target = usual + source if isinstance(item, str) else item.get("target", usual + source)
                yield self.beside(top[source]["file"]), target, True

    def mounts(self, name):
        """The volumes of a service: (volume or path, target, read-only)."""
        for item in self.services[name].get("volumes") or []:
            source, target, *more = item.split(":")
            named = re.fullmatch(r"[a-z0-9_-]+", source)
            if named and source not in self.volumes:
                raise Refused(f"{name} wants the volume {source}, which the file does not define")
            yield source if named else self.beside(source), target, more == ["ro"]

    def networks_of(self, name):
        """The networks of a service, with what it says of each."""
        networks = self.services[name].get("networks") or ["default"]
        return networks if isinstance(networks, dict) else dict.fromkeys(networks)

    def environment(self, name):
        """The variables of a service, as text."""
        given = self.services[name].get("environment") or {}
        return {key: str(value) for key, value in given.items()}

    def waits_for(self, name):
        """The services that have to be as far as told before this one starts."""
        given = self.services[name].get("depends_on") or {}
        return {other: how["condition"] for other, how in given.items()}

    def in_order(self):
        """The services, each after those that it waits for."""
        done = []
        while len(done) < len(self.services):
            ready = [s for s in self.services if s not in done and all(o in done for o in self.waits_for(s))]
            if not ready:
                raise Refused("services wait for each other in a circle")
            done += ready
        return done
