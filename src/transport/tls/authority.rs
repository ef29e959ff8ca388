//! Decides which certificates may sign others (RFC 5280, 4.2.1). webpki checks neither the rights of a trusted root nor
//! any keyUsage.

use rustls::pki_types::CertificateDer;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::der;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use super::certificate::parse;

const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const ANY_PURPOSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

const UNREADABLE: &str = "its extensions cannot be read";
const NO_CERT_SIGN: &str = "its keyUsage does not include keyCertSign, so it must not sign certificates";
const NO_SERVER_AUTH: &str = "its extendedKeyUsage does not include serverAuth, so it is not for TLS servers";

/// The role of a trusted certificate.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A certification authority. At most `path_len` others may follow it before the server; `None`: any number.
    Authority { path_len: Option<u8> },
    /// The certificate of one server, which signs no others.
    Server,
}

/// Returns the role of a trusted certificate, or the reason why it has none.
pub(super) fn role(certificate: &CertificateDer<'_>) -> Result<Role, &'static str> {
    read(certificate, |body| {
        if !includes_servers(body)? {
            return Ok(Err(NO_SERVER_AUTH));
        }
        let path_len = match body.get_extension::<BasicConstraints>()? {
            Some((_, constraints)) if constraints.ca => constraints.path_len_constraint,
            // Version 1 can only express that it is its own issuer. OpenSSL, and so curl, accepts such roots.
            None if body.version() == Version::V1 && body.subject() == body.issuer() => None,
            _ => return Ok(Ok(Role::Server)),
        };
        Ok(if may_sign(body)? { Ok(Role::Authority { path_len }) } else { Err(NO_CERT_SIGN) })
    })
}

/// Returns the reason why a certificate that a server has presented as an issuer's must not sign, if there is one.
/// webpki checks everything except keyUsage.
pub(super) fn objection(issuer: &CertificateDer<'_>) -> Option<&'static str> {
    read(issuer, |body| Ok(if may_sign(body)? { Ok(()) } else { Err(NO_CERT_SIGN) })).err()
}

fn read<T>(
    certificate: &CertificateDer<'_>,
    check: impl FnOnce(&TbsCertificate) -> der::Result<Result<T, &'static str>>,
) -> Result<T, &'static str> {
    let Some(certificate) = parse(certificate) else { return Err(UNREADABLE) };
    check(certificate.tbs_certificate()).unwrap_or(Err(UNREADABLE))
}

/// Whether the certificate may sign. Without a keyUsage, everything is allowed.
fn may_sign(body: &TbsCertificate) -> der::Result<bool> {
    Ok(body.get_extension::<KeyUsage>()?.is_none_or(|(_, usage)| usage.key_cert_sign()))
}

/// Whether the certificate is for servers. Without an extendedKeyUsage, it is for every purpose.
fn includes_servers(body: &TbsCertificate) -> der::Result<bool> {
    let is_ours = |purpose: &ObjectIdentifier| [SERVER_AUTH, ANY_PURPOSE].contains(purpose);
    Ok(body.get_extension::<ExtendedKeyUsage>()?.is_none_or(|(_, usage)| usage.0.iter().any(is_ours)))
}
