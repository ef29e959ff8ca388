/*
 * Commands to the stub, sent to its port without TLS, and its counts. For one thread at a time. A program calls
 * `use_stub` first.
 */
#ifndef STUB_CONTROL_H
#define STUB_CONTROL_H

#include "check.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_WAIT_MS = 20000 };

static int stub_port;
static char stub_reply[8192];

/* Sets the stub by its base URL without TLS. */
static inline void use_stub(const char *plain_url)
{
    stub_port = atoi(strrchr(plain_url, ':') + 1);
}

static inline void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static inline double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Sends a request with this value of Authorization. Returns the status; `stub_reply` contains the whole response. */
static inline int stub_request(const char *path, const char *authorization)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)stub_port)};
    char text[4096];
    ssize_t received, total = 0;
    int status = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0);
    int length = snprintf(text, sizeof text,
                          "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nConnection: close\r\n\r\n", path,
                          authorization);
    CHECK(length < (int)sizeof text && write(s, text, (size_t)length) == length);
    while ((received = read(s, stub_reply + total, sizeof stub_reply - 1 - (size_t)total)) > 0)
        total += received;
    stub_reply[total] = '\0';
    CHECK(sscanf(stub_reply, "HTTP/1.1 %d", &status) == 1);
    close(s);
    return status;
}

/* Sends a command, such as "hold". */
static inline void stub_command(const char *command)
{
    char path[256];
    snprintf(path, sizeof path, "/stub/%s", command);
    CHECK(stub_request(path, "none") == 200);
}

/* Requests a report from the API. Returns the status. */
static inline int use_token(const nf_token *token)
{
    return stub_request("/api/v3.0/expense/reports", nf_token_authorization(token));
}

/* Returns a number of the stub's counts; of `logins`, the sum. */
static inline long stub_count(const char *name)
{
    char member[64];
    long sum = 0;

    stub_command("counts");
    snprintf(member, sizeof member, "\"%s\":", name);
    const char *at = strstr(stub_reply, member);
    CHECK(at != NULL);
    if (at == NULL)
        return -1;
    at += strlen(member) + (at[strlen(member)] == '[');
    for (char *end; (sum += strtol(at, &end, 10), *end == ',') && strcmp(name, "logins") == 0;)
        at = end + 1;
    return sum;
}

/* Returns the number of logins and refreshes that have arrived. */
static inline long stub_asked(void)
{
    return stub_count("logins") + stub_count("refreshes");
}

/* Waits until so many logins and refreshes have arrived. */
static inline void wait_for_asked(long count)
{
    for (long waited = 0; stub_asked() < count; waited += 2) {
        if (waited > MAX_WAIT_MS) {
            fprintf(stderr, "%ld instead of %ld requests\n", stub_asked(), count);
            failures++;
            return;
        }
        sleep_ms(2);
    }
}

#endif
