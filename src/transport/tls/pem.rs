//! Parses files of certificates and keys: PEM as OpenSSL reads it and as people concatenate it, or DER. No certificate
//! is ignored silently.

use std::fmt;
use std::str;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{Decode as _, Tag, Tagged as _};

use crate::wipe::WipedVec;

/// As in rustls and OpenSSL: the padding may be truncated or missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
const DASHES: &[u8] = b"-----";
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";
/// OpenSSL's labels of a certificate in PEM. A list of trusted purposes follows a trusted certificate.
const CERTIFICATES: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];
const KEYS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];
const PKCS7: [&str; 3] = ["PKCS7", "PKCS #7 SIGNED DATA", "CMS"];
/// Tags of DER.
const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const NOT_DER: &str = "it is not in DER (damaged or truncated)";
/// The purposes serverAuth and any, as DER.
const FOR_SERVERS: [&[u8]; 2] = [b"\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01", b"\x06\x04\x55\x1D\x25\x00"];

/// The reason why a file contains nothing usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::transport) enum Unreadable {
    /// It is in another format, which a tool can convert.
    Format(&'static str),
    /// It does not contain the expected content.
    Nothing(String),
    /// The certificate with this number, from 1 on, cannot be parsed.
    Certificate(usize, &'static str),
    /// The key cannot be parsed.
    Key(&'static str),
    /// The key is encrypted, in this form.
    Encrypted(&'static str),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Format(format) => write!(f, "it is {format}"),
            Unreadable::Nothing(text) => f.write_str(text),
            Unreadable::Certificate(number, reason) => write!(f, "certificate {number}: {reason}"),
            Unreadable::Key(reason) => write!(f, "the key: {reason}"),
            Unreadable::Encrypted(form) => write!(f, "the key is encrypted ({form})"),
        }
    }
}

/// Returns all certificates in `file`, at least one.
pub(in crate::transport) fn certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, Unreadable> {
    let parts = parts(file);
    if let Some(format) = foreign_format(file, &parts) {
        return Err(Unreadable::Format(format));
    }
    if is_der(file, &parts) {
        return match first_tag_inside(file) {
            Some(INTEGER) => Err(Unreadable::Nothing("it holds no certificate, but a private key in DER".to_owned())),
            _ => der_certificates(file),
        };
    }
    if parts.iter().any(|part| PKCS7.contains(&part.label)) {
        return Err(Unreadable::Format("PKCS#7 in PEM"));
    }
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| part.is_certificate()) {
        let bad = |reason| Unreadable::Certificate(found.len() + 1, reason);
        found.push(part.certificate().map_err(bad)?);
    }
    match found.is_empty() {
        true => Err(Unreadable::Nothing(nothing("certificate", &parts, file))),
        false => Ok(found),
    }
}

/// Returns each certificate in a PEM file separately: for a file whose invalid certificates are ignored. Only Unix has such
/// a file.
#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) fn each_certificate(file: &[u8]) -> impl Iterator<Item = Result<CertificateDer<'static>, &'static str>> {
    parts(file).into_iter().filter(Part::is_certificate).map(|part| part.certificate())
}

/// Returns the first private key in `file`. An error about the key does not quote it.
pub(super) fn private_key(file: &[u8]) -> Result<PrivateKeyDer<'static>, Unreadable> {
    let parts = parts(file);
    if let Some(format) = foreign_format(file, &parts) {
        return Err(Unreadable::Format(format));
    }
    if is_der(file, &parts) {
        let (key, _) = first_element(file).ok_or(Unreadable::Key(NOT_DER))?;
        return match PrivateKeyDer::try_from(key) {
            Ok(key) => Ok(key.clone_key()),
            Err(_) if is_encrypted_key(key) => Err(Unreadable::Encrypted("PKCS#8")),
            Err(_) => Err(Unreadable::Nothing("it is DER, but no private key".to_owned())),
        };
    }
    if let Some(key) = parts.iter().find(|part| KEYS.contains(&part.label)) {
        let body = key.body.map_err(Unreadable::Key)?;
        if contains(body, b"4,ENCRYPTED") {
            return Err(Unreadable::Encrypted("the old form, Proc-Type: 4,ENCRYPTED"));
        }
        return decode(key.label, body).ok_or(Unreadable::Key("it is no proper Base64"));
    }
    match parts.iter().any(|part| part.label == "ENCRYPTED PRIVATE KEY") {
        true => Err(Unreadable::Encrypted("PKCS#8")),
        false => Err(Unreadable::Nothing(nothing("private key", &parts, file))),
    }
}

