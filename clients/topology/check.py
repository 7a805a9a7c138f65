"""Checks deploy/ without running it: `check.py`; see scripts/check-containers."""

import json
import re
import sys
from importlib.metadata import distribution
from pathlib import Path

import fastjsonschema
from compose import Project, Refused, read_dockerfile, read_env, seconds
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "deploy/compose"
PRODUCTION = "docker-compose.production.yml"
# What the person who deploys has to fill in, filled in.
FILLED = {"POSTGRES_PASSWORD": "p", "REDIS_PASSWORD": "r", "PUBLIC_URL": "https://a.example", "MAIL_FROM": "a@a.example"}
# Data services, and the ports that are theirs.
DATA = {"postgres": 5432, "redis": 6379}

problems = []


def demand(holds, where, what):
    if not holds:
        problems.append(f"{where}: {what}")


def schema():
    """The schema of the Compose Specification, which comes with check-jsonschema."""
    wanted = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
    found = next(file for file in distribution("check-jsonschema").files if str(file) == wanted)
    text = json.loads(Path(found.locate()).read_text())
    text["$schema"] = "http://json-schema.org/draft-07/schema#"
    definitions = text["$defs"]
    for name, node in definitions.items():
        # The one word that the older dialect, which fastjsonschema speaks, does not have.
        if node.pop("unevaluatedProperties", None) is False:
            definitions[name] = flat(node, definitions)
    return text


def flat(node, definitions):
    """A definition that is made of others, written out."""
    parts = [node] + [flat(definitions[part["$ref"].split("/")[-1]], definitions) for part in node.get("allOf", [])]
    merged = {"type": "object", "additionalProperties": False, "properties": {}, "patternProperties": {"^x-": {}}}
    for part in parts:
        merged["properties"].update(part.get("properties", {}))
        merged["patternProperties"].update(part.get("patternProperties", {}))
    return merged


def without_extensions(tree):
    return {key: value for key, value in tree.items() if not key.startswith("x-")}


def check_compose(path, validate):
    name = path.name
    try:
        validate(without_extensions(Project(path, FILLED).raw))
    except fastjsonschema.JsonSchemaException as error:
        problems.append(f"{name}: {error.message}")
        return
    example = (COMPOSE / ".env.example").read_text()
    project = Project(path, read_env(COMPOSE / ".env.example") | FILLED)
    for variable in sorted(project.seen):
        demand(re.search(rf"^(# )?{variable}=", example, re.M), name, f"${variable} is not in .env.example")
    for variable in sorted(project.seen & FILLED.keys()):
        try:
            Project(path, {**FILLED, variable: ""})
            problems.append(f"{name}: without ${variable} it would start")
        except Refused:
            pass
    # In the order of need, or not at all.
    project.in_order()
    for service, facts in project.services.items():
        check_service(project, f"{name}, {service}", service, facts)
    for config, facts in project.configs.items():
        demand(Path(project.beside(facts["file"])).is_file(), name, f"config {config}: {facts['file']} is missing")
    if name == PRODUCTION:
        check_production(project, name)


def check_service(project, where, service, facts):
    image = facts["image"]
    tag = image.split("@")[0].rsplit("/", 1)[-1].partition(":")[2]
    demand(tag and tag != "latest", where, f"{image} has no version")
    health = facts.get("healthcheck") or {}
    ours = image.startswith("horizon-auth")
    demand(health.get("disable") or ours or health.get("test"), where, "has no health check")
    demand(not facts.get("privileged") and not facts.get("network_mode"), where, "is not confined")
    list(project.files(service)), list(project.mounts(service))
    for port in facts.get("ports") or []:
        loopback = str(port).startswith("127.0.0.1:")
        demand(loopback or (project.path.name == PRODUCTION and service == "proxy"), where, f"publishes {port} to everybody")
    if service in DATA and project.path.name == "docker-compose.yml":
        demand(any(str(port).endswith(f":{DATA[service]}:{DATA[service]}") for port in facts["ports"]), where,
               f"is not on port {DATA[service]}")
        demand(facts.get("volumes"), where, "forgets its data")
    for variable, value in (project.raw["services"][service].get("environment") or {}).items():
        secret = re.search(r"PASSWORD|SECRET|KEY|TOKEN", variable) and not variable.endswith("_FILE")
        demand(not secret or re.fullmatch(r"\$\{\w+:\?.*\}", str(value)), where, f"{variable} is written in the file")
        demand("://" not in str(value) or "@" not in str(value), where, f"{variable} holds a password")


