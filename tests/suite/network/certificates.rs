//! Certificate authorities and their certificates: good ones, and ones with one fault.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};

/// An authority, whose certificate is `pem`.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    pub key: String,
}

/// A certificate without its issuers, and its key (PKCS#8).
pub struct Leaf {
    pub pem: String,
    pub key: String,
}

impl Authority {
    pub fn root(name: &str) -> Authority {
        Authority::root_with(name, |_| ())
    }

    /// The same after `change`, which may remove the right to sign.
    pub fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Authority {
        let mut parameters = authority(name);
        change(&mut parameters);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Authority { key: key.serialize_pem(), issuer: Issuer::new(parameters, key), pem }
    }

    /// An intermediate authority that this one signs.
    pub fn intermediate(&self, name: &str) -> Authority {
        self.intermediate_with(name, |_| ())
    }

    /// The same after `change`, which may remove the right to sign.
    pub fn intermediate_with(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Authority {
        let mut parameters = authority(name);
        change(&mut parameters);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.signed_by(&key, &self.issuer).unwrap().pem();
        Authority { key: key.serialize_pem(), issuer: Issuer::new(parameters, key), pem }
    }

    /// A second certificate for the key and the name of `other`, signed by this one.
    pub fn cross_sign(&self, other: &Authority, name: &str) -> String {
        self.cross_sign_with(other, name, |_| ())
    }

    /// The same after `change`.
    pub fn cross_sign_with(
        &self,
        other: &Authority,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> String {
        let mut parameters = authority(name);
        change(&mut parameters);
        parameters.signed_by(other.issuer.key(), &self.issuer).unwrap().pem()
    }

    /// A server's certificate for localhost, after `change`.
    pub fn server(&self, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        self.sign(ExtendedKeyUsagePurpose::ServerAuth, &KeyPair::generate().unwrap(), change)
    }

    /// The same for a key in PEM.
    pub fn server_with(&self, key: &str) -> Leaf {
        self.sign(ExtendedKeyUsagePurpose::ServerAuth, &KeyPair::from_pem(key).unwrap(), |_| ())
    }

    pub fn client_with(&self, key: &str) -> Leaf {
        self.sign(ExtendedKeyUsagePurpose::ClientAuth, &KeyPair::from_pem(key).unwrap(), |_| ())
    }

    fn sign(&self, usage: ExtendedKeyUsagePurpose, key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
        let mut parameters = leaf(usage);
        change(&mut parameters);
        Leaf { pem: parameters.signed_by(key, &self.issuer).unwrap().pem(), key: key.serialize_pem() }
    }
}

/// A server's certificate for localhost, signed by its own key.
pub fn self_signed() -> Leaf {
    let key = KeyPair::generate().unwrap();
    let pem = leaf(ExtendedKeyUsagePurpose::ServerAuth).self_signed(&key).unwrap().pem();
    Leaf { pem, key: key.serialize_pem() }
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = named(name, &[]);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn leaf(usage: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut parameters = named("localhost", &["localhost", "127.0.0.1"]);
    parameters.extended_key_usages = vec![usage];
    parameters
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut parameters = CertificateParams::new(hosts).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2120, 1, 1);
    parameters
}
