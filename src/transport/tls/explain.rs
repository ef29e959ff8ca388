//! Finds the reason why a server's certificate chain was rejected. It examines the chain and the trusted certificates,
//! because the verifier's error names neither the certificate nor a remedy.

use std::ptr;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, Error};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};

use super::certificate;
use super::certificate::{Names, parse};
use crate::error::Cause;
use crate::transport::chain_error::{ChainError, chain_error};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Unsupported signature algorithms: their names, and whether they are no longer secure.
const SIGNATURES: [(ObjectIdentifier, &str, bool); 6] = [
    (oid("1.2.840.113549.1.1.4"), "RSA and MD5", true),
    (oid("1.2.840.113549.1.1.5"), "RSA and SHA-1", true),
    (oid("1.2.840.113549.1.1.10"), "RSA-PSS and unusual parameters", false),
    (oid("1.2.840.10045.4.1"), "ECDSA and SHA-1", true),
    (oid("1.2.840.10045.4.3.4"), "ECDSA and SHA-512", false),
    (oid("1.3.101.113"), "Ed448", false),
];
const ELLIPTIC: ObjectIdentifier = oid("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// The supported curves.
const CURVES: [ObjectIdentifier; 2] = [oid("1.2.840.10045.3.1.7"), oid("1.3.132.0.34")];
const P_521: ObjectIdentifier = oid("1.3.132.0.35");
/// Bytes of a supported modulus: 2048 to 8192 bits.
const MIN_RSA_LEN: usize = 256;
const MAX_RSA_LEN: usize = 1024;
/// The extensions that webpki supports: keyUsage, subjectAltName, basicConstraints, nameConstraints, CRL distribution
/// points, extKeyUsage and the list of SCTs.
const EXTENSIONS: [ObjectIdentifier; 7] = [
    oid("2.5.29.15"),
    oid("2.5.29.17"),
    oid("2.5.29.19"),
    oid("2.5.29.30"),
    oid("2.5.29.31"),
    oid("2.5.29.37"),
    oid("1.3.6.1.4.1.11129.2.4.2"),
];

const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
/// The tag of a directory name in a list of names.
const DIRECTORY_NAME: u8 = 0xA4;

/// The input of a verifier, with the time.
pub(super) struct Presented<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(in crate::transport) chain: &'a [CertificateDer<'a>],
    /// The root certificates of the caller or of the system; empty if the operating system itself verifies.
    pub(in crate::transport) trusted: &'a [CertificateDer<'a>],
    pub(in crate::transport) now: UnixTime,
}