def check_production(project, name):
    image = read_dockerfile(ROOT / "Dockerfile")
    for service, facts in project.services.items():
        where = f"{name}, {service}"
        user = str(facts.get("user", image.user if "build" in facts else "0"))
        demand(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), where, "runs as root")
        demand(facts.get("read_only") is True, where, "can write to its root")
        demand(facts.get("cap_drop") == ["ALL"], where, "keeps capabilities")
        demand("no-new-privileges:true" in facts.get("security_opt", []), where, "can gain privileges")
        demand({"mem_limit", "cpus", "pids_limit"} <= facts.keys(), where, "has no limits")
        demand({"max-size", "max-file"} <= facts["logging"]["options"].keys(), where, "keeps its log for ever")
        demand(service == "migrate" or facts.get("restart") == "unless-stopped", where, "does not start again")
        demand(service == "migrate" or "stop_grace_period" in facts, where, "is stopped after Docker's 10 s")
        if service in DATA:
            inner = all((project.networks[network] or {}).get("internal") for network in project.networks_of(service))
            demand(inner and not facts.get("ports"), where, "can be reached from outside")
    proxy = next(iter(project.networks_of("proxy").values()))["ipv4_address"]
    for node in ["node1", "node2"]:
        address = project.networks_of(node)["edge"]["ipv4_address"]
        demand(f"{node}:{address}" in project.services["proxy"]["extra_hosts"], name, f"nginx does not know {node}")
        trusted = project.environment(node)["HORIZON_AUTH__HTTP__TRUSTED_PROXIES"]
        demand(trusted == proxy, name, f"{node} trusts {trusted}, but the proxy is {proxy}")
        demand(project.waits_for(node).get("migrate") == "service_completed_successfully", name, f"{node} does not wait")
        drain = re.findall(r'^drain_\w+ = "(\w+)"', (COMPOSE / "config/horizon-auth.toml").read_text(), re.M)
        grace = seconds(project.services[node]["stop_grace_period"])
        demand(grace > sum(map(seconds, drain)), name, f"{node} is killed before it has finished")
    for secret in project.secrets:
        made = re.search(rf"\b(put|put_once) {secret}\b", (COMPOSE / "make-secrets").read_text())
        demand(made, name, f"make-secrets does not make {secret}")


def check_image():
    image = read_dockerfile(ROOT / "Dockerfile")
    demand(re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.user), "Dockerfile", "the user is not a number, or root")
    demand(image.health and image.health[1:] == [*image.entrypoint, "health"], "Dockerfile", "the health check is another")
    demand(image.command == ["serve"] and image.stop_signal == "SIGTERM", "Dockerfile", "does not serve, or end")
    text = (ROOT / "Dockerfile").read_text()
    secret = re.search(r"^(ARG|ENV) \w*(PASSWORD|SECRET|KEY|TOKEN)", text, re.M)
    demand(not secret, "Dockerfile", "a secret would be part of the image")
    copied = re.findall(r"^COPY ([\w. ]+) \S+$", text, re.M)
    listed = (ROOT / ".dockerignore").read_text().splitlines()
    demand(listed[[l.startswith("#") for l in listed].index(False)] == "*", ".dockerignore", "does not begin with everything")
    for source in " ".join(copied).split():
        demand(f"!{source}" in listed, ".dockerignore", f"keeps {source} from the Dockerfile")


def check_versions():
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    for path in ["Dockerfile", "deploy/kubernetes/kustomization.yaml", *COMPOSE.glob("docker-compose*.yml")]:
        text = (ROOT / path).read_text()
        for found in re.findall(r"ARG VERSION=(\S+)|newTag: (\S+)|horizon-auth:(\d[\d.]*)", text):
            demand("".join(found) == version, path, f"is of version {''.join(found)}, the program of {version}")


def check_kubernetes():
    documents = []
    for path in sorted((ROOT / "deploy/kubernetes").glob("*.yaml")):
        documents += [(path.name, document) for document in YAML(typ="safe", pure=True).load_all(path)]
    image = read_dockerfile(ROOT / "Dockerfile")
    user, group = map(int, image.user.split(":"))
    drain = re.findall(r'^drain_\w+ = "(\w+)"', (ROOT / "deploy/kubernetes/horizon-auth.toml").read_text(), re.M)
    for name, document in documents:
        if document["kind"] not in {"Deployment", "Job"}:
            continue
        pod = document["spec"]["template"]["spec"]
        facts = pod["securityContext"]
        demand(facts["runAsNonRoot"] and facts["runAsUser"] == user and facts["fsGroup"] == group, name, "is another user")
        demand(pod["automountServiceAccountToken"] is False, name, "has a token of the cluster")
        for container in pod["containers"]:
            own = container["securityContext"]
            confined = own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"]
            demand(confined and own["capabilities"] == {"drop": ["ALL"]}, name, "is not confined")
            demand("memory" in container["resources"]["limits"], name, "has no limit of memory")
            known = {volume["name"] for volume in pod["volumes"]}
            demand({mount["name"] for mount in container["volumeMounts"]} == known, name, "mounts other volumes")
        if document["kind"] == "Deployment":
            probes = [container[f"{probe}Probe"]["httpGet"]["path"] for probe in ["liveness", "readiness"]]
            demand(probes == ["/health/live", "/health/ready"], name, "asks for the wrong health")
            grace = pod["terminationGracePeriodSeconds"]
            demand(grace > sum(map(seconds, drain)), name, "is killed before it has finished")
    demand(len(documents) >= 7, "deploy/kubernetes", f"{len(documents)} documents")


def main():
    validate = fastjsonschema.compile(schema())
    files = sorted(COMPOSE.glob("docker-compose*.yml"))
    demand(len(files) == 3, "deploy/compose", f"{len(files)} compose files")
    for path in files:
        try:
            check_compose(path, validate)
        except Refused as refusal:
            problems.append(f"{path.name}: {refusal}")
    check_image()
    check_kubernetes()
    check_versions()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise SystemExit(1)
    print(f"{len(files)} compose files, the Dockerfile and the manifests are as they should be")


main()
