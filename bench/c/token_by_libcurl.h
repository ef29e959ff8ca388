/*
 * Gets a token with libcurl and libxml2, as a careful C programmer would. Both programs that use these libraries share
 * this code.
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
static int configure(CURL *curl, const char *base_url, const char *ca_file)
{
    char url[1024];

    if ((size_t)snprintf(url, sizeof url, "%s" TOKEN_PATH, base_url) >= sizeof url)
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

/* Makes one GET. Returns 0, or -1 after printing the error on stderr. */
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

/* Returns the text of a child element, NULL if there is none. Free it with xmlFree. */
static xmlChar *child_text(const xmlNode *parent, const char *name)
{
    for (xmlNode *child = parent->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && xmlStrEqual(child->name, BAD_CAST name))
            return xmlNodeGetContent(child);
    return NULL;
}

/* Converts "6/1/2014 8:00:00 AM", UTC, to Unix seconds. Returns -1 if the text has another form. */
static int64_t unix_seconds(const char *text)
{
    struct tm when;
    const char *end;

    memset(&when, 0, sizeof when);
    end = strptime(text, "%m/%d/%Y %I:%M:%S %p", &when);
    return end != NULL && *end == '\0' ? (int64_t)timegm(&when) : -1;
}

/* Copies a text. The copy is empty if the text is missing or too long. */
static void copy(char *to, size_t capacity, const xmlChar *text)
{
    if (text == NULL || (size_t)snprintf(to, capacity, "%s", (const char *)text) >= capacity)
        to[0] = '\0';
}

/* Returns 0, or -1 if the document contains no token. */
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

static int read_response(const struct body *body, struct token *token)
{
    int result = -1;
    xmlDoc *document = xmlReadMemory(body->bytes, (int)body->length, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *root = document == NULL ? NULL : xmlDocGetRootElement(document);

    /* Rejects a DTD, because it may contain entities. */
    if (root != NULL && document->intSubset == NULL && xmlStrEqual(root->name, BAD_CAST "Access_Token"))
        result = read_token(root, token);
    if (result != 0)
        fputs("the response contains no token\n", stderr);
    xmlFreeDoc(document);
    return result;
}

/*
 * Gets a token for a login. Returns 0, or -1 after printing the error on stderr. Wipes its own buffers; the caller
 * wipes the token.
 */
static int get_token(CURL *curl, const struct login *login, struct token *token)
{
    static struct body body;
    int result = fetch(curl, login, &body);

    if (result == 0)
        result = read_response(&body, token);
    explicit_bzero(body.bytes, body.length);
    return result;
}

#endif