/// One part of a PEM file: the text between its first and its last line, or the reason why it is unknown.
struct Part<'a> {
    label: &'a str,
    body: Result<&'a [u8], &'static str>,
}

impl Part<'_> {
    /// Whether the author may have meant this as a certificate.
    fn is_certificate(&self) -> bool {
        let label = self.label.to_ascii_uppercase();
        label.contains("CERTIF") && !label.contains("REQUEST")
    }

    fn certificate(&self) -> Result<CertificateDer<'static>, &'static str> {
        if !CERTIFICATES.contains(&self.label) {
            return Err("its first line is not -----BEGIN CERTIFICATE-----");
        }
        let body = self.body?;
        let decoded =
            decode_lines(body).or_else(|| decode::<CertificateDer<'_>>("CERTIFICATE", body).map(|der| der.to_vec()));
        let mut der = decoded.ok_or("it is no proper Base64")?;
        let (certificate, rest) = first_element(&der).ok_or(NOT_DER)?;
        if self.label == "TRUSTED CERTIFICATE" && !is_trusted_for_servers(rest) {
            return Err("it is marked as not trusted for TLS servers (openssl x509 -addtrust, -addreject)");
        }
        der.truncate(certificate.len());
        Ok(CertificateDer::from(der))
    }
}

/// A line `-----BEGIN LABEL-----` or `-----END LABEL-----`, with the text before and after it.
struct Mark<'a> {
    before: &'a [u8],
    is_begin: bool,
    label: &'a str,
    after: &'a [u8],
}

fn parts(file: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut open: Option<&str> = None;
    let mut rest = file;
    while let Some(Mark { before, is_begin, label, after }) = next_mark(rest) {
        rest = after;
        match (open.take(), is_begin) {
            (None, true) => open = Some(label),
            (Some(label), true) => {
                parts.push(Part { label, body: Err("its last line (-----END ...) is missing or damaged") });
                open = Some(label);
            }
            (Some(begun), false) if begun == label => parts.push(Part { label, body: Ok(without_headers(before)) }),
            (Some(begun), false) => {
                // Either line may be the damaged one.
                let body = Err("its last line (-----END ...) does not match its first");
                parts.extend([begun, label].map(|label| Part { label, body }));
            }
            (None, false) => {
                parts.push(Part { label, body: Err("its first line (-----BEGIN ...) is missing or damaged") });
            }
        }
    }
    let cut = |label| Part { label, body: Err("it has no last line (-----END ...): the file is truncated") };
    parts.extend(open.map(cut));
    parts
}

/// Finds the next mark that is not in a comment or in the middle of a sentence.
fn next_mark(text: &[u8]) -> Option<Mark<'_>> {
    let mut start = 0;
    loop {
        let (skipped, found) = split(text.get(start..)?, DASHES)?;
        let at = start + skipped.len();
        start = at + 1;
        let (is_begin, rest) = match (found.strip_prefix(b"BEGIN "), found.strip_prefix(b"END ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => continue,
        };
        let Some((label, line_after)) = split(first_line(rest), DASHES) else { continue };
        let Ok(label) = str::from_utf8(label) else { continue };
        let (Some(before), Some(after)) = (text.get(..at), rest.get(label.len() + DASHES.len()..)) else { continue };
        let line_before = before.rsplit(is_line_end).next().unwrap_or_default().trim_ascii();
        let line_before = line_before.strip_prefix(UTF_8_MARK).unwrap_or(line_before);
        let is_comment = line_before.first().is_some_and(|byte| b"#;/".contains(byte));
        if line_before.is_empty() || (!is_comment && line_after.trim_ascii().is_empty()) {
            return Some(Mark { before, is_begin, label: label.trim(), after });
        }
    }
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(is_line_end).next().unwrap_or_default()
}

