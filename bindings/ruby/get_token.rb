#!/usr/bin/env ruby
# frozen_string_literal: true

# Gets an access token and prints it.
#
#     get_token.rb BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
#
# The secret (password) is the first line of standard input: other users can read a command line.
require 'fiddle/import'

# The used part of nativeflow.h, and read. Every pointer is a void * in Fiddle; test it with null?.
module C
  extend Fiddle::Importer
  dlload 'libnativeflow.so.0', 'libc.so.6'
  extern 'void *nf_options_new()'
  extern 'void nf_options_free(void *options)'
  extern 'void *nf_options_set_base_url(void *options, const char *url)'
  extern 'void *nf_options_set_ca_file(void *options, const char *path)'
  extern 'void *nf_client_new(void *options, void **out)'
  extern 'void nf_client_free(void *client)'
  extern 'void *nf_client_get_token(void *client, const char *key, char *login, char *secret, void **out)'
  extern 'const char *nf_token_value(void *token)'
  extern 'int64_t nf_token_expires_at(void *token)'
  extern 'const char *nf_token_instance_url(void *token)'
  extern 'void nf_token_free(void *token)'
  extern 'const char *nf_error_name(void *error)'
  extern 'const char *nf_error_message(void *error)'
  extern 'const char *nf_error_remedy(void *error)'
  extern 'void nf_error_free(void *error)'
  extern 'ssize_t read(int fd, void *into, size_t count)'
end

# C memory. The bytes of a String would be passed without a copy, and wiped for all objects that share them.
def buffer(text, size)
  memory = Fiddle::Pointer.malloc(size, Fiddle::RUBY_FREE)
  memory[0, size] = text.b.ljust(size, "\0")
  memory
end

# Reads a line of standard input byte by byte: gets and sysread would leave it in Ruby strings. Aborts if the line does not
# fit or contains a NUL: truncated, it would count as a wrong secret.
def read_line(into)
  length = 0
  length += 1 while length < into.size - 1 && C.read(0, into + length, 1) == 1 && ![10, 13].include?(into[length])
  abort "The secret is longer than #{length - 1} bytes." if length == into.size - 1
  abort 'The secret contains a NUL character.' if length.times.any? { |at| into[at].zero? }
  into[length] = 0
end

unless (3..4).cover?(ARGV.size)
  $stderr.puts 'usage: get_token.rb BASE_URL CONSUMER_KEY LOGIN [CA_FILE]'
  exit 2
end
login, secret = buffer(ARGV[2], ARGV[2].bytesize + 1), buffer('', 512)
client, token = Fiddle::Pointer.new(0), Fiddle::Pointer.new(0)
begin
  options = C.nf_options_new
  error = C.nf_options_set_base_url(options, ARGV[0])
  error = C.nf_options_set_ca_file(options, ARGV[3]) if error.null? && ARGV[3]
  error = C.nf_client_new(options, client.ref) if error.null?
  C.nf_options_free(options)
  if error.null?
    read_line(secret)
    error = C.nf_client_get_token(client, ARGV[1], login, secret, token.ref)
  end
  unless error.null?
    $stderr.puts "#{C.nf_error_name(error)}: #{C.nf_error_message(error)}.", C.nf_error_remedy(error).to_s
    exit 1
  end
  expires = C.nf_token_expires_at(token)
  puts "token:    #{C.nf_token_value(token)}",
       "expires:  #{expires.negative? ? 'unknown' : Time.at(expires).utc.strftime('%F %T UTC')}",
       "instance: #{C.nf_token_instance_url(token)}"
ensure
  [login, secret].each { |used| used[0, used.size] = "\0" * used.size }
  C.nf_token_free(token)
  C.nf_error_free(error)
  C.nf_client_free(client)
end
