"""Logs the requests of schemathesis in: with an access token, or with a session cookie and the token beside it.

The account is an administrator's, so that no route is closed to it. BASE_URL, PROFILE, EMAIL and PASSWORD come
from the script `run`.
"""

import os

import requests
import schemathesis

BASE_URL = os.environ["BASE_URL"]
PROFILE = os.environ["PROFILE"]
ACCOUNT = {"email": os.environ["EMAIL"], "password": os.environ["PASSWORD"]}


@schemathesis.auth(refresh_interval=None)
class LoggedIn:
    """One log-in for all requests, until one of them has replaced or ended it."""

    answer = None

    def get(self, case, context):
        if LoggedIn.answer is None:
            answer = requests.post(f"{BASE_URL}/auth/login", json=ACCOUNT, timeout=10)
            answer.raise_for_status()
            LoggedIn.answer = answer
        return LoggedIn.answer

    def set(self, case, answer, context):
        if PROFILE == "session":
            case.cookies = {**(case.cookies or {}), **answer.cookies.get_dict()}
            case.headers["X-CSRF-Token"] = answer.cookies["csrf"]
        else:
            case.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"


@schemathesis.hook
def after_call(context, case, response):
    # Whoever logs in, registers or logs out with a session has that one no more.
    if response.status_code < 300 and "set-cookie" in response.headers:
        LoggedIn.answer = None