/// Returns the Base64 after the headers (RFC 1421), if there are any: for example `Proc-Type`, which is checked
/// elsewhere.
fn without_headers(body: &[u8]) -> &[u8] {
    if !body.contains(&b':') || contains(body, b"4,ENCRYPTED") {
        return body;
    }
    let end = split(body, b"\n\n").or_else(|| split(body, b"\r\n\r\n"));
    end.map_or(body, |(_, base64)| base64)
}

/// Decodes text that is not secret and has no spaces inside its lines: many times as fast as rustls.
fn decode_lines(body: &[u8]) -> Option<Vec<u8>> {
    let mut base64 = String::with_capacity(body.len());
    str::from_utf8(body).ok()?.lines().for_each(|line| base64.push_str(line.trim_ascii()));
    BASE64.decode(base64).ok()
}

/// Decodes one part with rustls. It decodes keys in constant time, but accepts fewer forms of PEM.
fn decode<T: PemObject>(label: &str, body: &[u8]) -> Option<T> {
    T::from_pem_slice(&framed(label, body)).ok()
}

/// Rewrites the part with separate lines. OpenSSL ignores spaces at line ends, and all bytes there that are not ASCII:
/// web pages add such bytes.
fn framed(label: &str, body: &[u8]) -> WipedVec<u8> {
    let begin: [&[u8]; 3] = [b"-----BEGIN ", label.as_bytes(), b"-----\n"];
    let end: [&[u8]; 3] = [b"-----END ", label.as_bytes(), b"-----\n"];
    let length = begin.iter().chain(&end).map(|piece| piece.len()).sum::<usize>() + body.len() + 1;
    let mut pem = WipedVec::with_capacity(length);
    begin.iter().for_each(|piece| pem.extend_from_slice(piece));
    for line in body.split(is_line_end) {
        let end = line.iter().rposition(u8::is_ascii_graphic).map_or(0, |last| last + 1);
        pem.extend_from_slice(line.get(..end).unwrap_or_default());
        pem.push(b'\n');
    }
    end.iter().for_each(|piece| pem.extend_from_slice(piece));
    pem
}

/// Returns the first tag inside the first element, a sequence.
fn first_tag_inside(der: &[u8]) -> Option<u8> {
    // The element may be truncated: its beginning is enough.
    let rest = der.strip_prefix(b"\x30")?;
    let skipped = match rest.first()? {
        length @ 0x81..=0x84 => 1 + usize::from(length & 0x7F),
        _ => 1,
    };
    rest.get(skipped).copied()
}

/// Returns the first element of `der`, and the rest.
fn first_element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = AnyRef::from_der_partial(der).ok()?;
    der.split_at_checked(der.len() - rest.len())
}

fn is_der(file: &[u8], parts: &[Part<'_>]) -> bool {
    parts.is_empty() && matches!(first_tag_inside(file), Some(SEQUENCE | INTEGER))
}

/// Whether the sequence contains an algorithm and an encrypted key (RFC 5958, section 3). Instead of the key, a public
/// key has a bit string, and a certificate has an algorithm.
fn is_encrypted_key(der: &[u8]) -> bool {
    let inside = AnyRef::from_der(der).ok().and_then(|whole| first_element(whole.value()));
    inside.is_some_and(|(_, key)| key.first() == Some(&OCTET_STRING))
}

fn der_certificates(mut file: &[u8]) -> Result<Vec<CertificateDer<'static>>, Unreadable> {
    let mut found = Vec::new();
    // Some files end in spaces or zeros.
    let is_filler = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    while found.is_empty() || !file.iter().all(is_filler) {
        let bad = Unreadable::Certificate(found.len() + 1, NOT_DER);
        if first_tag_inside(file) != Some(SEQUENCE) {
            return Err(bad);
        }
        let (certificate, rest) = first_element(file).ok_or(bad)?;
        found.push(CertificateDer::from(certificate.to_vec()));
        file = rest;
    }
    Ok(found)
}

