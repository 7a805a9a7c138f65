"""A mail server for the tests: three ports, and mailboxes that are folders.

Called with the folder that holds the certificates. Mails arrive below its
`mails`, as NUMBER.eml and, decoded, NUMBER.json. When all ports listen, the file
`ready` says where.
"""

import asyncio
import email
import email.policy
import itertools
import json
import os
import pathlib
import signal
import ssl
import sys
import urllib.parse

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER = b"horizon"
PASSWORD = b"let me in"


class Mailboxes:
    """Takes mails, and refuses those whose local part says so."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.lower()
        if local.startswith("busy"):
            return f"451 4.2.1 {address} is busy"
        if local.startswith("gone"):
            return f"550 5.1.1 {address} is gone"
        if local.startswith("slow"):
            await asyncio.sleep(5)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        number = next(self.numbers)
        for recipient in envelope.rcpt_tos:
            name = urllib.parse.quote(recipient.lower(), safe="@+")
            mailbox = self.folder / name
            mailbox.mkdir(exist_ok=True)
            (mailbox / f"{number}.eml").write_bytes(envelope.original_content)
            decoded = json.dumps(decode(server, session, envelope))
            # Renamed at the end: whoever sees the name sees all of it.
            unfinished = mailbox / f".{number}"
            unfinished.write_text(decoded)
            unfinished.rename(mailbox / f"{number}.json")
        return "250 OK"


def decode(server, session, envelope):
    mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
    bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    return {
        "mail_from": envelope.mail_from,
        "recipients": envelope.rcpt_tos,
        "smtputf8": bool(envelope.smtp_utf8),
        "tls": server.transport.get_extra_info("ssl_object") is not None,
        "login": session.auth_data.login.decode() if session.auth_data else None,
        "headers": [[name, str(value)] for name, value in mail.items()],
        "type": mail.get_content_type(),
        "text": bodies.get("text/plain"),
        "html": bodies.get("text/html"),
    }


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=known, handled=False, auth_data=data)


async def main(folder):
    mails = Mailboxes(folder / "mails")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    login = {"authenticator": authenticate, "auth_required": True}

    def plain():
        return SMTP(mails, enable_SMTPUTF8=True)

    def starttls():
        return SMTP(mails, tls_context=context, require_starttls=True, auth_require_tls=True, **login)

    def tls():
        return SMTP(mails, auth_require_tls=False, **login)

    loop = asyncio.get_running_loop()
    ports = {}
    for name, factory, secure in [("plain", plain, None), ("starttls", starttls, None), ("tls", tls, context)]:
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=secure)
        ports[name] = server.sockets[0].getsockname()[1]
    where = {
        **ports,
        "ca": str(folder / "ca.pem"),
        "other_ca": str(folder / "other_ca.pem"),
        "folder": str(folder / "mails"),
    }
    (folder / "unfinished").write_text(json.dumps(where))
    os.rename(folder / "unfinished", folder / "ready")
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()


asyncio.run(main(pathlib.Path(sys.argv[1])))
