/* Gets a token of the OAuth 2.0 service (password grant) with libcurl and cJSON, as a careful C programmer would. */
#ifndef OAUTH2_BY_LIBCURL_H
#define OAUTH2_BY_LIBCURL_H

#include "login.h"
#include "request_by_libcurl.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OAUTH2_TOKEN_PATH "/oauth2/v0/token"

/* A form: name=value&name=value. The caller wipes it. */
struct form {
    char text[4096];
    size_t length;
};

/* Returns 0, or -1 if the form is too long. */
static int add_parameter(CURL *curl, struct form *form, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(curl, value, 0);
    size_t room = sizeof form->text - form->length;
    const char *separator = form->length == 0 ? "" : "&";
    int length;

    if (escaped == NULL)
        return -1;
    length = snprintf(form->text + form->length, room, "%s%s=%s", separator, name, escaped);
    explicit_bzero(escaped, strlen(escaped));
    curl_free(escaped);
    if (length < 0 || (size_t)length >= room)
        return -1;
    form->length += (size_t)length;
    return 0;
}

static int fill(CURL *curl, struct form *form, const struct login *login)
{
    const char *const parameters[][2] = {
        {"client_id", login->key},   {"client_secret", login->client_secret},
        {"grant_type", "password"},  {"username", login->name},
        {"password", login->secret}, {"credtype", "password"},
    };

    form->length = 0;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        if (add_parameter(curl, form, parameters[i][0], parameters[i][1]) != 0)
            return -1;
    return 0;
}

/* Makes one POST. libcurl adds the Content-Type of a form. Returns 0, or -1 after printing the error on stderr. */
static int post(CURL *curl, const struct login *login, struct body *body)
{
    struct form form;
    struct curl_slist *headers = add_header(NULL, "Accept", "application/json");
    int result = -1;

    if (headers != NULL && fill(curl, &form, login) == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form.text); /* no copy */
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)form.length);
        result = perform(curl, headers, body);
    } else {
        free_headers(headers);
    }
    explicit_bzero(&form, sizeof form);
    return result;
}

/* Copies a member that is a text. The copy is empty if it is missing or too long. */
static void copy_member(char *to, size_t capacity, const cJSON *document, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(document, name));

    if (text == NULL || (size_t)snprintf(to, capacity, "%s", text) >= capacity)
        to[0] = '\0';
}

/* Reads a lifetime in seconds, a text or a number. Returns the end of it in Unix seconds, -1 if there is none. */
static int64_t end_of_lifetime(const cJSON *document, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(document, name);
    char *end;
    long long seconds;

    if (cJSON_IsNumber(member))
        return (int64_t)time(NULL) + (int64_t)cJSON_GetNumberValue(member);
    if (!cJSON_IsString(member))
        return -1;
    seconds = strtoll(cJSON_GetStringValue(member), &end, 10);
    return end != cJSON_GetStringValue(member) && *end == '\0' ? (int64_t)time(NULL) + seconds : -1;
}

/* Returns 0, or -1 if the document contains no token. */
static int read_document(const struct body *body, struct token *token)
{
    cJSON *document = cJSON_ParseWithLength(body->bytes, body->length);
    char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(document, "access_token"));

    copy_member(token->value, sizeof token->value, document, "access_token");
    copy_member(token->instance_url, sizeof token->instance_url, document, "geolocation");
    token->expires_at = end_of_lifetime(document, "expires_in");
    if (value != NULL)
        explicit_bzero(value, strlen(value));
    cJSON_Delete(document);
    if (token->value[0] != '\0')
        return 0;
    fputs("the response contains no token\n", stderr);
    return -1;
}

/*
 * Gets a token for a login. Returns 0, or -1 after printing the error on stderr. Wipes its own buffers; the caller
 * wipes the token.
 */
static int get_oauth2_token(CURL *curl, const struct login *login, struct token *token)
{
    static struct body body;
    int result = post(curl, login, &body);

    if (result == 0)
        result = read_document(&body, token);
    explicit_bzero(body.bytes, body.length);
    return result;
}

#endif
