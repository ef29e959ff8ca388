//! Whom a certificate names, for people to read.

use std::fmt;

use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// Subject, issuer and last day of a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) subject: String,
    pub(super) issuer: String,
    until: String,
}

impl Names {
    /// Those of `certificate`; empty ones when it cannot be read, which only costs the reader of a message something.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Names {
        let Ok(certificate) = Certificate::from_der(certificate) else {
            return Names::default();
        };
        let body = certificate.tbs_certificate();
        Names {
            subject: body.subject().to_string(),
            issuer: body.issuer().to_string(),
            until: body.validity().not_after.to_string(),
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\", issued by \"{}\", valid until {}", self.subject, self.issuer, self.until)
    }
}
