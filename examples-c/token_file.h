/*
 * A file with a refresh token and its instance URL, one line each. The OAuth 2.0 service replaces a refresh token when it is
 * used. Only the new one is valid then, so it must not be lost.
 */
#ifndef TOKEN_FILE_H
#define TOKEN_FILE_H

#include "read_line.h"
#include <fcntl.h>
#include <libgen.h>
#include <nativeflow.h>
#include <unistd.h>

/* Reads the file, without a buffer of the C library. If it cannot be read, prints the reason and returns NULL, without a token. */
static nf_error *load_token(const char *path, const char *scheme, nf_token **token)
{
    char text[20000] = "";
    int file = open(path, O_RDONLY);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    nf_error *error = NULL;

    if (size < 0)
        perror(path);
    else if (size == sizeof text - 1 || strlen(text) != (size_t)size)
        fprintf(stderr, "%s is too long, or contains a NUL character.\n", path);
    else {
        size_t end = strcspn(text, "\r\n"), url = end + strspn(text + end, "\r\n");
        text[end] = text[url + strcspn(text + url, "\r\n")] = '\0';
        error = nf_token_new(scheme, NULL, text, text + url, -1, -1, token);
    }
    wipe(text, sizeof text);
    if (file >= 0)
        close(file);
    return error;
}

/*
 * Creates PATH.new, which only this user can read. Do this before the refresh: a full disk or a missing right must not be found
 * after it. Fails if the file exists. Then another process refreshes the token, or one was stopped: look into both files.
 */
static int create_new(const char *path, char *new_path, size_t capacity)
{
    int file = -1;
    if (snprintf(new_path, capacity, "%s.new", path) < (int)capacity)
        file = open(new_path, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (file < 0)
        perror(new_path);
    return file;
}

static int write_line(int file, const char *text)
{
    size_t size = strlen(text);
    return write(file, text, size) == (ssize_t)size && write(file, "\n", 1) == 1;
}

/* Puts the new file in the place of the old one. After a crash, one of the two is there as a whole. Changes `path`. */
static int store_token(int file, const char *new_path, char *path, const nf_token *token)
{
    int is_stored = write_line(file, nf_token_refresh_token(token)) && write_line(file, nf_token_instance_url(token)) &&
                    fsync(file) == 0 && rename(new_path, path) == 0;
    int folder = is_stored ? open(dirname(path), O_RDONLY) : -1; /* it contains the new name */
    is_stored = is_stored && fsync(folder) == 0;
    if (!is_stored)
        perror(new_path);
    if (folder >= 0)
        close(folder);
    return is_stored;
}

#endif
