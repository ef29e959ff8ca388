#!/usr/bin/env perl
# Gets an access token and prints it.
#
#     get_token.pl BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
#
# The secret (password) is the first line of standard input: other users can read a command line.
use strict;
use warnings;
use FFI::Platypus 2.00;
use FFI::Platypus::Memory qw(calloc free memset strdup);
use POSIX qw(strftime);

my $nativeflow = FFI::Platypus->new(api => 2, lib => 'libnativeflow.so.0');
$nativeflow->attach(nf_options_new          => []                    => 'opaque');
$nativeflow->attach(nf_options_free         => ['opaque']            => 'void');
$nativeflow->attach(nf_options_set_base_url => ['opaque', 'string']  => 'opaque');
$nativeflow->attach(nf_options_set_ca_file  => ['opaque', 'string']  => 'opaque');
$nativeflow->attach(nf_client_new           => ['opaque', 'opaque*'] => 'opaque');
$nativeflow->attach(nf_client_free          => ['opaque']            => 'void');
# Login and secret are C memory. A string would be a scalar's own bytes, and wiped for all scalars that share them.
$nativeflow->attach(nf_client_get_token => ['opaque', 'string', 'opaque', 'opaque', 'opaque*'] => 'opaque');
$nativeflow->attach(nf_token_value        => ['opaque'] => 'string');
$nativeflow->attach(nf_token_expires_at   => ['opaque'] => 'sint64');
$nativeflow->attach(nf_token_instance_url => ['opaque'] => 'string');
$nativeflow->attach(nf_token_free         => ['opaque'] => 'void');
$nativeflow->attach(nf_error_name         => ['opaque'] => 'string');
$nativeflow->attach(nf_error_message      => ['opaque'] => 'string');
$nativeflow->attach(nf_error_remedy       => ['opaque'] => 'string');
$nativeflow->attach(nf_error_free         => ['opaque'] => 'void');

my $libc = FFI::Platypus->new(api => 2, lib => undef);
$libc->attach([read => 'read_fd'] => ['int', 'opaque', 'size_t'] => 'ssize_t');
$libc->attach(strcspn => ['opaque', 'string'] => 'size_t');
$libc->attach(strlen => ['opaque'] => 'size_t');

# Reads a line of standard input byte by byte into zeroed memory: <STDIN> and sysread would leave it in Perl scalars.
# Returns an error text if the line does not fit or contains a NUL. Truncated, it would count as a wrong secret.
sub read_line {
    my ($into, $capacity) = @_;
    my $length = 0;
    while ($length < $capacity - 1 && read_fd(0, $into + $length, 1) == 1) {
        last if strcspn($into, "\r\n") < ++$length;
    }
    return 'contains a NUL character' if strlen($into) < $length;
    $length = strcspn($into, "\r\n");
    memset($into + $length, 0, 1);
    return $length < $capacity - 1 ? undef : 'is longer than ' . ($length - 1) . ' bytes';
}

if (@ARGV < 3 || @ARGV > 4) {
    print STDERR "usage: get_token.pl BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n";
    exit 2;
}
my ($base_url, $key, $login_text, $ca_file) = @ARGV;
my ($login, $secret) = (strdup($login_text), calloc(512, 1));
my ($client, $token);

my $options = nf_options_new();
my $error = nf_options_set_base_url($options, $base_url);
$error //= nf_options_set_ca_file($options, $ca_file) if defined $ca_file;
$error //= nf_client_new($options, \$client);
nf_options_free($options);
my $wrong;
if (!$error && !defined($wrong = read_line($secret, 512))) {
    $error = nf_client_get_token($client, $key, $login, $secret, \$token);
}
memset($login, 0, strlen($login));
memset($secret, 0, 512);
free($_) for $login, $secret;
if (defined $wrong) {
    print STDERR "The secret $wrong.\n";
} elsif ($error) {
    print STDERR nf_error_name($error), ': ', nf_error_message($error), ".\n", nf_error_remedy($error), "\n";
} else {
    my $expires = nf_token_expires_at($token);
    my $when = $expires < 0 ? 'unknown' : strftime('%Y-%m-%d %H:%M:%S UTC', gmtime $expires);
    print 'token:    ', nf_token_value($token), "\nexpires:  $when\ninstance: ", nf_token_instance_url($token), "\n";
}
nf_token_free($token);
nf_error_free($error);
nf_client_free($client);
exit(defined $wrong || $error ? 1 : 0);
