#include <nativeflow.h>
#include <stdio.h>

static void NF_CALL write_line(void *file, int32_t level,
                               const char *line)
{
    fprintf(file, "%s%s\n",
            level == NF_LOG_INFO ? "" : "attention: ", line);
}

static void NF_CALL close_file(void *file)
{
    fclose(file);
}

/* Writes the log to a file, which is closed after the last call. */
nf_error *log_to(nf_options *options, FILE *file)
{
    nf_error *error = nf_options_on_release(options, close_file, file);

    if (error == NULL)
        error = nf_options_set_log(options, write_line, file);
    return error;
}
