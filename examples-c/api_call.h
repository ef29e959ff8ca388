/* Calls an API with a token, through libcurl (-lcurl). */
#ifndef API_CALL_H
#define API_CALL_H

#include <curl/curl.h>
#include <nativeflow.h>
#include <stdio.h>
#include <string.h>

/*
 * Requests `path` of the token's host, and writes the response to standard output. Returns the HTTP status, or 0 and prints the
 * reason if there is none. libcurl does not wipe its copy of the token. Redirects stay off: it would send the token along.
 */
static long call_api(const nf_token *token, const char *path, const char *ca_file)
{
    const char *host = nf_token_instance_url(token);
    const char *value = nf_token_authorization(token);
    char url[4096], header[20000];
    int host_length = (int)strlen(host);
    long status = 0;

    host_length -= host_length > 0 && host[host_length - 1] == '/';
    snprintf(url, sizeof url, "%.*s%s", host_length, host, path);
    snprintf(header, sizeof header, "Authorization: %s", value);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, header);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    if (ca_file != NULL)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    CURLcode result = curl_easy_perform(curl);
    if (result != CURLE_OK)
        fprintf(stderr, "%s\n", curl_easy_strerror(result));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

#endif
