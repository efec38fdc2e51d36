//! Real PostgreSQL servers that speak TLS and nothing else, and the certificates they show.
//!
//! Needs `postgresql.rs` beside it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rcgen::{DnType, KeyUsagePurpose};

use crate::postgresql::{Server, new_folder};

/// Somebody who certifies servers, and whom a client trusts when it has the file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let mut wanted = CertificateParams::new(Vec::new()).unwrap();
        wanted.distinguished_name.push(DnType::CommonName, name);
        wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(wanted, KeyPair::generate().unwrap()).unwrap();
        Authority { issuer }
    }

    /// The certificate of a server of this name, and its key, as files hold them.
    fn certify(&self, host: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut wanted = CertificateParams::new([host.to_owned()]).unwrap();
        wanted.distinguished_name.push(DnType::CommonName, host);
        wanted.use_authority_key_identifier_extension = true;
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = wanted.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// A server on loopback that refuses whoever comes over the network without TLS.
pub struct TlsServer {
    server: Server,
    port: String,
}

impl TlsServer {
    /// A server whose certificate is for `localhost`, which is the name in its address.
    pub fn start() -> TlsServer {
        TlsServer::certified_for("localhost")
    }

    /// A server whose certificate is good and for another name than `localhost`, by which it is reached.
    pub fn of_another_name() -> TlsServer {
        TlsServer::certified_for("warehouse.example")
    }

    fn certified_for(host: &str) -> TlsServer {
        let folder = new_folder();
        let authority = Authority::new("scantrail tests");
        let (certificate, key) = authority.certify(host);
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("authority.pem", &authority.issuer.pem());
        write("foreign.pem", &Authority::new("somebody else").issuer.pem());
        write("server.pem", &certificate);
        write("server.key", &key);
        write("access.conf", "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
        only_for_owner(&folder.join("server.key"));
        let path = |setting: &str, name: &str| format!("{setting}={}", folder.join(name).display());
        let settings = [
            "ssl=on".to_owned(),
            path("ssl_cert_file", "server.pem"),
            path("ssl_key_file", "server.key"),
            path("hba_file", "access.conf"),
        ];
        let server = Server::start_in(&folder, &settings.each_ref().map(String::as_str));
        let port = server.url().rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
        TlsServer { server: server.by_socket(), port }
    }

    /// The server, through its socket, where no TLS is needed: databases and roles are made here.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The address of a database by the name `localhost`, over the network.
    pub fn url_of(&self, database: &str) -> String {
        let (user, _) = self.server.url().rsplit_once('@').unwrap();
        format!("{user}@localhost:{}/{database}", self.port)
    }

    /// The port.
    pub fn port(&self) -> &str {
        &self.port
    }

    /// The file that makes a client trust this server.
    pub fn authority_file(&self) -> PathBuf {
        self.server.folder().join("authority.pem")
    }

    /// A file of the same kind from somebody who has nothing to do with this server.
    pub fn foreign_authority_file(&self) -> PathBuf {
        self.server.folder().join("foreign.pem")
    }
}

/// The server does not take a key that others can read.
fn only_for_owner(key: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
}
