#include <nativeflow.h>
#include <stdio.h>
#include <time.h>

/* Prints the header for requests and their URL, and wipes the token. */
void print_and_free(nf_token *token)
{
    time_t expires = (time_t)nf_token_expires_at(token);

    printf("Authorization: %s\n", nf_token_authorization(token));
    printf("Base URL: %s\n", nf_token_instance_url(token));
    if (expires != -1)
        printf("Expires: %s", asctime(gmtime(&expires)));
    nf_token_free(token);
}
