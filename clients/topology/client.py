"""An HTTP client that lives in a namespace of its own."""

import http.client
import json
import ssl
from dataclasses import dataclass

from hosts import connect


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self):
        return json.loads(self.text)

    def cookie(self):
        """The name and value of the cookie that was set, as it is sent back."""
        return (self.headers["Set-Cookie"] or "").split(";")[0]


class Client:
    """Talks to one address as one host, each request by a connection of its own."""

    def __init__(self, namespace, address, port, host, authorities=None, timeout=15):
        self.namespace, self.address, self.port, self.host = namespace, address, port, host
        self.timeout = timeout
        self.tls = None
        if authorities:
            self.tls = ssl.create_default_context(cafile=authorities)

    def protocol(self, *offered):
        """What TLS settles on, of the protocols that are offered."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(list(offered))
        with connect(self.namespace, self.address, self.port) as plain:
            with context.wrap_socket(plain, server_hostname=self.host) as secured:
                return secured.selected_alpn_protocol()

    def request(self, method, path, body=None, token=None, cookie=None, headers=None):
        connection = http.client.HTTPConnection(self.host)
        connection.sock = connect(self.namespace, self.address, self.port, self.timeout)
        if self.tls:
            connection.sock = self.tls.wrap_socket(connection.sock, server_hostname=self.host.split(":")[0])
        sent = {"Host": self.host, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if cookie:
            sent["Cookie"] = cookie
        text = json.dumps(body) if isinstance(body, dict) else body
        try:
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body, **more):
        return self.request("POST", path, body, **more)
