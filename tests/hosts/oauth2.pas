{ The OAuth 2.0 service in Pascal: a token is stored, refreshed and revoked.

      oauth2 BASE_URL CA_FILE }
program oauth2;

{$MODE DELPHI}

uses
  SysUtils, nativeflow;

const
  Key = 'kX3demoConsumerKey0123';

function Bytes(Text: PAnsiChar): TBytes;
begin
  Result := nil;
  SetLength(Result, StrLen(Text));
  Move(Text^, Pointer(Result)^, Length(Result));
end;

procedure Check(Passed: Boolean; const What: string);
begin
  if Passed then
    Exit;
  WriteLn(ErrOutput, 'check failed: ', What);
  Halt(1);
end;

function IsZero(const Text: TBytes): Boolean;
var
  Item: Byte;
begin
  Result := True;
  for Item in Text do
    Result := Result and (Item = 0);
end;

function NewClient(const Url: string): Pnf_client;
var
  Options: Pnf_options;
  ClientSecret: TBytes;
begin
  ClientSecret := Bytes('c5Gk/demo+Client=Secret');
  Options := nf_options_new;
  NfCheck(nf_options_set_base_url(Options, PAnsiChar(NfUtf8(Url))));
  NfCheck(nf_options_set_ca_file(Options, PAnsiChar(NfUtf8(ParamStr(2)))));
  NfCheck(nf_options_use_oauth2(Options));
  NfCheck(nf_options_set_credential_type(Options, NF_CREDENTIAL_PASSWORD));
  NfCheck(nf_options_allow_host(Options, 'localhost:1'));
  NfSetClientSecret(Options, ClientSecret);
  Check(IsZero(ClientSecret), 'the client secret is zeroed');
  NfCheck(nf_client_new(Options, Result));
  nf_options_free(Options);
end;

var
  Client: Pnf_client;
  Token, Stored, Refreshed: Pnf_token;
  RefreshToken: TBytes;
begin
  Client := NewClient(ParamStr(1));
  Token := NfGetToken(Client, Key, Bytes('john_developer@hotmail.com'), Bytes('Travel&Expense$2012'));
  Check(NfText(nf_token_scheme(Token)) = 'Bearer', 'the scheme is Bearer');
  Check(nf_token_refresh_expires_at(Token) > nf_token_expires_at(Token), 'the refresh token has an expiry');

  RefreshToken := Bytes(nf_token_refresh_token(Token));
  Stored := NfTokenNew('Bearer', nil, RefreshToken, NfText(nf_token_instance_url(Token)), -1, nf_token_refresh_expires_at(Token));
  Check(IsZero(RefreshToken), 'the refresh token is zeroed');
  Check(nf_token_refresh_expires_at(Stored) = nf_token_refresh_expires_at(Token), 'the expiry has 64 bits');
  NfCheck(nf_client_refresh_token(Client, Key, Stored, Refreshed));
  Check(StrLen(nf_token_value(Refreshed)) > 0, 'a token is refreshed');
  NfCheck(nf_client_revoke_token(Client, Refreshed, nil));
  nf_token_free(Stored);
  nf_token_free(Token);
  try
    NfCheck(nf_client_refresh_token(Client, Key, Refreshed, Token));
    Check(False, 'a revoked token is rejected');
  except
    on Failure: ENativeflow do
      Check((Failure.Code = NF_REFRESH_EXPIRED) and (Failure.ServerCode = 108), Failure.Message);
  end;
  nf_token_free(Refreshed);
  NfCheck(nf_client_get_application_token(Client, Key, Token));
  nf_token_free(Token);
  try
    NfTokenNew('Bearer', nil, RefreshToken, '', -1, -1);
    Check(False, 'zeros are rejected');
  except
    on Failure: ENativeflow do
      Check((Failure.Code = NF_INVALID_ARGUMENT) and (Pos('used before', Failure.Message) > 0), Failure.Message);
  end;
  nf_client_free(Client);

  Client := NewClient(ParamStr(1) + '/scenario/oauth2-code-14');
  try
    NfGetToken(Client, Key, Bytes('john_developer@hotmail.com'), Bytes('Travel&Expense$2012'));
    Check(False, 'a locked account is rejected');
  except
    on Failure: ENativeflow do
      Check((Failure.Code = NF_ACCOUNT_LOCKED) and (Failure.ServerCode = 14), Failure.Message);
  end;
  nf_client_free(Client);
  WriteLn('all checks passed');
end.
