/*
 * A token by libcurl and libxml2, as a careful C programmer would get it. The same code in both programs that use them.
 */
#ifndef TOKEN_BY_LIBCURL_H
#define TOKEN_BY_LIBCURL_H

#include "login.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_PATH "/net2/oauth2/accesstoken.ashx"
#define CONNECT_TIMEOUT_MS 10000L
#define TIMEOUT_MS 60000L
#define LONGEST_BODY ((size_t)64 * 1024)

struct body {
    char bytes[LONGEST_BODY];
    size_t length;
};

struct token {
    char value[512];
    int64_t expires_at; /* Unix seconds, -1 when it cannot be read */
    char instance_url[512];
};

/* A short count makes libcurl end the transfer. */
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

/* Adds "name: value" to a list of headers; NULL when it cannot, and the list is freed. libcurl keeps a copy. */
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

/* What is the same for every call. 0, or -1 when the URL is too long. */
static int configure(CURL *curl, const char *base_url, const char *ca_file)
{
    char url[1024];

    if ((size_t)snprintf(url, sizeof url, "%s" TOKEN_PATH, base_url) >= sizeof url)
        return -1;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* else the system's folder of roots is trusted too */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "with-libcurl/0");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    return 0;
}

/* One GET. 0, or -1 after it has said on stderr what went wrong. */
static int fetch(CURL *curl, const struct login *login, struct body *body)
{
    char why[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers;
    long status = 0;
    int result = -1;
    CURLcode code;

    body->length = 0;
    headers = add_header(NULL, "Accept", "application/xml");
    if (headers != NULL)
        headers = add_header(headers, "X-ConsumerKey", login->key);
    if (headers == NULL)
        return -1;
    curl_easy_setopt(curl, CURLOPT_USERNAME, login->name);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, login->secret);
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

/* The text of a child element, to be freed with xmlFree; NULL when there is none. */
static xmlChar *child_text(const xmlNode *parent, const char *name)
{
    for (xmlNode *child = parent->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && xmlStrEqual(child->name, BAD_CAST name))
            return xmlNodeGetContent(child);
    return NULL;
}

/* "6/1/2014 8:00:00 AM", UTC, as Unix seconds; -1 when it is not that. */
static int64_t unix_seconds(const char *text)
{
    struct tm when;
    const char *end;

    memset(&when, 0, sizeof when);
    end = strptime(text, "%m/%d/%Y %I:%M:%S %p", &when);
    return end != NULL && *end == '\0' ? (int64_t)timegm(&when) : -1;
}

/* Copies a text; one that is absent or too long is left empty. */
static void copy(char *to, size_t capacity, const xmlChar *text)
{
    if (text == NULL || (size_t)snprintf(to, capacity, "%s", (const char *)text) >= capacity)
        to[0] = '\0';
}

/* 0, or -1 when there is no token in the document. */
static int read_token(const xmlNode *root, struct token *token)
{
    xmlChar *value = child_text(root, "Token");
    xmlChar *expiry = child_text(root, "Expiration_date");
    xmlChar *instance = child_text(root, "Instance_Url");

    copy(token->value, sizeof token->value, value);
    copy(token->instance_url, sizeof token->instance_url, instance);
    token->expires_at = expiry == NULL ? -1 : unix_seconds((const char *)expiry);
    if (value != NULL)
        explicit_bzero(value, (size_t)xmlStrlen(value));
    xmlFree(value);
    xmlFree(expiry);
    xmlFree(instance);
    return token->value[0] != '\0' ? 0 : -1;
}

static int read_answer(const struct body *body, struct token *token)
{
    int result = -1;
    xmlDoc *document = xmlReadMemory(body->bytes, (int)body->length, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *root = document == NULL ? NULL : xmlDocGetRootElement(document);

    /* No DTD: it may hold entities. */
    if (root != NULL && document->intSubset == NULL && xmlStrEqual(root->name, BAD_CAST "Access_Token"))
        result = read_token(root, token);
    if (result != 0)
        fputs("no token in the answer\n", stderr);
    xmlFreeDoc(document);
    return result;
}

/* A token for a login. 0, or -1 after it has said on stderr what went wrong. What can be wiped is, but for the token. */
static int get_token(CURL *curl, const struct login *login, struct token *token)
{
    static struct body body;
    int result = fetch(curl, login, &body);

    if (result == 0)
        result = read_answer(&body, token);
    explicit_bzero(body.bytes, body.length);
    return result;
}

#endif
