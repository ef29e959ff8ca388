#include <nativeflow.h>
#include <stdio.h>

/* Creates a client. Returns NULL if a value is invalid. */
nf_client *client_for(const char *base_url, const char *ca_file)
{
    nf_client *client = NULL;
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, base_url);

    if (error == NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL)
        error = nf_options_set_timeout_ms(options, 20000);
    if (error == NULL)
        error = nf_client_new(options, &client);
    if (error != NULL)
        fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
                nf_error_message(error), nf_error_remedy(error));
    nf_error_free(error);
    nf_options_free(options);
    return client;
}
