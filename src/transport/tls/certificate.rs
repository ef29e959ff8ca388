//! The names in a certificate as messages show them, and its validity.

use std::fmt;

use rustls::CertificateError;
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Tag, Tagged as _};
use x509_cert::name::Name;

/// The attributes by which people recognize an authority or a server (RFC 4519). Others are left out: a table of all is
/// 50 KB.
const ATTRIBUTES: [(ObjectIdentifier, &str); 4] = [
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
];

/// Subject, issuer and last day of a certificate.
#[derive(Clone, Debug, Default)]
pub(in crate::transport) struct Names {
    subject: String,
    issuer: String,
    until: String,
}

impl Names {
    /// Reads the names in `certificate`. They are empty if it cannot be parsed: then only the message lacks them.
    pub(in crate::transport) fn of(certificate: &CertificateDer<'_>) -> Names {
        let Some(certificate) = parse(certificate) else {
            return Names::default();
        };
        let body = certificate.tbs_certificate();
        Names {
            subject: shown(body.subject()),
            issuer: shown(body.issuer()),
            until: body.validity().not_after.to_date_time().to_string(),
        }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }
}

/// Parses the whole certificate.
pub(in crate::transport) fn parse(certificate: &CertificateDer<'_>) -> Option<Certificate> {
    Certificate::from_der(certificate).ok()
}

/// Fails outside of the validity period.
pub(super) fn check_validity(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let certificate = parse(certificate).ok_or(CertificateError::BadEncoding)?;
    let validity = certificate.tbs_certificate().validity();
    let [not_before, not_after] =
        [validity.not_before, validity.not_after].map(|time| UnixTime::since_unix_epoch(time.to_unix_duration()));
    match now {
        time if time < not_before => Err(CertificateError::NotValidYetContext { time, not_before }),
        time if time > not_after => Err(CertificateError::ExpiredContext { time, not_after }),
        _ => Ok(()),
    }
}

/// Formats a name, for example `CN=www.example.com, O=Example`, in the certificate's order.
pub(in crate::transport) fn shown(name: &Name) -> String {
    let mut text = String::new();
    for attribute in name.iter() {
        let Some((_, short)) = ATTRIBUTES.iter().find(|(oid, _)| *oid == attribute.oid) else { continue };
        let bytes = attribute.value.value();
        let value = match attribute.value.tag() {
            // Two bytes per character.
            Tag::BmpString => char::decode_utf16(
                bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte))),
            )
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
            _ => String::from_utf8_lossy(bytes).into_owned(),
        };
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&format!("{short}={value}"));
    }
    text
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\", issued by \"{}\", valid until {}", self.subject, self.issuer, self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    #[test]
    fn certificate_is_identified_by_its_names() {
        let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap();
        let names = Names::of(&CertificateDer::from_pem_slice(stub.ca_pem().as_bytes()).unwrap());
        let text = names.to_string();
        assert!(
            text.starts_with("\"CN=") && text.contains("issued by \"CN=") && text.contains("valid until 2"),
            "{text}"
        );
        assert_eq!(Names::of(&CertificateDer::from_slice(b"no certificate")).subject(), "");
    }
}
