//! A certificate authority that exists as long as the process. It is created in memory, and its key is dropped after it
//! has signed one certificate.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::version::TLS12;
use rustls::{ALL_VERSIONS, ServerConfig};
use time::{Duration, OffsetDateTime};

pub(crate) struct Certificates {
    pub(crate) ca_pem: String,
    pub(crate) server: ServerConfig,
}

/// The certificate is valid for `host_names` and for the names and addresses of loopback.
pub(crate) fn make(host_names: &[String], only_tls12: bool) -> io::Result<Certificates> {
    let mut ca = parameters(Vec::new(), "nativeflow-stub throw-away CA")?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate().map_err(io::Error::other)?;
    let ca_pem = ca.self_signed(&ca_key).map_err(io::Error::other)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let loopback = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut leaf = parameters([&loopback, host_names].concat(), "nativeflow-stub")?;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict verifiers (Python 3.13) reject a certificate without the key identifier of its issuer.
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate().map_err(io::Error::other)?;
    let leaf = leaf.signed_by(&leaf_key, &issuer).map_err(io::Error::other)?;

    let key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    let versions: &[_] = if only_tls12 { &[&TLS12] } else { ALL_VERSIONS };
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key.into())
        .map_err(io::Error::other)?;
    Ok(Certificates { ca_pem, server })
}

fn parameters(names: Vec<String>, common_name: &str) -> io::Result<CertificateParams> {
    let mut parameters = CertificateParams::new(names).map_err(io::Error::other)?;
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    // Valid since yesterday, because clocks differ. Valid for less than 398 days, because some verifiers require it.
    let now = OffsetDateTime::now_utc();
    parameters.not_before = now - Duration::days(1);
    parameters.not_after = now + Duration::days(390);
    Ok(parameters)
}
