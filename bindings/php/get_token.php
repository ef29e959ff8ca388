<?php
/*
 * Gets an access token and prints it.
 *
 *     php -d ffi.enable=1 get_token.php BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * The secret (password) is the first line of standard input: other users can read a command line.
 */
declare(strict_types=1);

/* The used part of nativeflow.h. PHP converts a returned NULL to null, and copies a const char * into a PHP string. */
$nf = FFI::cdef('
    typedef struct nf_options nf_options;
    typedef struct nf_client nf_client;
    typedef struct nf_token nf_token;
    typedef struct nf_error nf_error;
    nf_options *nf_options_new(void);
    void nf_options_free(nf_options *options);
    nf_error *nf_options_set_base_url(nf_options *options, const char *url);
    nf_error *nf_options_set_ca_file(nf_options *options, const char *path);
    nf_error *nf_client_new(const nf_options *options, nf_client **out);
    void nf_client_free(nf_client *client);
    nf_error *nf_client_get_token(const nf_client *client, const char *key, char *login, char *secret, nf_token **out);
    const char *nf_token_value(const nf_token *token);
    int64_t nf_token_expires_at(const nf_token *token);
    const char *nf_token_instance_url(const nf_token *token);
    void nf_token_free(nf_token *token);
    const char *nf_error_name(const nf_error *error);
    const char *nf_error_message(const nf_error *error);
    const char *nf_error_remedy(const nf_error *error);
    void nf_error_free(nf_error *error);
', 'libnativeflow.so.0');

/*
 * Reads a line of standard input byte by byte into a C array: fgets() would leave it in PHP strings.
 * Returns an error text if the line does not fit or contains a NUL. Truncated, it would count as a wrong secret.
 */
function read_line(FFI\CData $into): ?string
{
    $libc = FFI::cdef('ssize_t read(int fd, void *into, size_t count); size_t strlen(const char *text);');
    $length = 0;
    while ($length < FFI::sizeof($into) - 1 && $libc->read(0, FFI::addr($into[$length]), 1) === 1
        && $into[$length] !== "\r" && $into[$length] !== "\n") {
        $length++;
    }
    $into[$length] = "\0";
    if ($length === FFI::sizeof($into) - 1) {
        return 'is longer than ' . ($length - 1) . ' bytes';
    }
    return $libc->strlen($into) < $length ? 'contains a NUL character' : null;
}

if ($argc < 4 || $argc > 5) {
    fwrite(STDERR, "usage: get_token.php BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n");
    exit(2);
}
/* C arrays. The bytes of a PHP string would be passed without a copy, and wiped for all variables that share them. */
$login = $nf->new('char[' . (strlen($argv[3]) + 1) . ']');
$secret = $nf->new('char[512]');
$client = $nf->new('nf_client *');
$token = $nf->new('nf_token *');
FFI::memcpy($login, $argv[3], strlen($argv[3]));

$options = $nf->nf_options_new();
$error = $nf->nf_options_set_base_url($options, $argv[1]);
$error ??= $argc === 5 ? $nf->nf_options_set_ca_file($options, $argv[4]) : null;
$error ??= $nf->nf_client_new($options, FFI::addr($client));
$nf->nf_options_free($options);
$wrong = null;
if ($error === null && ($wrong = read_line($secret)) === null) {
    $error = $nf->nf_client_get_token($client, $argv[2], $login, $secret, FFI::addr($token));
}
FFI::memset($login, 0, FFI::sizeof($login));
FFI::memset($secret, 0, FFI::sizeof($secret));
if ($wrong !== null) {
    fwrite(STDERR, "The secret $wrong.\n");
} elseif ($error === null) {
    $expires = $nf->nf_token_expires_at($token);
    $when = $expires < 0 ? 'unknown' : gmdate('Y-m-d H:i:s \U\T\C', $expires);
    echo "token:    {$nf->nf_token_value($token)}\nexpires:  $when\ninstance: {$nf->nf_token_instance_url($token)}\n";
} else {
    fwrite(STDERR, "{$nf->nf_error_name($error)}: {$nf->nf_error_message($error)}.\n{$nf->nf_error_remedy($error)}\n");
}
$nf->nf_token_free($token);
$nf->nf_error_free($error);
$nf->nf_client_free($client);
exit($wrong === null && $error === null ? 0 : 1);
