#include <fcntl.h>
#include <nativeflow.h>
#include <stdio.h>
#include <unistd.h>

/* Reads the secret from a file, without a buffer that keeps a copy. */
static int32_t NF_CALL read_file(void *path, const char *login,
                                 int32_t last_code, char *buffer,
                                 size_t capacity)
{
    int file = open(path, O_RDONLY);
    ssize_t length;

    if (last_code != NF_OK)
        fprintf(stderr, "%s: the last secret was refused (%s)\n", login,
                nf_code_name(last_code));
    if (file < 0)
        return NF_SECRET_UNAVAILABLE;
    length = read(file, buffer, capacity);
    close(file);
    if (length < 0 || (size_t)length == capacity) /* too long */
        return NF_SECRET_UNAVAILABLE;
    if (length > 0 && buffer[length - 1] == '\n')
        length--;
    return length == 0 ? NF_SECRET_NONE : (int32_t)length;
}

/* `path` must stay valid until clients and sessions are freed. */
nf_error *read_secrets_from(nf_options *options, char *path)
{
    return nf_options_set_secret_callback(options, read_file, path);
}
