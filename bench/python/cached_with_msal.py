"""Hands out the cached token of MSAL Python many times, and prints the nanoseconds. See bench/README.md.

    cached_with_msal.py CALLS

Its memory cache is used. The only two requests get a fixed response, so that no network is needed.
"""

import json
import sys
import time

import msal

SCOPES = ["https://example.com/.default"]
AUTHORITY = "https://login.microsoftonline.com/tenant"


class Response:
    status_code = 200
    headers = {}

    def __init__(self, document):
        self.text = json.dumps(document)

    def raise_for_status(self):
        pass


class Http:
    """The HTTP client of MSAL, without HTTP."""

    def get(self, *_, **__):
        return Response({
            "authorization_endpoint": AUTHORITY + "/authorize",
            "token_endpoint": AUTHORITY + "/token",
            "issuer": AUTHORITY + "/v2.0",
        })

    def post(self, *_, **__):
        return Response({"access_token": "fdjhk2382kwkajsklwe8i3932kslswl", "expires_in": 3600, "token_type": "Bearer"})

    def close(self):
        pass


def main():
    application = msal.ConfidentialClientApplication(
        "client", client_credential="secret", authority=AUTHORITY, instance_discovery=False, http_client=Http())
    application.acquire_token_for_client(SCOPES)
    if application.acquire_token_for_client(SCOPES).get("token_source") != "cache":
        sys.exit("the token does not come from the cache")
    start = time.perf_counter_ns()
    for _ in range(int(sys.argv[1])):
        application.acquire_token_for_client(SCOPES)
    print(time.perf_counter_ns() - start)


main()
