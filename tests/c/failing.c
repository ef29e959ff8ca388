/*
 * A preloaded library: one system call fails. FAILING is its name and the error number, as in "recv 105". `recv` fails
 * after something was sent. `connect` fails immediately and connects to nothing.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int is_sent;

/* Returns the error of this call, or 0 if it must not fail. */
static int error_of(const char *name)
{
    const char *failing = getenv("FAILING");
    size_t length = strlen(name);
    if (failing == NULL || strncmp(failing, name, length) != 0 || failing[length] != ' ')
        return 0;
    return (int)strtol(failing + length, NULL, 10);
}

ssize_t send(int socket, const void *bytes, size_t size, int flags)
{
    is_sent = 1;
    return sendto(socket, bytes, size, flags, NULL, 0);
}

ssize_t recv(int socket, void *bytes, size_t size, int flags)
{
    int error = is_sent ? error_of("recv") : 0;
    if (error == 0)
        return recvfrom(socket, bytes, size, flags, NULL, NULL);
    errno = error;
    return -1;
}

int connect(int socket, const struct sockaddr *address, socklen_t size)
{
    int error = error_of("connect");
    if (error == 0)
        return (int)syscall(SYS_connect, socket, address, size);
    errno = error;
    return -1;
}
