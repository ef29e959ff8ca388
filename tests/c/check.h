/* Shared by the test programs: a check that prints its place if it fails, and continues. */
#ifndef CHECK_H
#define CHECK_H

#include <nativeflow.h>
#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition);                              \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

/* Checks that a call returned `code`, with a message and a remedy if it failed, and frees the error. */
static inline void expect_at(int line, nf_error *error, int32_t code)
{
    if (nf_error_code(error) != code) {
        fprintf(stderr, "line %d: %s instead of %s: %s\n", line, nf_error_name(error), nf_code_name(code),
                nf_error_message(error));
        failures++;
    }
    if (error != NULL && (nf_error_message(error)[0] == '\0' || nf_error_remedy(error)[0] == '\0')) {
        fprintf(stderr, "line %d: error without message or remedy\n", line);
        failures++;
    }
    nf_error_free(error);
}
#define EXPECT(error, code) expect_at(__LINE__, error, code)

static inline int all_zero(const char *buffer, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (buffer[i] != 0)
            return 0;
    return 1;
}

/* Reads one line of standard input without its line break. */
static inline char *read_line(char *buffer, size_t capacity)
{
    if (fgets(buffer, (int)capacity, stdin) == NULL)
        buffer[0] = '\0';
    buffer[strcspn(buffer, "\n")] = '\0';
    return buffer;
}

/* Returns the text of a line of the log, after the ID of its call. */
static inline const char *step_of(const char *line)
{
    const char *space = strchr(line, ' ');
    return space == NULL ? line : space + 1;
}

static inline int finish(void)
{
    if (failures == 0)
        printf("all checks passed\n");
    return failures != 0;
}

#endif
