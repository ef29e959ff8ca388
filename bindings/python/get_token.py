#!/usr/bin/env python3
"""Gets an access token and prints it.

    get_token.py BASE_URL CONSUMER_KEY LOGIN [CA_FILE]

The secret (password) is the first line of standard input: other users can read a command line.
"""

import os
import sys
import time
from ctypes import CDLL, POINTER, byref, c_char_p, c_int64, c_ubyte, c_void_p

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
declare(c_int64, [c_void_p], "nf_token_expires_at")
declare(None, [c_void_p], "nf_options_free", "nf_client_free", "nf_token_free", "nf_error_free")


def read_line(into):
    """Reads a line of standard input byte by byte into a bytearray: sys.stdin would keep a copy of it.

    Exits if the line does not fit or contains a NUL: truncated, it would count as a wrong secret.
    """
    length, view = 0, memoryview(into)
    while length < len(into) - 1 and os.readv(0, [view[length : length + 1]]) and into[length] not in b"\r\n":
        length += 1
    if length == len(into) - 1:
        sys.exit(f"The secret is longer than {length - 1} bytes.")
    if into.find(0, 0, length) >= 0:
        sys.exit("The secret contains a NUL character.")
    into[length] = 0


def c_array(of):
    """Returns a C array that shares the bytes of a bytearray. C may write to it."""
    return (c_ubyte * len(of)).from_buffer(of)


def main(base_url, key, login, ca_file=None):
    login, secret = bytearray(login + b"\0"), bytearray(512)
    options, client, token = nf.nf_options_new(), c_void_p(), c_void_p()
    error = nf.nf_options_set_base_url(options, base_url)
    if ca_file is not None:
        error = error or nf.nf_options_set_ca_file(options, ca_file)
    error = error or nf.nf_client_new(options, byref(client))
    nf.nf_options_free(options)
    try:
        if not error:
            read_line(secret)
            error = nf.nf_client_get_token(client, key, c_array(login), c_array(secret), byref(token))
        if error:
            facts = nf.nf_error_name(error), nf.nf_error_message(error), nf.nf_error_remedy(error)
            sys.stderr.buffer.write(b"%s: %s.\n%s\n" % facts)
            return 1
        expires = nf.nf_token_expires_at(token)
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(expires)) if expires >= 0 else "unknown"
        facts = nf.nf_token_value(token), when.encode(), nf.nf_token_instance_url(token)
        sys.stdout.buffer.write(b"token:    %s\nexpires:  %s\ninstance: %s\n" % facts)
        return 0
    finally:
        login[:], secret[:] = bytes(len(login)), bytes(len(secret))
        nf.nf_token_free(token)
        nf.nf_error_free(error)
        nf.nf_client_free(client)


if not 4 <= len(sys.argv) <= 5:
    sys.stderr.write("usage: get_token.py BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n")
    sys.exit(2)
sys.exit(main(*map(os.fsencode, sys.argv[1:])))
