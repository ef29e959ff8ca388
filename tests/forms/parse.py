"""Parses each line of standard input as a form, and prints names and values in hexadecimal: name=value&name=value."""

import sys
from urllib.parse import parse_qsl

for form in sys.stdin.read().splitlines():
    pairs = parse_qsl(form, keep_blank_values=True, strict_parsing=True, errors="strict")
    print("&".join(f"{name.encode().hex()}={value.encode().hex()}" for name, value in pairs))
