//! Responses of gateways and of other services, which the stub does not send, and the error that a C program gets for each.

use std::io::Write as _;

use crate::network::stalls::{listener, read_head};
use crate::support::{Call, Expected, chosen};

/// Status and header lines, body, code, facts. The length is added.
type Row = (&'static str, &'static [u8], &'static str, &'static [&'static str]);

const PAGE: &[u8] = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
const EITHER: &str = "message~by Concur or by a gateway";
const NEVER: &str = "retry_after_ms=-1";

const TABLE: &[Row] = &[
    // 401 or 403, but not in the form of Concur.
    (
        "403 Forbidden\r\nContent-Type: text/plain",
        b"Access denied by policy",
        "NF_DENIED",
        &[EITHER, NEVER, "server_message=Access denied by policy"],
    ),
    (
        "403 Forbidden\r\nContent-Type: application/problem+json",
        b"{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"detail\":\"No way.\"}",
        "NF_DENIED",
        &[EITHER, "server_message=Forbidden: No way."],
    ),
    (
        "401 Unauthorized\r\nContent-Type: text/xml",
        b"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:Client</faultcode>\
          <faultstring>No key.</faultstring></s:Fault></s:Body></s:Envelope>",
        "NF_DENIED",
        &[EITHER, "server_message=No key."],
    ),
    (
        "401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM",
        b"{\"Message\":\"Authorization has been denied.\"}",
        "NF_DENIED",
        &[EITHER, NEVER, "remedy~Do not retry", "server_message=Authorization has been denied."],
    ),
    (
        "403 Forbidden\r\nContent-Type: application/json",
        b"{\"errors\":[{\"message\":\"Blocked.\"}]}",
        "NF_DENIED",
        &[EITHER, "server_message=Blocked."],
    ),
    (
        "401 Unauthorized\r\nContent-Type: application/json",
        b"{\"error\":\"invalid_client\",\"error_description\":\"Client not found.\"}",
        "NF_DENIED",
        &[EITHER, "server_message=Client not found."],
    ),
    (
        "403 Forbidden\r\nContent-Type: application/json",
        b"{\"errors\":{\"code\":7,\"message\":\"Blocked.\"}}",
        "NF_DENIED",
        &[EITHER, "server_message=Blocked."],
    ),
    // A page does not mean that the login was rejected.
    ("401 Unauthorized", PAGE, "NF_NOT_CONCUR", &["remedy~Concur may have checked the credentials"]),
    ("403 Forbidden", PAGE, "NF_NOT_CONCUR", &["remedy~Concur may have checked the credentials"]),
    ("407 Proxy Authentication Required", PAGE, "NF_PROXY_DENIED", &[NEVER, "server_message=Sign in"]),
    ("511 Network Authentication Required", PAGE, "NF_NOT_CONCUR", &[NEVER]),
    ("511 Network Authentication Required\r\nRetry-After: 300", b"", "NF_NOT_CONCUR", &[NEVER]),
    // Neither a rejection nor a redirect.
    (
        "200 OK\r\nContent-Type: application/json",
        b"{\"message\":\"Your request was blocked.\"}",
        "NF_MALFORMED",
        &["message~no token", "server_message=Your request was blocked."],
    ),
    ("200 OK\r\nContent-Type: application/json", b"{\"Error\":null}", "NF_MALFORMED", &["message~no token"]),
    ("300 Multiple Choices", b"", "NF_MALFORMED", &["message~HTTP 300"]),
    ("304 Not Modified", b"", "NF_MALFORMED", &["message~HTTP 304"]),
    // Unusual, but a token.
    (
        "200 OK\r\nContent-Type: text/xml",
        b"<R xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><Error i:nil=\"true\"/><Content><Access_Token>\
          <Token>t</Token></Access_Token></Content></R>",
        "NF_OK",
        &["value=t"],
    ),
    (
        "200 OK\r\nContent-Type: application/json; charset=utf-16",
        b"{\0\"\0A\0c\0c\0e\0s\0s\0_\0T\0o\0k\0e\0n\0\"\0:\0{\0\"\0T\0o\0k\0e\0n\0\"\0:\0\"\0t\0\"\0}\0}\0",
        "NF_OK",
        &["value=t"],
    ),
    (
        "200 OK\r\nContent-Type: text/xml",
        b"<Access_Token><Token>t</Token><Expiration_date>2034-06-01T10:00:00+02:00</Expiration_date></Access_Token>",
        "NF_OK",
        &["expires_at=2032761600"],
    ),
    // A response of another service, or in another charset.
    (
        "200 OK\r\nContent-Type: application/json",
        b"{\"expires_in\":\"3600\",\"token_type\":\"Bearer\",\"access_token\":\"eyJhbGci\"}",
        "NF_MALFORMED",
        &["message~Response of the OAuth 2.0 service", NEVER, "server_message="],
    ),
    (
        "403 Forbidden\r\nContent-Type: text/plain; charset=ISO-8859-1",
        b"Kein Zugriff f\xfcr M\xfcller",
        "NF_DENIED",
        &["server_message=Kein Zugriff für Müller"],
    ),
    (
        "403 Forbidden\r\nContent-Type: text/xml",
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Error><Message>F\xfcr M\xfcller</Message></Error>",
        "NF_DENIED",
        &["message~Concur rejected", "server_message=Für Müller"],
    ),
];

#[test]
fn responses_of_gateways_and_other_services_are_identified() {
    let mut wrong = Vec::new();
    for row in chosen(TABLE, |row| row.0.to_owned()) {
        let &(head, body, code, lines) = row;
        let address = listener(move |mut client| {
            read_head(&mut client)?;
            let length = body.len();
            let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            client.write_all(&[head.as_bytes(), body].concat())
        });
        let facts = Call::to(&format!("http://{address}")).run();
        let differences = Expected { code, lines }.differences(&facts);
        if !differences.is_empty() {
            wrong.push(format!("{head}: {}\n{}", differences.join("\n"), facts.stdout));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn proxy_error_text_is_quoted_in_each_form() {
    let rows: [(&str, &[u8], &'static [&'static str]); 5] = [
        ("403 Forbidden\r\nContent-Type: text/html", PAGE, &["server_message=Sign in"]),
        (
            "403 Forbidden\r\nContent-Type: text/plain; charset=ISO-8859-1",
            b"F\xfcr M\xfcller",
            &["server_message=Für Müller"],
        ),
        ("403 Forbidden", b"{\"title\":\"Forbidden\",\"detail\":\"No way.\"}", &["server_message=Forbidden; No way."]),
        ("403 Forbidden", b"<error><message>No way.</message></error>", &["server_message=No way."]),
        ("403 Forbidden\r\nContent-Encoding: gzip", b"\x1f\x8b\x08xyz", &["server_message="]),
    ];
    for (head, body, words) in rows {
        let proxy = listener(move |mut client| {
            read_head(&mut client)?;
            let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
            client.write_all(&[head.as_bytes(), body].concat())
        });
        let facts = Call::to_stub().with("proxy", &format!("http://{proxy}")).run();
        let differences = Expected { code: "NF_PROXY", lines: words }.differences(&facts);
        assert!(differences.is_empty(), "{head}: {}", differences.join("\n"));
    }
}
