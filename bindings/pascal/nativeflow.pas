{ nativeflow for Free Pascal (3.2 and later) and Delphi (XE2 and later): every
  function of nativeflow.h under its own name, an exception, and helpers for
  text and secrets.

      Token := NfGetToken(Client, Key, Login, Secret);
      try
        Use(nf_token_authorization(Token), nf_token_instance_url(Token));
      finally
        nf_token_free(Token);
      end;

  nativeflow.h describes what each function does, when it blocks and how it
  fails, at the function of the same name. The rules for ownership and threads
  are the same. The tests compile this unit with Free Pascal, in Delphi mode.

  Calling convention: cdecl, which matters only on 32-bit x86. There the
  default of Pascal (register) would read the arguments from the wrong places.

  Secrets: TBytes, never strings. A string is shared, copied and converted
  implicitly (Delphi's are UTF-16, and UTF8Encode leaves copies in both forms),
  and none of these copies is ever zeroed. SetLength may move TBytes and leaves
  a copy in the old place: allocate them at their full size. }
unit nativeflow;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils;

const
{$IFDEF MSWINDOWS}
  NF_LIBRARY = 'nativeflow.dll';
{$ELSE}
  NF_LIBRARY = 'libnativeflow.so.0';
{$ENDIF}

  { NF_VERSION_NUMBER of the header that this unit follows. It has another name
    because Pascal ignores case: the function nf_version_number has that one. }
  NF_HEADER_VERSION = $000100;

  { nativeflow.h describes each code. Later versions add codes. Handle an
    unknown code by its group. }
  NF_OK = 0;

  { 1 to 19: invalid call. }
  NF_INVALID_ARGUMENT = 1;
  NF_INVALID_UTF8 = 2;
  NF_INVALID_OPTION = 3;

  { 20 to 39: credentials rejected. Do not retry, because the account may be
    locked. }
  NF_DENIED = 20;
  NF_ACCOUNT_LOCKED = 21;
  NF_ACCOUNT_DISABLED = 22;
  NF_PASSWORD_EXPIRED = 23;
  NF_NOT_ALLOWED = 24;
  NF_BAD_CLIENT = 25;
  NF_REFRESH_EXPIRED = 26;
  NF_HELD_BACK = 27;
  NF_WRONG_HOST = 28;
  NF_SECRET_NEEDED = 29;

  { 40 to 59: server. }
  NF_BUSY = 40;
  NF_MAINTENANCE = 41;
  NF_SERVER_ERROR = 42;

  { 60 to 79: network. }
  NF_DNS = 60;
  NF_CONNECT = 61;
  NF_TLS = 62;
  NF_TLS_UNTRUSTED = 63;
  NF_PROXY = 64;
  NF_PROXY_DENIED = 65;
  NF_TIMEOUT = 66;
  NF_CANCELLED = 67;
  NF_DISCONNECTED = 68;

  { 80 to 99: response. }
  NF_ENDPOINT_GONE = 80;
  NF_REDIRECTED = 81;
  NF_NOT_CONCUR = 82;
  NF_MALFORMED = 83;
  NF_TOO_LARGE = 84;

  { From 100: internal error. }
  NF_PANIC = 100;
  NF_INTERNAL = 101;

  { Log levels. }
  NF_LOG_ERROR = 1;
  NF_LOG_WARNING = 2;
  NF_LOG_INFO = 3;

  { What login and secret of a call are: a user's login ID and password, or the
    UUID of a company and its request token. }
  NF_CREDENTIAL_PASSWORD = 0;
  NF_CREDENTIAL_AUTHTOKEN = 1;

  { Results of a secret callback: there is no secret, or it cannot be read now. }
  NF_SECRET_NONE = -1;
  NF_SECRET_UNAVAILABLE = -2;

  { The parts of a call whose times are measured. }
  NF_TIMING_LOOKUP = 0;
  NF_TIMING_CONNECT = 1;
  NF_TIMING_TLS = 2;
  NF_TIMING_SERVER = 3;
  NF_TIMING_TOTAL = 4;

type
  Tnf_client = record end;
  Pnf_client = ^Tnf_client;
  Tnf_error = record end;
  Pnf_error = ^Tnf_error;
  Tnf_options = record end;
  Pnf_options = ^Tnf_options;
  Tnf_session = record end;
  Pnf_session = ^Tnf_session;
  Tnf_token = record end;
  Pnf_token = ^Tnf_token;

  { Receives one line of the log, which begins with the ID of its call in
    brackets. The line is valid until the function returns. No exception may
    leave the function. }
  Tnf_log_fn = procedure(User: Pointer; Level: Int32; Line: PAnsiChar); cdecl;

  { Called once, when no callback can run any more. It may free the data that
    User points to. It must not call this library, and no exception may leave
    it. }
  Tnf_release_fn = procedure(User: Pointer); cdecl;

  { Writes the secret of a user to Buffer, as UTF-8 without a NUL, and returns its
    length, NF_SECRET_NONE or NF_SECRET_UNAVAILABLE. Capacity is at least 2048.
    The library wipes the buffer. LastCode is NF_OK, or the code with which the
    server refused the last secret of this user. No exception may leave it. }
  Tnf_secret_fn = function(User: Pointer; Login: PAnsiChar; LastCode: Int32; Buffer: PAnsiChar;
    Capacity: NativeUInt): Int32; cdecl;

{ Input text is UTF-8 with a NUL at its end: PAnsiChar(NfUtf8(...)). Returned
  text is valid until its object is freed; NfText copies it. A function that
  can fail returns Pnf_error: pass it to NfCheck. }

function nf_version: PAnsiChar; cdecl; external NF_LIBRARY;
function nf_version_number: UInt32; cdecl; external NF_LIBRARY;
function nf_code_name(Code: Int32): PAnsiChar; cdecl; external NF_LIBRARY;

function nf_error_code(Error: Pnf_error): Int32; cdecl; external NF_LIBRARY;
function nf_error_name(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_message(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_remedy(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_http_status(Error: Pnf_error): Int32; cdecl; external NF_LIBRARY;
function nf_error_server_message(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_server_code(Error: Pnf_error): Int32; cdecl; external NF_LIBRARY;
function nf_error_correlation_id(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_retry_after_ms(Error: Pnf_error): Int64; cdecl; external NF_LIBRARY;
function nf_error_call_id(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_error_timing_us(Error: Pnf_error; Timing: Int32): Int64; cdecl; external NF_LIBRARY;
function nf_error_remote_address(Error: Pnf_error): PAnsiChar; cdecl; external NF_LIBRARY;
procedure nf_error_free(Error: Pnf_error); cdecl; external NF_LIBRARY;

function nf_options_new: Pnf_options; cdecl; external NF_LIBRARY;
procedure nf_options_free(Options: Pnf_options); cdecl; external NF_LIBRARY;
function nf_options_set_base_url(Options: Pnf_options; Url: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_use_oauth2(Options: Pnf_options): Pnf_error; cdecl; external NF_LIBRARY;
{ NfSetClientSecret calls it with TBytes. }
function nf_options_set_client_secret(Options: Pnf_options; Secret: PAnsiChar; Len: NativeUInt): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_options_set_credential_type(Options: Pnf_options; CredentialType: Int32): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_options_allow_host(Options: Pnf_options; Host: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_timeout_ms(Options: Pnf_options; Ms: UInt32): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_connect_timeout_ms(Options: Pnf_options; Ms: UInt32): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_ca_file(Options: Pnf_options; Path: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_add_ca_pem(Options: Pnf_options; Pem: PAnsiChar; Len: NativeUInt): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_options_set_user_agent(Options: Pnf_options; Product: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_client_certificate(Options: Pnf_options; ChainFile, KeyFile: PAnsiChar): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_options_set_proxy(Options: Pnf_options; Url: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_proxy_bypass(Options: Pnf_options; Hosts: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_use_environment_proxy(Options: Pnf_options): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_keep_alive_ms(Options: Pnf_options; Ms: UInt32): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_secret_callback(Options: Pnf_options; Fn: Tnf_secret_fn; User: Pointer): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_options_set_refresh_margin_ms(Options: Pnf_options; Ms: UInt32): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_hold_back_ms(Options: Pnf_options; Ms: UInt32): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_set_log(Options: Pnf_options; Fn: Tnf_log_fn; User: Pointer): Pnf_error; cdecl; external NF_LIBRARY;
function nf_options_on_release(Options: Pnf_options; Fn: Tnf_release_fn; User: Pointer): Pnf_error; cdecl;
  external NF_LIBRARY;

function nf_client_new(Options: Pnf_options; out Client: Pnf_client): Pnf_error; cdecl; external NF_LIBRARY;
{ Creates another handle of the client. nf_client_cancel of it cancels its own
  calls only. Free it with nf_client_free. Ms is the timeout of each call; 0
  means the client's timeout. }
function nf_client_share(Client: Pnf_client; Ms: UInt32; out Share: Pnf_client): Pnf_error; cdecl; external NF_LIBRARY;
procedure nf_client_free(Client: Pnf_client); cdecl; external NF_LIBRARY;
procedure nf_client_cancel(Client: Pnf_client); cdecl; external NF_LIBRARY;

{ These functions zero Login and Secret. Pass writable memory of your own, never
  the PAnsiChar of a string. NfGetToken does this. }
function nf_get_token(Key, Login, Secret: PAnsiChar; out Token: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
function nf_client_get_token(Client: Pnf_client; Key, Login, Secret: PAnsiChar; out Token: Pnf_token): Pnf_error; cdecl;
  external NF_LIBRARY;

{ Refreshed is a new token; Token does not change. Free both with
  nf_token_free. }
function nf_client_refresh_token(Client: Pnf_client; Key: PAnsiChar; Token: Pnf_token; out Refreshed: Pnf_token): Pnf_error;
  cdecl; external NF_LIBRARY;
{ Admin is nil, or in the Native Flow the token of an administrator. }
function nf_client_revoke_token(Client: Pnf_client; Token, Admin: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
function nf_client_get_application_token(Client: Pnf_client; Key: PAnsiChar; out Token: Pnf_token): Pnf_error; cdecl;
  external NF_LIBRARY;

function nf_client_clear_hold(Client: Pnf_client; Key, Login: PAnsiChar): Pnf_error; cdecl; external NF_LIBRARY;

{ A session keeps a token of one user valid. Many threads may use it at once.
  Free it with nf_session_free; its client may be freed first. }
function nf_session_new(Client: Pnf_client; Key, Login: PAnsiChar; out Session: Pnf_session): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_session_get_token(Session: Pnf_session; out Token: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
{ Zeroes Secret. NfSessionLogIn calls it with TBytes. }
function nf_session_log_in(Session: Pnf_session; Secret: PAnsiChar; out Token: Pnf_token): Pnf_error; cdecl;
  external NF_LIBRARY;
function nf_session_set_token(Session: Pnf_session; Token: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
function nf_session_reject_token(Session: Pnf_session; Token: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
function nf_session_clear_hold(Session: Pnf_session): Pnf_error; cdecl; external NF_LIBRARY;
function nf_session_log_out(Session: Pnf_session): Pnf_error; cdecl; external NF_LIBRARY;
{ NfSessionStatus returns the text as a string. }
function nf_session_status(Session: Pnf_session; Buffer: PAnsiChar; Capacity: NativeUInt; out Len: NativeUInt): Pnf_error;
  cdecl; external NF_LIBRARY;
function nf_session_share(Session: Pnf_session; Ms: UInt32; out Share: Pnf_session): Pnf_error; cdecl;
  external NF_LIBRARY;
procedure nf_session_cancel(Session: Pnf_session); cdecl; external NF_LIBRARY;
procedure nf_session_free(Session: Pnf_session); cdecl; external NF_LIBRARY;

{ Zeroes Value and RefreshToken. NfTokenNew calls it with TBytes. }
function nf_token_new(Scheme, Value, RefreshToken, InstanceUrl: PAnsiChar; ExpiresAt, RefreshExpiresAt: Int64;
  out Token: Pnf_token): Pnf_error; cdecl; external NF_LIBRARY;
function nf_token_value(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_copy_value(Token: Pnf_token; Buffer: PAnsiChar; Capacity: NativeUInt): NativeUInt; cdecl;
  external NF_LIBRARY;
function nf_token_scheme(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_authorization(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_refresh_token(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_instance_url(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_expires_at(Token: Pnf_token): Int64; cdecl; external NF_LIBRARY;
function nf_token_refresh_expires_at(Token: Pnf_token): Int64; cdecl; external NF_LIBRARY;
function nf_token_expiration_date(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
function nf_token_timing_us(Token: Pnf_token; Timing: Int32): Int64; cdecl; external NF_LIBRARY;
function nf_token_remote_address(Token: Pnf_token): PAnsiChar; cdecl; external NF_LIBRARY;
procedure nf_token_free(Token: Pnf_token); cdecl; external NF_LIBRARY;

type
  { Why a call failed, and how to fix it. Message is one line without a
    secret. }
  ENativeflow = class(Exception)
  private
    FCode, FHttpStatus, FServerCode: Int32;
    FRetryAfterMs: Int64;
    FRemedy, FServerMessage, FCorrelationId, FCallId, FRemoteAddress: string;
    FTimingsUs: array[NF_TIMING_LOOKUP..NF_TIMING_TOTAL] of Int64;
    function GetName: string;
    function GetTimingUs(Timing: Int32): Int64;
  public
    constructor Create(Code: Int32; const Message, Remedy: string); overload;
    { Reads the error that a function returned, and frees it. }
    constructor Create(Error: Pnf_error); overload;
    { One of the NF_ constants, and its name. }
    property Code: Int32 read FCode;
    property Name: string read GetName;
    { The next step of an administrator, as one line. }
    property Remedy: string read FRemedy;
    { 0 if there is no response. }
    property HttpStatus: Int32 read FHttpStatus;
    { Do not trust this text; the server or a proxy wrote it. }
    property ServerMessage: string read FServerMessage;
    { The error number of the OAuth 2.0 service; -1 if there is none. }
    property ServerCode: Int32 read FServerCode;
    property CorrelationId: string read FCorrelationId;
    { Begins the lines of the call in the log, in brackets. Empty if there was
      no call. }
    property CallId: string read FCallId;
    { IP address and port of the TCP connection; with a proxy, the proxy's. }
    property RemoteAddress: string read FRemoteAddress;
    { The time of a part of the call, one of NF_TIMING_; -1 if not reached. }
    property TimingUs[Timing: Int32]: Int64 read GetTimingUs;
    { -1: do not retry until the cause is fixed. }
    property RetryAfterMs: Int64 read FRetryAfterMs;
  end;

{ Raises ENativeflow for an error, which it frees. Does nothing for nil. }
procedure NfCheck(Error: Pnf_error);

{ Gets a token. Free it with nf_token_free. Login and Secret are UTF-8 without a
  NUL. Both are overwritten with zeros, on success and failure. Secret is empty
  for a user without a password. Raises ENativeflow. }
function NfGetToken(Client: Pnf_client; const Key: string; const Login, Secret: TBytes): Pnf_token;

{ Gets a token of a session. Free it with nf_token_free. Secret is used if a login
  is needed. It is overwritten with zeros, on success and failure. Raises
  ENativeflow. }
function NfSessionLogIn(Session: Pnf_session; const Secret: TBytes): Pnf_token;

{ The state of a session as JSON, without a secret. Raises ENativeflow. }
function NfSessionStatus(Session: Pnf_session): string;

{ Sets the application's client secret, which is UTF-8 without a NUL. It is
  overwritten with zeros, on success and failure. Raises ENativeflow. }
procedure NfSetClientSecret(Options: Pnf_options; const Secret: TBytes);

{ Makes a token from parts that the program has stored; see nf_token_new. Free it
  with nf_token_free. Value or RefreshToken may be empty, not both. Both are
  overwritten with zeros, on success and failure. An unknown time is -1. Raises
  ENativeflow. }
function NfTokenNew(const Scheme: string; const Value, RefreshToken: TBytes; const InstanceUrl: string = '';
  ExpiresAt: Int64 = -1; RefreshExpiresAt: Int64 = -1): Pnf_token;

{ Overwrites the bytes with zeros. All variables that share the array see the
  zeros, and none becomes nil. }
procedure NfWipe(const Bytes: TBytes);

{ Convert a string to the UTF-8 of the library, and back. Do not use them with
  secrets. On Unix, a Free Pascal string of one-byte characters is not
  converted: it is treated as UTF-8, as on the command line, in any locale. }
function NfUtf8(const Text: string): RawByteString;
function NfText(Text: PAnsiChar): string;

implementation

{$IF DEFINED(UNICODE) OR DEFINED(MSWINDOWS)}

function NfUtf8(const Text: string): RawByteString;
begin
  Result := UTF8Encode(UnicodeString(Text));
end;

function NfText(Text: PAnsiChar): string;
begin
  Result := string(UTF8ToString(Text));
end;

{$ELSE}

function NfUtf8(const Text: string): RawByteString;
begin
  Result := Text;
end;

function NfText(Text: PAnsiChar): string;
begin
  Result := Text;
end;

{$IFEND}

constructor ENativeflow.Create(Code: Int32; const Message, Remedy: string);
var
  Timing: Int32;
begin
  inherited Create(Message);
  FCode := Code;
  FRemedy := Remedy;
  FServerCode := -1;
  FRetryAfterMs := -1;
  for Timing := Low(FTimingsUs) to High(FTimingsUs) do
    FTimingsUs[Timing] := -1;
end;

constructor ENativeflow.Create(Error: Pnf_error);
var
  Timing: Int32;
begin
  try
    Create(nf_error_code(Error), NfText(nf_error_message(Error)), NfText(nf_error_remedy(Error)));
    FHttpStatus := nf_error_http_status(Error);
    FServerCode := nf_error_server_code(Error);
    FRetryAfterMs := nf_error_retry_after_ms(Error);
    FServerMessage := NfText(nf_error_server_message(Error));
    FCorrelationId := NfText(nf_error_correlation_id(Error));
    FCallId := NfText(nf_error_call_id(Error));
    FRemoteAddress := NfText(nf_error_remote_address(Error));
    for Timing := Low(FTimingsUs) to High(FTimingsUs) do
      FTimingsUs[Timing] := nf_error_timing_us(Error, Timing);
  finally
    nf_error_free(Error);
  end;
end;

function ENativeflow.GetName: string;
begin
  Result := NfText(nf_code_name(FCode));
end;

function ENativeflow.GetTimingUs(Timing: Int32): Int64;
begin
  if (Timing < Low(FTimingsUs)) or (Timing > High(FTimingsUs)) then
    Result := -1
  else
    Result := FTimingsUs[Timing];
end;

procedure NfCheck(Error: Pnf_error);
begin
  if Error <> nil then
    raise ENativeflow.Create(Error);
end;

procedure NfWipe(const Bytes: TBytes);
begin
  if Bytes <> nil then
    FillChar(Pointer(Bytes)^, Length(Bytes), 0);
end;

{ Returns a copy with a NUL at its end, which TBytes need not have. }
function Terminated(const Bytes: TBytes): TBytes;
var
  I: Integer;
begin
  { To the server, zeros would be a wrong password, which counts as a failed login. }
  I := 0;
  while (I < Length(Bytes)) and (Bytes[I] = 0) do
    Inc(I);
  if (I > 0) and (I = Length(Bytes)) then
    raise ENativeflow.Create(NF_INVALID_ARGUMENT, 'Invalid login, secret or token (used before; a call overwrites it with zeros)',
      'Fix the calling program: make a new one for each call.');
  { In C, a NUL inside would end the text. }
  for I := 0 to High(Bytes) do
    if Bytes[I] = 0 then
      raise ENativeflow.Create(NF_INVALID_ARGUMENT, 'Invalid text (contains a NUL character)',
        'Fix the calling program: pass the text without it.');
  Result := nil;
  SetLength(Result, Length(Bytes) + 1);
  Move(Pointer(Bytes)^, Pointer(Result)^, Length(Bytes));
end;

function NfGetToken(Client: Pnf_client; const Key: string; const Login, Secret: TBytes): Pnf_token;
var
  LoginCopy, SecretCopy: TBytes;
begin
  LoginCopy := nil;
  SecretCopy := nil;
  try
    LoginCopy := Terminated(Login);
    if Secret <> nil then
      SecretCopy := Terminated(Secret);
    NfCheck(nf_client_get_token(Client, PAnsiChar(NfUtf8(Key)), Pointer(LoginCopy), Pointer(SecretCopy), Result));
  finally
    NfWipe(LoginCopy);
    NfWipe(SecretCopy);
    NfWipe(Login);
    NfWipe(Secret);
  end;
end;

function NfSessionLogIn(Session: Pnf_session; const Secret: TBytes): Pnf_token;
var
  SecretCopy: TBytes;
begin
  SecretCopy := nil;
  try
    if Secret <> nil then
      SecretCopy := Terminated(Secret);
    NfCheck(nf_session_log_in(Session, Pointer(SecretCopy), Result));
  finally
    NfWipe(SecretCopy);
    NfWipe(Secret);
  end;
end;

function NfSessionStatus(Session: Pnf_session): string;
var
  Buffer: array of AnsiChar;
  Len: NativeUInt;
begin
  Buffer := nil;
  Len := 1023;
  { The state may become longer between two calls. }
  repeat
    SetLength(Buffer, Len + 1);
    NfCheck(nf_session_status(Session, Pointer(Buffer), Length(Buffer), Len));
  until Len < NativeUInt(Length(Buffer));
  Result := NfText(Pointer(Buffer));
end;

procedure NfSetClientSecret(Options: Pnf_options; const Secret: TBytes);
begin
  try
    NfCheck(nf_options_set_client_secret(Options, PAnsiChar(Pointer(Secret)), Length(Secret)));
  finally
    NfWipe(Secret);
  end;
end;

function NfTokenNew(const Scheme: string; const Value, RefreshToken: TBytes; const InstanceUrl: string;
  ExpiresAt, RefreshExpiresAt: Int64): Pnf_token;
var
  ValueCopy, RefreshCopy: TBytes;
begin
  ValueCopy := nil;
  RefreshCopy := nil;
  try
    ValueCopy := Terminated(Value);
    RefreshCopy := Terminated(RefreshToken);
    NfCheck(nf_token_new(PAnsiChar(NfUtf8(Scheme)), Pointer(ValueCopy), Pointer(RefreshCopy),
      PAnsiChar(NfUtf8(InstanceUrl)), ExpiresAt, RefreshExpiresAt, Result));
  finally
    NfWipe(ValueCopy);
    NfWipe(RefreshCopy);
    NfWipe(Value);
    NfWipe(RefreshToken);
  end;
end;

end.
