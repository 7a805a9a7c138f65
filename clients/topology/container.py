"""Starts a command in a container of its own, or in one that runs: `container.py start|exec SPEC`.

A process with its own file system, processes, network and names, without root and without rights: what a container
engine makes of the same facts, from the kernel's own means. SPEC is a JSON file; hosts.py writes it.
"""

import ctypes
import json
import os
import sys

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """A call of the C library that raises when it fails."""
    encoded = [a.encode() if isinstance(a, str) else a for a in arguments]
    if getattr(libc, name)(*encoded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


def mount(source, target, kind=None, flags=0, options=None):
    call("mount", source, target, kind, ctypes.c_ulong(flags), options)


def enter_network(path):
    """Moves this thread into a network."""
    with open(path) as network:
        call("setns", network.fileno(), NEWNET)


def bind(source, target, read_only):
    """Shows a file or folder at another place too."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "a"):
            pass
    mount(source, target, None, MS_BIND | MS_REC)
    if read_only:
        mount(None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)


def build_root(spec):
    """The file system: nothing but what the image brings and the compose file mounts."""
    root = spec["root"]
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("root", root, "tmpfs", MS_NOSUID, "mode=0755")
    for path, owner in spec["folders"].items():
        os.makedirs(root + path, exist_ok=True)
        os.chown(root + path, *map(int, owner.split(":")))
    for folder in ["/proc", "/dev", "/tmp", "/etc"]:
        os.makedirs(root + folder, exist_ok=True)
    os.chmod(root + "/tmp", 0o1777)
    for path, target in spec["links"].items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(target, root + path)
    for path, text in spec["texts"].items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, "w") as file:
            file.write(text)
    mount("proc", root + "/proc", "proc", MS_NOSUID | MS_NODEV)
    for device in ["null", "zero", "full", "random", "urandom"]:
        bind("/dev/" + device, f"{root}/dev/{device}", False)
    for name, target in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        os.symlink("/proc/self/fd" + target, f"{root}/dev/{name}")
    os.makedirs(root + "/dev/shm")
    mount("shm", root + "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=" + spec["shm"])
    for target, options in spec["tmpfs"].items():
        os.makedirs(root + target, exist_ok=True)
        mount("tmpfs", root + target, "tmpfs", MS_NOSUID | MS_NODEV, options or None)
    for source, target, read_only in spec["binds"]:
        bind(source, root + target, read_only)
    if spec["read_only"]:
        mount(None, root, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)


def become(spec):
    """Gives up root, and the ways back to it."""
    user, group = map(int, spec["user"].split(":"))
    if spec["drop_all"]:
        for capability in range(64):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    # Programs open /dev/stdout anew, as whoever they are by then.
    for output in [1, 2]:
        os.fchown(output, user, -1)
    os.setgroups([int(other) for other in spec["groups"]])
    os.setgid(group)
    os.setuid(user)
    if spec["no_new_privileges"]:
        call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # After the change of user, which would forget it: nothing outlives whoever watches it.
    call("prctl", PR_SET_PDEATHSIG, 9, 0, 0, 0)


def run(command, env):
    """Becomes the command, which is looked for as in a container."""
    for folder in ["", *env["PATH"].split(":")] if "/" not in command[0] else [""]:
        try:
            os.execve(os.path.join(folder, command[0]) if folder else command[0], command, env)
        except FileNotFoundError:
            continue
    print(f"{command[0]} is not in the image", file=sys.stderr, flush=True)
    os._exit(127)


def wait(child):
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def start(spec):
    enter_network(spec["network"])
    call("unshare", NEWNS | NEWPID | NEWIPC | NEWUTS)
    child = os.fork()
    if child:
        with open(spec["pid_file"] + ".new", "w") as file:
            file.write(str(child))
        os.rename(spec["pid_file"] + ".new", spec["pid_file"])
        wait(child)
    call("sethostname", spec["name"], len(spec["name"]))
    build_root(spec)
    os.chroot(spec["root"])
    os.chdir(spec["folder"])
    become(spec)
    run(spec["command"], spec["env"])


def execute(spec):
    process = f"/proc/{spec['pid']}"
    root = os.open(process + "/root", os.O_RDONLY | os.O_DIRECTORY)
    spaces = [os.open(f"{process}/ns/{kind}", os.O_RDONLY) for kind in ["net", "ipc", "uts", "pid", "mnt"]]
    for space in spaces:
        call("setns", space, 0)
    child = os.fork()
    if child:
        wait(child)
    os.fchdir(root)
    os.chroot(".")
    os.chdir(spec["folder"])
    become(spec)
    run(spec["command"], spec["env"])


if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        description = json.load(file)
    {"start": start, "exec": execute}[sys.argv[1]](description)
