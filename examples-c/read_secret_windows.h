/* The part of read_secret.h for Windows. */
#include <windows.h>

/* Reads UTF-16, because UTF-8 from a console is broken outside ASCII in many versions of Windows. */
static int read_console(HANDLE console, char *secret, size_t capacity)
{
    wchar_t wide[512];
    DWORD count = 0;
    int length = 0, is_whole;

    ReadConsoleW(console, wide, sizeof wide / sizeof wide[0], &count, NULL);
    is_whole = count > 0 && wide[count - 1] == L'\n';
    while (count > 0 && (wide[count - 1] == L'\n' || wide[count - 1] == L'\r'))
        count--;
    if (count > 0)
        length =
            WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, wide, (int)count, secret, (int)capacity - 1, NULL, NULL);
    SecureZeroMemory(wide, sizeof wide);
    if (!is_whole || (count > 0 && length == 0))
        return refuse_secret("The secret is longer than its buffer.", secret, capacity);
    secret[length] = '\0';
    if (strlen(secret) != (size_t)length)
        return refuse_secret("The secret contains a NUL character.", secret, capacity);
    return 1;
}

/* See read_secret.h. */
static int ask_secret(const char *prompt, char *secret, size_t capacity)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD before;
    int is_read;

    if (!GetConsoleMode(input, &before)) {
        setvbuf(stdin, NULL, _IONBF, 0);
        return read_line(secret, capacity);
    }
    SetConsoleMode(input, before & ~(DWORD)ENABLE_ECHO_INPUT);
    fputs(prompt, stderr);
    is_read = read_console(input, secret, capacity);
    SetConsoleMode(input, before);
    fputc('\n', stderr);
    return is_read;
}
