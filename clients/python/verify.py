"""Verifies our access tokens the way a Python service would: with PyJWT, unmodified.

Usage: verify.py BASE_URL
"""

import base64
import json
import secrets
import sys
import urllib.request

import jwt

ISSUER = "horizon-auth"
AUDIENCE = "horizon-api"


def main(base_url):
    user, token = register(base_url)
    keys = jwt.PyJWKClient(f"{base_url}/.well-known/jwks.json")

    claims = verify(keys, token)
    check(claims["sub"] == user["id"], "`sub` is the user's id")

    header = jwt.get_unverified_header(token)
    check(bool(header.get("kid")), "the header names its key")
    check(header.get("typ") == "at+jwt", "the header's type is at+jwt")
    check(header.get("alg") == "RS256", "the header's algorithm is RS256")

    refused(keys, with_flipped_signature_bit(token), "a flipped signature bit")
    refused(keys, without_signature(token), "algorithm none")
    refused(keys, token, "another audience", audience="somebody-else")
    refused(keys, token, "another issuer", issuer="somebody-else")
    print(f"PyJWT {jwt.__version__}: the token holds, four forgeries are refused")


def register(base_url):
    body = {"email": f"python-{secrets.token_hex(8)}@example.com", "password": secrets.token_urlsafe(18)}
    request = urllib.request.Request(
        f"{base_url}/auth/register",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        check(response.status == 201, f"registration answers 201, not {response.status}")
        answer = json.load(response)
    return answer["user"], answer["accessToken"]


def verify(keys, token, audience=AUDIENCE, issuer=ISSUER):
    verified = jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token).key,
        algorithms=["RS256"],
        audience=audience,
        issuer=issuer,
        options={"require": ["exp", "iat", "iss", "aud", "sub"]},
    )
    if verified["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
    return verified["payload"]


def refused(keys, token, what, **expected):
    try:
        verify(keys, token, **expected)
    except jwt.InvalidTokenError:
        return
    raise SystemExit(f"PyJWT accepted {what}")


def with_flipped_signature_bit(token):
    signed, signature = token.rsplit(".", 1)
    octets = bytearray(decode(signature))
    octets[len(octets) // 2] ^= 1
    return f"{signed}.{encode(bytes(octets))}"


def without_signature(token):
    """Keeps the key id, so that the refusal is about the algorithm and nothing else."""
    header, claims, _ = token.split(".")
    forged = json.loads(decode(header)) | {"alg": "none"}
    return f"{encode(json.dumps(forged).encode())}.{claims}."


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def check(holds, what):
    if not holds:
        raise SystemExit(f"does not hold: {what}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