/// Reads the data that OpenSSL appends to a trusted certificate: a list of trusted purposes, and in `[0]` a list of
/// rejected purposes.
fn is_trusted_for_servers(appendix: &[u8]) -> bool {
    let Ok(appendix) = AnyRef::from_der(appendix) else { return appendix.is_empty() };
    let mut items = appendix.value();
    let mut is_trusted = true;
    while let Ok((item, rest)) = AnyRef::from_der_partial(items) {
        let has_servers = FOR_SERVERS.iter().any(|purpose| contains(item.value(), purpose));
        is_trusted &= match item.tag() {
            Tag::Sequence => has_servers,
            Tag::ContextSpecific { number, .. } if number.value() == 0 => !has_servers,
            _ => true,
        };
        items = rest;
    }
    is_trusted
}

/// Detects formats that people confuse with PEM, or that contain certificates in another way.
fn foreign_format(file: &[u8], parts: &[Part<'_>]) -> Option<&'static str> {
    let is_utf_16 = file.starts_with(b"\xFF\xFE") || file.starts_with(b"\xFE\xFF") || contains(file, b"-\0-\0-");
    if is_utf_16 {
        return Some("UTF-16 text");
    }
    match first_tag_inside(file).filter(|_| parts.is_empty()) {
        Some(OBJECT_IDENTIFIER) => Some("PKCS#7 in DER"),
        Some(INTEGER) if contains(file.get(..16).unwrap_or_default(), b"\x02\x01\x03\x30") => Some("PKCS#12"),
        _ => None,
    }
}

/// Describes the content of a file that does not contain the expected part.
fn nothing(wanted: &str, parts: &[Part<'_>], file: &[u8]) -> String {
    let mut labels: Vec<&str> = parts.iter().map(|part| part.label).collect();
    labels.dedup();
    match labels.is_empty() {
        _ if file.is_empty() => format!("it holds no {wanted}: it is empty"),
        false => format!("it holds no {wanted}, but {}", labels.join(", ")),
        true if file.trim_ascii().starts_with(b"MII") => {
            format!("it holds no {wanted} in PEM: the line -----BEGIN {}----- is missing", wanted.to_ascii_uppercase())
        }
        true => format!("it holds no {wanted} in PEM or DER"),
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    split(text, part).is_some()
}

/// Returns the text before and after the first `mark` in `text`.
fn split<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = mark.first()?;
    let mut at = 0;
    loop {
        // Searches for the first byte, because a file of roots is long.
        at += text.get(at..)?.iter().position(|byte| byte == first)?;
        let (before, found) = text.split_at_checked(at)?;
        if let Some(after) = found.strip_prefix(mark) {
            return Some((before, after));
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, certificates, private_key};

    fn two() -> String {
        let pem = || nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap().ca_pem().to_owned();
        format!("{}{}", pem(), pem())
    }

    #[test]
    fn damaged_certificate_is_never_ignored_silently() {
        let file = two().into_bytes();
        assert_eq!(certificates(&file).unwrap().len(), 2);
        for position in 0..file.len() {
            for byte in [b'#', b'-', b'x', b'\n', b' ', b':', b'0', 0, 0xEF] {
                let mut damaged = file.clone();
                damaged[position] = byte;
                if let Ok(found) = certificates(&damaged) {
                    assert_eq!(found.len(), 2, "{byte:#x} at {position}");
                }
            }
        }
    }

    #[test]
    fn certificate_numbers_start_at_one() {
        let pem = two();
        let bad = format!("{pem}{}", pem.replace("-----END", "-----XND"));
        assert!(matches!(certificates(bad.as_bytes()), Err(Unreadable::Certificate(3, _))));
    }

    #[test]
    fn error_about_a_key_does_not_quote_it() {
        for key in [
            "-----BEGIN PRIVATE KEY-----\nSECRET!\n-----END PRIVATE KEY-----\n",
            "-----BEGIN RSA PRIVATE KEY-----\nSECRET",
            "SECRET",
            "0SECRET",
        ] {
            let message = private_key(key.as_bytes()).unwrap_err().to_string();
            assert!(!message.contains("SECRET"), "{message}");
        }
    }

    #[test]
    fn arbitrary_bytes_are_rejected() {
        for file in [
            &b""[..],
            b"0",
            b"00",
            b"0\x84",
            b"0\x02\x01\x03",
            b"-----",
            b"-----BEGIN ",
            b"-----BEGIN X-----",
            b"\xFF\xFE",
        ] {
            assert!(certificates(file).is_err() && private_key(file).is_err(), "{file:?}");
        }
    }
}
