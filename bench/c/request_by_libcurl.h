/* One request with libcurl, as a careful C programmer would make it. All programs that use libcurl share this code. */
#ifndef REQUEST_BY_LIBCURL_H
#define REQUEST_BY_LIBCURL_H

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 10000L
#define TIMEOUT_MS 60000L
#define MAX_BODY_LEN ((size_t)64 * 1024)

struct body {
    char bytes[MAX_BODY_LEN];
    size_t length;
};

struct token {
    char value[512];
    int64_t expires_at; /* Unix seconds, -1 if it cannot be parsed */
    char instance_url[512];
};

/* A short count makes libcurl abort the transfer. */
static size_t collect(char *bytes, size_t size, size_t count, void *user)
{
    struct body *body = user;
    size_t length = size * count;

    if (length > sizeof body->bytes - body->length)
        return 0;
    memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
    return length;
}

/* Adds "name: value" to a list of headers. Returns NULL and frees the list if that fails. libcurl keeps a copy. */
static struct curl_slist *add_header(struct curl_slist *headers, const char *name, const char *value)
{
    char line[512];
    int length = snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = NULL;

    if (length >= 0 && (size_t)length < sizeof line)
        longer = curl_slist_append(headers, line);
    explicit_bzero(line, sizeof line);
    if (longer == NULL)
        curl_slist_free_all(headers);
    return longer;
}

static void free_headers(struct curl_slist *headers)
{
    for (struct curl_slist *each = headers; each != NULL; each = each->next)
        explicit_bzero(each->data, strlen(each->data));
    curl_slist_free_all(headers);
}

/* Sets the options that are the same for every call. Returns 0, or -1 if the URL is too long. */
static int configure(CURL *curl, const char *base_url, const char *path, const char *ca_file)
{
    char url[1024];

    if ((size_t)snprintf(url, sizeof url, "%s%s", base_url, path) >= sizeof url)
        return -1;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* do not trust the system's directory of root certificates */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* none, even if the environment sets one */
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "with-libcurl/0");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    return 0;
}

/* Makes the request and frees its headers. Returns 0, or -1 after printing the error on stderr. */
static int perform(CURL *curl, struct curl_slist *headers, struct body *body)
{
    char why[CURL_ERROR_SIZE] = "";
    long status = 0;
    int result = -1;
    CURLcode code;

    body->length = 0;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);

    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        fprintf(stderr, "%s: %s\n", curl_easy_strerror(code), why);
    else if (status != 200)
        fprintf(stderr, "status %ld\n", status);
    else
        result = 0;
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    free_headers(headers);
    return result;
}

#endif
