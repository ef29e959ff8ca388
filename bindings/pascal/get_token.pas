{ Gets an access token and prints it.

      get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]

  The secret (password) is the first line of standard input: other users of the
  machine can read a command line. }
program get_token;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$IFDEF MSWINDOWS}{$APPTYPE CONSOLE}{$ENDIF}

uses
  {$IFDEF MSWINDOWS}Windows,{$ENDIF} SysUtils, DateUtils, nativeflow;

{ Reads byte by byte into memory that is zeroed: ReadLn leaves one copy in a string and one in the buffer of Input.
  Rejects a longer line: truncated, it would count as a wrong secret. }
function ReadSecret: TBytes;
var
  StandardInput: THandle;
  Line: array[0..511] of Byte;
  Count: Integer;
begin
  StandardInput := {$IFDEF MSWINDOWS}GetStdHandle(STD_INPUT_HANDLE){$ELSE}0{$ENDIF};
  Count := 0;
  while (Count < Length(Line)) and (FileRead(StandardInput, Line[Count], 1) = 1) and not (Line[Count] in [10, 13]) do
    Inc(Count);
  Result := nil;
  if Count < Length(Line) then
  begin
    SetLength(Result, Count);
    Move(Line, Pointer(Result)^, Count);
  end;
  FillChar(Line, SizeOf(Line), 0);
  if Count = Length(Line) then
    raise Exception.CreateFmt('The secret is longer than %d bytes.', [Count - 1]);
end;

{ ParamStr creates a string, which is never zeroed. On Unix, Free Pascal gives access to the argument itself. }
function ReadLogin: TBytes;
begin
{$IFDEF UNIX}
  Result := nil;
  SetLength(Result, StrLen(argv[3]));
  Move(argv[3]^, Pointer(Result)^, Length(Result));
  FillChar(argv[3]^, Length(Result), 0);
{$ELSE}
  Result := TEncoding.UTF8.GetBytes(ParamStr(3));
{$ENDIF}
end;

procedure PrintToken(Token: Pnf_token);
var
  Expires: string;
begin
  Expires := 'unknown';
  if nf_token_expires_at(Token) >= 0 then
    Expires := FormatDateTime('yyyy-mm-dd hh":"nn":"ss "UTC"', UnixToDateTime(nf_token_expires_at(Token)));
  WriteLn('token:    ', nf_token_value(Token));
  WriteLn('expires:  ', Expires);
  WriteLn('instance: ', nf_token_instance_url(Token));
end;

var
  Options: Pnf_options = nil;
  Client: Pnf_client = nil;
  Token: Pnf_token = nil;
  Secret: TBytes;
begin
  if (ParamCount < 3) or (ParamCount > 4) then
  begin
    WriteLn(ErrOutput, 'usage: get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]');
    Halt(2);
  end;
  try
    Options := nf_options_new;
    NfCheck(nf_options_set_base_url(Options, PAnsiChar(NfUtf8(ParamStr(1)))));
    if ParamCount = 4 then
      NfCheck(nf_options_set_ca_file(Options, PAnsiChar(NfUtf8(ParamStr(4)))));
    NfCheck(nf_client_new(Options, Client));
    Secret := ReadSecret; { before the login: if this fails, no login is left in memory }
    Token := NfGetToken(Client, ParamStr(2), ReadLogin, Secret); { zeroes both }
    PrintToken(Token);
  except
    on Failure: ENativeflow do
    begin
      WriteLn(ErrOutput, Failure.Name, ': ', Failure.Message, '.');
      WriteLn(ErrOutput, Failure.Remedy);
      ExitCode := 1;
    end;
    on Failure: Exception do
    begin
      WriteLn(ErrOutput, Failure.Message);
      ExitCode := 1;
    end;
  end;
  nf_token_free(Token);
  nf_options_free(Options);
  nf_client_free(Client);
end.
