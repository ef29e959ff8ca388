{ A session in Pascal: the secret callback is called once for two tokens, a rejected
  token is replaced, and the session logs out.

      session BASE_URL CA_FILE }
program session;

{$MODE DELPHI}

uses
  SysUtils, nativeflow;

const
  Key = 'kX3demoConsumerKey0123';
  Login = 'john_developer@hotmail.com';
  Secret: AnsiString = 'Travel&Expense$2012';

var
  Calls, LastCode: Int32;

procedure Check(Passed: Boolean; const What: string);
begin
  if Passed then
    Exit;
  WriteLn(ErrOutput, 'check failed: ', What);
  Halt(1);
end;

function GiveSecret(User: Pointer; LoginName: PAnsiChar; Code: Int32; Buffer: PAnsiChar; Capacity: NativeUInt): Int32; cdecl;
begin
  Check((User = @Calls) and (LoginName = Login) and (Capacity >= 2048), 'the callback has its arguments');
  Inc(Calls);
  LastCode := Code;
  Move(Secret[1], Buffer^, Length(Secret));
  Result := Length(Secret);
end;

function NewSession(HasCallback: Boolean): Pnf_session;
var
  Options: Pnf_options;
  Client: Pnf_client;
begin
  Options := nf_options_new;
  NfCheck(nf_options_set_base_url(Options, PAnsiChar(NfUtf8(ParamStr(1)))));
  NfCheck(nf_options_set_ca_file(Options, PAnsiChar(NfUtf8(ParamStr(2)))));
  NfCheck(nf_options_set_refresh_margin_ms(Options, 60000));
  NfCheck(nf_options_set_hold_back_ms(Options, 3600000));
  if HasCallback then
    NfCheck(nf_options_set_secret_callback(Options, GiveSecret, @Calls));
  NfCheck(nf_client_new(Options, Client));
  NfCheck(nf_session_new(Client, Key, Login, Result));
  NfCheck(nf_client_clear_hold(Client, Key, Login));
  nf_client_free(Client);
  nf_options_free(Options);
end;

{ The code of a login with this secret. }
function CodeOf(Session: Pnf_session; const Text: AnsiString): Int32;
var
  Bytes: TBytes;
  Item: Byte;
begin
  Result := NF_OK;
  Bytes := nil;
  SetLength(Bytes, Length(Text));
  Move(Text[1], Pointer(Bytes)^, Length(Text));
  try
    nf_token_free(NfSessionLogIn(Session, Bytes));
  except
    on Failure: ENativeflow do
      Result := Failure.Code;
  end;
  for Item in Bytes do
    Check(Item = 0, 'the secret is zeroed');
end;

var
  Session, Share: Pnf_session;
  First, Second: Pnf_token;
  Error: Pnf_error;
begin
  Session := NewSession(False);
  Error := nf_session_get_token(Session, First);
  Check(nf_error_code(Error) = NF_SECRET_NEEDED, 'a session without a callback needs a secret');
  nf_error_free(Error);
  Check(CodeOf(Session, 'a wrong secret') = NF_DENIED, 'a wrong secret is refused');
  Check(CodeOf(Session, 'a wrong secret') = NF_HELD_BACK, 'it is not sent again');
  Check(Pos('"held"', NfSessionStatus(Session)) > 0, 'the session is held');
  NfCheck(nf_session_clear_hold(Session));
  Check(CodeOf(Session, Secret) = NF_OK, 'the right secret is accepted');
  nf_session_free(Session);

  Session := NewSession(True);
  NfCheck(nf_session_get_token(Session, First));
  NfCheck(nf_session_share(Session, 0, Share));
  NfCheck(nf_session_get_token(Share, Second));
  Check((Calls = 1) and (StrComp(nf_token_value(First), nf_token_value(Second)) = 0), 'a share has the same token');
  nf_token_free(Second);
  NfCheck(nf_session_reject_token(Session, First));
  NfCheck(nf_session_get_token(Session, Second));
  Check((Calls = 2) and (LastCode = NF_OK), 'the callback is called again');
  Check(StrComp(nf_token_value(First), nf_token_value(Second)) <> 0, 'a rejected token is replaced');
  NfCheck(nf_session_set_token(Session, Second));
  nf_token_free(First);
  nf_token_free(Second);
  nf_session_cancel(Share);
  Error := nf_session_get_token(Share, First);
  Check(nf_error_code(Error) = NF_CANCELLED, 'the share is cancelled');
  nf_error_free(Error);
  nf_session_free(Share);
  NfCheck(nf_session_log_out(Session));
  Check(Pos('"none"', NfSessionStatus(Session)) > 0, 'the session has no token');
  nf_session_free(Session);
  WriteLn('all checks passed');
end.