impl Presented<'_> {
    /// Returns the error that names the cause, instead of the verifier's.
    pub(super) fn explain(&self, error: Error) -> Error {
        let Error::InvalidCertificate(reason) = &error else { return error };
        // A certificate that cannot be parsed cannot be explained.
        let Some(leaf) = parse(self.leaf) else { return error };
        match reason {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => self.without_path(&leaf),
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => self.outside_of_validity().unwrap_or(error),
            CertificateError::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => {
                self.with_algorithm(signature_algorithm_id)
            }
            CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => self.with_key(),
            CertificateError::Other(other) if other.0.is::<ChainError>() => error,
            CertificateError::Other(other) => match other.0.downcast_ref::<webpki::Error>() {
                Some(webpki::Error::CaUsedAsEndEntity) if self.trusted.contains(self.leaf) => {
                    self.rejection(Cause::CertificateIsAuthority, None)
                }
                // Most certificates that people make themselves are authority certificates.
                _ if leaf.is_self_issued() => self.rejection(Cause::CertificateSelfSigned, None),
                Some(webpki::Error::CaUsedAsEndEntity) => self.rejection(Cause::CertificateIsAuthority, None),
                Some(webpki::Error::UnsupportedCriticalExtension) => self.with_extension(),
                Some(webpki::Error::NameConstraintViolation) => self.with_constraints(),
                Some(webpki::Error::UnsupportedCertVersion) => {
                    self.rejection(Cause::CertificateRefused, Some("it is of an X.509 version before 3".to_owned()))
                }
                _ => self.rejection(Cause::CertificateRefused, Some(other.to_string())),
            },
            _ => error,
        }
    }

    fn rejection(&self, cause: Cause, detail: Option<String>) -> Error {
        chain_error(cause, Names::of(self.leaf), detail)
    }

    /// Returns the certificates that were sent, the server's first.
    fn sent(&self) -> Vec<Certificate> {
        let others = self.chain.iter().filter(|certificate| *certificate != self.leaf);
        [self.leaf].into_iter().chain(others).filter_map(parse).collect()
    }

    fn trusted(&self) -> Vec<Certificate> {
        self.trusted.iter().filter_map(parse).collect()
    }

    /// Returns the sent or trusted certificates that are the issuer of one of `below`, by name.
    fn issuers_of(&self, below: &[&Certificate]) -> Vec<Certificate> {
        let all = self.sent().into_iter().skip(1).chain(self.trusted());
        all.filter(|issuer| below.iter().any(|other| issuer.has_issued(other))).collect()
    }

    fn fault_of_issuers(&self, below: &[&Certificate]) -> Option<(Cause, String)> {
        self.issuers_of(below).iter().find_map(Read::fault)
    }

    /// No path leads to a trusted root: examines the end of the path.
    fn without_path(&self, leaf: &Certificate) -> Error {
        let sent: Vec<Certificate> = self.sent().into_iter().skip(1).collect();
        let mut path = vec![leaf];
        while let Some(&last) = path.last()
            && !last.is_self_issued()
            && let Some(issuer) =
                sent.iter().find(|other| other.has_issued(last) && !path.iter().any(|known| ptr::eq(*known, *other)))
        {
            path.push(issuer);
        }
        if let Some((cause, detail)) = self.fault_of_issuers(&path) {
            return self.rejection(cause, Some(detail));
        }
        let last = path.last().copied().unwrap_or(leaf);
        let missing = || Some(format!("missing: \"{}\"", certificate::shown(last.tbs_certificate().issuer())));
        if leaf.is_self_issued() {
            return self.rejection(Cause::CertificateSelfSigned, None);
        }
        if self.trusted().iter().any(|trusted| trusted.has_issued(last)) {
            let detail = "a trusted certificate has the issuer's name, but another key".to_owned();
            return self.rejection(Cause::UnknownRoot, Some(detail));
        }
        match path.len() {
            1 if sent.is_empty() => self.rejection(Cause::CertificateChainIncomplete, None),
            1 => self.rejection(Cause::CertificateChainIncomplete, missing()),
            // A root was sent, but not the intermediate certificates.
            _ if !last.is_self_issued() && sent.iter().any(Read::is_self_issued) => {
                self.rejection(Cause::CertificateChainIncomplete, missing())
            }
            _ => self.rejection(Cause::UnknownRoot, None),
        }
    }

    fn outside_of_validity(&self) -> Option<Error> {
        let now = self.now.as_secs();
        self.sent().into_iter().enumerate().find_map(|(index, certificate)| {
            let validity = certificate.tbs_certificate().validity();
            let [from, until] = [validity.not_before, validity.not_after];
            let is_leaf = index == 0;
            let (cause, detail) = if until.to_unix_duration().as_secs() < now {
                let cause = if is_leaf { Cause::CertificateExpired } else { Cause::CertificateIssuerExpired };
                (cause, format!("it was valid until {}", until.to_date_time()))
            } else if from.to_unix_duration().as_secs() > now {
                (Cause::CertificateNotYetValid, format!("it is valid from {}", from.to_date_time()))
            } else {
                return None;
            };
            let detail = match is_leaf {
                true if cause == Cause::CertificateExpired => None,
                true => Some(detail),
                false => Some(format!("issuer {}: {detail}", certificate.names())),
            };
            Some(self.rejection(cause, detail))
        })
    }

    /// A signature cannot be verified. `algorithm` is its algorithm in DER.
    fn with_algorithm(&self, algorithm: &[u8]) -> Error {
        // A root that was sent is trusted or not, whatever its signature is.
        let is_meant = |certificate: &Certificate| {
            // After a tag and a length.
            let oid = algorithm.get(2..).unwrap_or_default();
            oid.starts_with(certificate.signature_algorithm().oid.as_bytes()) && !certificate.is_self_issued()
        };
        let sent = self.sent();
        let Some((index, certificate)) = sent.iter().enumerate().find(|(_, one)| is_meant(one)) else {
            return self.with_key();
        };
        let whose = if index == 0 { String::new() } else { format!("issuer \"{}\": ", certificate.name()) };
        let oid = certificate.signature_algorithm().oid;
        let known = SIGNATURES.iter().find(|(known, ..)| *known == oid);
        let name = known.map_or_else(|| format!("the algorithm {oid}"), |(_, name, _)| (*name).to_owned());
        let is_weak = known.is_some_and(|(.., is_weak)| *is_weak);
        let cause = if is_weak { Cause::CertificateWeak } else { Cause::CertificateUnsupported };
        self.rejection(cause, Some(format!("{whose}signed with {name}")))
    }

    /// A signature cannot be verified with its key.
    fn with_key(&self) -> Error {
        let sent = self.sent();
        match self.fault_of_issuers(&sent.iter().collect::<Vec<_>>()) {
            Some((cause, detail)) => self.rejection(cause, Some(detail)),
            None => self.rejection(Cause::CertificateUnsupported, None),
        }
    }

    fn with_extension(&self) -> Error {
        for (index, certificate) in self.sent().into_iter().enumerate() {
            let mut extensions = certificate.tbs_certificate().extensions().into_iter().flatten();
            let unknown = extensions.find(|one| one.critical && !EXTENSIONS.contains(&one.extn_id));
            let Some(unknown) = unknown.map(|one| one.extn_id) else { continue };
            let what = match unknown {
                CERTIFICATE_POLICIES => "critical certificatePolicies".to_owned(),
                other => format!("the critical extension {other}"),
            };
            return match index {
                0 => self.rejection(Cause::CertificateRefused, Some(format!("it has {what}, which is not supported"))),
                // Extensions of a trusted certificate are not checked.
                _ => self.rejection_with_remedy(&certificate, &what, &certificate),
            };
        }
        self.rejection(Cause::CertificateRefused, None)
    }

    /// An issuer constrains the names in the certificates below it.
    fn with_constraints(&self) -> Error {
        let sent: Vec<Certificate> =
            self.sent().into_iter().filter(|certificate| !certificate.is_self_issued()).collect();
        let below: Vec<&Certificate> = sent.iter().collect();
        let Some(issuer) = self.issuers_of(&below).into_iter().find(Read::constrains_directories) else {
            return self.rejection(
                Cause::CertificateRefused,
                Some("its names are outside of an issuer's nameConstraints".to_owned()),
            );
        };
        // The constraints apply to the certificates below it.
        match sent.iter().find(|certificate| issuer.has_issued(certificate)) {
            Some(below) => self.rejection_with_remedy(&issuer, "nameConstraints on directory names", below),
            None => self.rejection(Cause::CertificateRefused, None),
        }
    }

    fn rejection_with_remedy(&self, issuer: &Certificate, what: &str, instead: &Certificate) -> Error {
        let detail = format!(
            "issuer \"{}\" has {what}, which cannot be checked; a CA file with \"{}\" does without",
            issuer.name(),
            instead.name()
        );
        self.rejection(Cause::CertificateConstrained, Some(detail))
    }
}

