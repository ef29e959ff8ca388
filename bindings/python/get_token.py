#!/usr/bin/env python3
"""Gets an access token and prints it. Can be imported as a module: see get_token().

    get_token.py BASE_URL CONSUMER_KEY LOGIN [CA_FILE]

The secret (password) is the first line of standard input: other users can read a command line.
"""

import os
import sys
import time
from ctypes import CDLL, POINTER, byref, c_char_p, c_int64, c_ubyte, c_void_p
from typing import NamedTuple

nf = CDLL("libnativeflow.so.0")


def declare(result, arguments, *names):
    """Declares the types of C functions: ctypes treats an undeclared result as an int, which truncates a pointer."""
    for name in names:
        function = getattr(nf, name)
        function.restype, function.argtypes = result, arguments


declare(c_void_p, [], "nf_options_new")
declare(c_void_p, [c_void_p, c_char_p], "nf_options_set_base_url", "nf_options_set_ca_file")
declare(c_void_p, [c_void_p, POINTER(c_void_p)], "nf_client_new")
# POINTER(c_ubyte) accepts only arrays. POINTER(c_char), c_char_p and c_void_p also accept bytes, and the library would
# wipe a constant.
declare(c_void_p, [c_void_p, c_char_p, POINTER(c_ubyte), POINTER(c_ubyte), POINTER(c_void_p)], "nf_client_get_token")
declare(c_char_p, [c_void_p], "nf_error_name", "nf_error_message", "nf_error_remedy")
declare(c_char_p, [c_void_p], "nf_token_value", "nf_token_instance_url")
declare(c_int64, [c_void_p], "nf_token_expires_at", "nf_error_retry_after_ms")
declare(None, [c_void_p], "nf_options_free", "nf_client_free", "nf_token_free", "nf_error_free")


def read_line(into):
    """Reads a line of standard input byte by byte into a bytearray: sys.stdin would keep a copy of it.

    Raises ValueError if the line does not fit or contains a NUL: truncated, it would count as a wrong secret.
    """
    length, view = 0, memoryview(into)
    while length < len(into) - 1 and os.readv(0, [view[length : length + 1]]) and into[length] not in b"\r\n":
        length += 1
    if length == len(into) - 1:
        raise ValueError(f"The secret is longer than {length - 1} bytes.")
    if into.find(0, 0, length) >= 0:
        raise ValueError("The secret contains a NUL character.")
    into[length] = 0


def c_array(of):
    """Returns a C array that shares the bytes of a bytearray. C may write to it."""
    return (c_ubyte * len(of)).from_buffer(of)


class NativeflowError(Exception):
    """A failed call. Its text is one line, without secrets. Retry only if retry_after_ms is not -1, and after that time."""

    def __init__(self, error):
        self.name = nf.nf_error_name(error).decode()
        self.message = nf.nf_error_message(error).decode()
        self.remedy = nf.nf_error_remedy(error).decode()
        self.retry_after_ms = nf.nf_error_retry_after_ms(error)
        super().__init__(f"{self.name}: {self.message}. {self.remedy}")


class Token(NamedTuple):
    """A token. Python cannot wipe it."""

    value: str
    expires_at: int  # Unix seconds; -1: unknown
    instance_url: str


def get_token(base_url, key, login, secret, ca_file=None):
    """Gets a token, or raises NativeflowError. base_url, key and ca_file are bytes in UTF-8.

    login and secret are bytearrays in UTF-8 with a NUL after the text. Both are zeros afterwards, so a retry needs new ones.
    secret is None for a user without a password.
    """
    options, client, token, error = nf.nf_options_new(), c_void_p(), c_void_p(), None
    try:
        if b"\0" not in login or secret is not None and b"\0" not in secret:
            raise ValueError("login and secret need a NUL after the text")
        if secret is not None and secret[0] == 0:
            raise ValueError("the secret is empty, or was used before")
        error = nf.nf_options_set_base_url(options, base_url)
        if ca_file is not None:
            error = error or nf.nf_options_set_ca_file(options, ca_file)
        error = error or nf.nf_client_new(options, byref(client))
        if not error:
            given = None if secret is None else c_array(secret)
            error = nf.nf_client_get_token(client, key, c_array(login), given, byref(token))
        if error:
            raise NativeflowError(error)
        value, instance_url = nf.nf_token_value(token), nf.nf_token_instance_url(token)
        return Token(value.decode(), nf.nf_token_expires_at(token), instance_url.decode())
    finally:
        login[:] = bytes(len(login))
        if secret is not None:
            secret[:] = bytes(len(secret))
        nf.nf_token_free(token)
        nf.nf_error_free(error)
        nf.nf_options_free(options)
        nf.nf_client_free(client)


def main(base_url, key, login, ca_file=None):
    secret = bytearray(512)
    try:
        read_line(secret)
        token = get_token(base_url, key, bytearray(login + b"\0"), secret if secret[0] else None, ca_file)
    except NativeflowError as error:
        sys.stderr.buffer.write(f"{error.name}: {error.message}.\n{error.remedy}\n".encode())
        return 1
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        secret[:] = bytes(len(secret))
    expires = time.gmtime(token.expires_at) if token.expires_at >= 0 else None
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", expires) if expires else "unknown"
    sys.stdout.buffer.write(f"token:    {token.value}\nexpires:  {when}\ninstance: {token.instance_url}\n".encode())
    return 0


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.stderr.write("usage: get_token.py BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n")
        sys.exit(2)
    sys.exit(main(*map(os.fsencode, sys.argv[1:])))
