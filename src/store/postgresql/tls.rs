//! How a connection is protected on its way, by rustls.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::server::{Server, TlsMode};
use crate::store::{Result, StoreError, read_ordinary};

/// What connects with the protection that a mode asks for.
///
/// # Errors
/// Certificates that cannot be read.
pub(super) fn connector(server: &Server, mode: TlsMode) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unusable("TLS", error))?;
    let builder = match mode {
        TlsMode::VerifyFull => builder.with_webpki_verifier(authorities(server, provider)?),
        _ => {
            let authorities = match mode {
                TlsMode::VerifyCa => Some(authorities(server, provider.clone())?),
                _ => None,
            };
            let lenient = Lenient { authorities, algorithms: algorithms(&provider) };
            builder.dangerous().with_custom_certificate_verifier(Arc::new(lenient))
        }
    };
    let config = match &server.client_certificate {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates(certificate)?;
            let key = private_key(key)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| unusable("the client certificate", error))?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

fn unusable(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreachable(format!("{what} cannot be used: {error}"))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let shown = path.display().to_string();
    let bytes = read_ordinary(path).map_err(|error| unusable(&shown, error))?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| unusable(&shown, error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let shown = path.display().to_string();
    let bytes = read_ordinary(path).map_err(|error| unusable(&shown, error))?;
    CertificateDer::pem_slice_iter(&bytes)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| unusable(&shown, error))
}

/// Who may sign the certificate of a server: those of the root file, else those that this machine trusts.
fn authorities(server: &Server, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    match &server.root_certificates {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| unusable(&path.display().to_string(), error))?;
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| unusable("the list of certificate authorities", error))
}

fn algorithms(provider: &CryptoProvider) -> WebPkiSupportedAlgorithms {
    provider.signature_verification_algorithms
}

/// `verify-ca`: any name will do. `require` and `prefer`: any certificate will do, as with every client of PostgreSQL.
#[derive(Debug)]
struct Lenient {
    authorities: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        let Some(authorities) = &self.authorities else { return Ok(ServerCertVerified::assertion()) };
        match authorities.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
