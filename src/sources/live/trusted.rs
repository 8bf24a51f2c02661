//! The certificates that connections are trusted by: the file that AWS_CA_BUNDLE or the profile's `ca_bundle` names, as for
//! the `aws` command; else those of the system, which SSL_CERT_FILE may name.

use std::path::Path;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::super::recorded;

/// No bundle of certificates is larger.
const LARGEST: u64 = 64 << 20;

/// Why there is nothing to trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`, which {named_by} names, {why}")]
pub struct NoCertificates {
    path: String,
    named_by: &'static str,
    why: String,
}

/// Trust in the certificates of a file.
///
/// # Errors
/// Where the file cannot be read, or has no certificate in it.
pub fn of_file(path: &str, named_by: &'static str) -> Result<TlsContext, NoCertificates> {
    let no = |why: String| NoCertificates {
        path: path.to_owned(),
        named_by,
        why,
    };
    let (_, text) = recorded::bytes(Path::new(path), LARGEST)
        .map_err(|error| no(format!("cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(&text);
    let mut store = TrustStore::empty().with_native_roots(false);
    let mut found = false;
    for block in blocks(&text).filter(|block| is_certificate(block)) {
        store.add_pem_certificate(block.as_bytes());
        found = true;
    }
    let context = TlsContext::builder().with_trust_store(store).build();
    match context {
        Ok(context) if found => Ok(context),
        Ok(_) | Err(_) => Err(no("has no certificate that can be read".to_owned())),
    }
}

/// Each certificate of a file, between its lines.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let starts = text.match_indices(BEGIN).map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = text.get(at..)?;
        let end = rest.find(END)?;
        rest.get(..end.saturating_add(END.len()))
    })
}

/// Whether the SDK can take it: it would end the program over one that it cannot.
fn is_certificate(block: &str) -> bool {
    let Ok(certificate) = CertificateDer::from_pem_slice(block.as_bytes()) else {
        return false;
    };
    RootCertStore::empty().add(certificate).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_an_error_with_the_files_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let path = path.to_str().unwrap();
        let told = || of_file(path, "AWS_CA_BUNDLE").unwrap_err().to_string();
        assert!(told().contains("cannot be read"), "{}", told());
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for text in ["", "no", garbage, "-----BEGIN CERTIFICATE-----\n\u{e9}"] {
            std::fs::write(path, text).unwrap();
            let told = told();
            assert!(
                told.contains(path) && told.contains("AWS_CA_BUNDLE"),
                "{told}"
            );
            assert!(told.contains("no certificate"), "{told}");
        }
    }
}
