/*
 * Gets a token of the Native Flow with libcurl and libxml2, as a careful C programmer would. Both programs that use
 * these libraries share this code.
 */
#ifndef TOKEN_BY_LIBCURL_H
#define TOKEN_BY_LIBCURL_H

#include "login.h"
#include "request_by_libcurl.h"

#include <inttypes.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOKEN_PATH "/net2/oauth2/accesstoken.ashx"

/* Makes one GET. Returns 0, or -1 after printing the error on stderr. */
static int fetch(CURL *curl, const struct login *login, struct body *body)
{
    struct curl_slist *headers = add_header(NULL, "Accept", "application/xml");

    if (headers != NULL)
        headers = add_header(headers, "X-ConsumerKey", login->key);
    if (headers == NULL)
        return -1;
    curl_easy_setopt(curl, CURLOPT_USERNAME, login->name);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, login->secret);
    return perform(curl, headers, body);
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