/// Facts of one certificate.
trait Read {
    fn name(&self) -> String;
    fn names(&self) -> String;
    fn is_self_issued(&self) -> bool;
    fn has_issued(&self, other: &Certificate) -> bool;
    fn constrains_directories(&self) -> bool;
    fn fault(&self) -> Option<(Cause, String)>;
}

impl Read for Certificate {
    fn name(&self) -> String {
        certificate::shown(self.tbs_certificate().subject())
    }

    fn names(&self) -> String {
        format!("\"{}\", issued by \"{}\"", self.name(), certificate::shown(self.tbs_certificate().issuer()))
    }

    fn is_self_issued(&self) -> bool {
        self.tbs_certificate().subject() == self.tbs_certificate().issuer()
    }

    /// Whether this is the issuer of `other`, decided by names alone.
    fn has_issued(&self, other: &Certificate) -> bool {
        self.tbs_certificate().subject() == other.tbs_certificate().issuer()
    }

    /// Not with the type of x509-cert, which can decode every kind of name: 30 KB.
    fn constrains_directories(&self) -> bool {
        let mut extensions = self.tbs_certificate().extensions().into_iter().flatten();
        let Some(constraints) = extensions.find(|one| one.extn_id == NAME_CONSTRAINTS) else { return false };
        // Each subtree is a sequence with a name first.
        let bytes = constraints.extn_value.as_bytes();
        bytes.windows(4).any(|bytes| matches!(bytes, [0x30, _, DIRECTORY_NAME, _] | [0x30, 0x81, _, DIRECTORY_NAME]))
    }

    fn fault(&self) -> Option<(Cause, String)> {
        let (cause, what) = fault_of_key(self)?;
        Some((cause, format!("issuer \"{}\": {what}", self.name())))
    }
}

/// Returns the reason why no signature with this certificate's key is accepted, if there is one.
pub(super) fn fault_of_key(certificate: &Certificate) -> Option<(Cause, &'static str)> {
    let key = certificate.tbs_certificate().subject_public_key_info();
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    Some(match key.algorithm.oid {
        RSA => match modulus_length(key.subject_public_key.raw_bytes())? {
            ..MIN_RSA_LEN => (Cause::CertificateWeak, "an RSA key of less than 2048 bits"),
            MIN_RSA_LEN..=MAX_RSA_LEN => return None,
            _ => (Cause::CertificateUnsupported, "an RSA key of more than 8192 bits"),
        },
        ELLIPTIC if curve == Some(P_521) => (Cause::CertificateUnsupported, "a key on the curve P-521"),
        ELLIPTIC if curve.is_none_or(|curve| !CURVES.contains(&curve)) => {
            (Cause::CertificateUnsupported, "a key on a curve other than P-256 and P-384")
        }
        _ => return None,
    })
}

/// Returns the length in bytes of an RSA key: a sequence of modulus and exponent (RFC 8017, A.1.1).
fn modulus_length(key: &[u8]) -> Option<usize> {
    let numbers = AnyRef::from_der(key).ok()?;
    let (modulus, _) = AnyRef::from_der_partial(numbers.value()).ok()?;
    let zeros = modulus.value().iter().take_while(|byte| **byte == 0).count();
    Some(modulus.value().len() - zeros)
}
