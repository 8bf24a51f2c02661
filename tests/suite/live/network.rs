//! The networks of companies: proxies, and authorities of their own; and what is said where there is no way through.

use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::super::aws::Server;
use super::*;

/// A private authority, and a certificate of it for localhost.
const AUTHORITY: &str = include_str!("network/authority.pem");
const CERTIFICATE: &str = include_str!("network/localhost.pem");
const KEY: &str = include_str!("network/localhost.key");

/// Takes connections on a port of its own, each on a thread.
fn listen(converse: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let converse = Arc::new(converse);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let converse = Arc::clone(&converse);
            thread::spawn(move || converse(stream));
        }
    });
    address
}

/// The head of a request.
fn head(reader: &mut impl std::io::BufRead) -> Option<String> {
    let mut head = String::new();
    loop {
        let start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if head[start..].trim().is_empty() {
            return Some(head);
        }
    }
}

/// Sends one request on to a server, and gives the answer.
fn ask(to: SocketAddr, head: &str, body: &[u8]) -> Vec<u8> {
    let mut server = TcpStream::connect(to).unwrap();
    let mut request = head.trim_end().to_owned();
    request.push_str("\r\nConnection: close\r\n\r\n");
    server.write_all(request.as_bytes()).unwrap();
    server.write_all(body).unwrap();
    let mut answer = Vec::new();
    drop(server.read_to_end(&mut answer));
    answer
}

fn length(head: &str) -> usize {
    let mut lines = head.lines().map(str::to_ascii_lowercase);
    let line = lines.find_map(|line| Some(line.strip_prefix("content-length:")?.trim().to_owned()));
    line.map_or(0, |length| length.parse().unwrap())
}

/// The server behind TLS, with the private authority's certificate.
fn behind_tls(server: &Server) -> SocketAddr {
    let to = address(server);
    let provider = rustls::crypto::CryptoProvider::get_default().cloned();
    let provider =
        provider.unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    listen(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut reader = BufReader::new(StreamOwned::new(connection, stream));
        let Some(head) = head(&mut reader) else {
            return;
        };
        let mut body = vec![0; length(&head)];
        if reader.read_exact(&mut body).is_ok() {
            let answer = ask(to, &head, &body);
            let mut stream = reader.into_inner();
            drop(stream.write_all(&answer));
            stream.conn.send_close_notify();
            drop(stream.flush());
        }
    })
}

fn address(server: &Server) -> SocketAddr {
    server
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap()
}

/// A proxy, and the first line of each request that it got.
fn proxy() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&asked);
    let address = listen(move |stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let Some(head) = head(&mut reader) else {
            return;
        };
        let line = head.lines().next().unwrap().to_owned();
        noted.lock().unwrap().push(line.clone());
        let target = line.split(' ').nth(1).unwrap();
        let mut back = stream;
        if line.starts_with("CONNECT") {
            let port = target.rsplit(':').next().unwrap();
            let mut server = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
            back.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                .unwrap();
            let (mut there, mut here) = (server.try_clone().unwrap(), back.try_clone().unwrap());
            thread::spawn(move || {
                drop(std::io::copy(&mut reader, &mut there));
                drop(there.shutdown(std::net::Shutdown::Write));
            });
            drop(std::io::copy(&mut server, &mut here));
            drop(here.shutdown(std::net::Shutdown::Both));
        } else {
            let mut body = vec![0; length(&head)];
            reader.read_exact(&mut body).unwrap();
            let rest = target.strip_prefix("http://").unwrap();
            let (host, path) = rest.split_once('/').unwrap();
            let head = head.replacen(target, &format!("/{path}"), 1);
            let answer = ask(host.parse().unwrap(), &head, &body);
            back.write_all(&answer).unwrap();
            drop(back.shutdown(std::net::Shutdown::Both));
        }
    });
    (address, asked)
}

/// The program's exit code and what it says, with variables.
fn run(server: &Server, variables: &[(&str, &str)], more: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    server.sign_in(&mut program, SOURCE);
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        program
            .env_remove(name)
            .env_remove(name.to_ascii_lowercase());
    }
    program.env("AWS_REGION", "us-east-2");
    program.envs(variables.iter().copied());
    program.args([
        "check",
        "--resource",
        DATABASE,
        "--source-vault",
        PROD,
        "--to",
        CENTRAL,
    ]);
    program
        .args(["--format", "json", "--timeout", "20"])
        .args(more);
    let output = program.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

/// Whether the copy was decided: it is blocked, and its destination stays open, as nobody signs in to it.
fn is_read((code, said): &(i32, String)) -> bool {
    *code == 1 && !said.contains("error")
}

#[test]
fn an_authority_of_ones_own_is_named_as_for_aws_and_a_failure_of_tls_says_so() {
    let server = served(&rds());
    let url = format!("https://localhost:{}", behind_tls(&server).port());
    let endpoint = ("AWS_ENDPOINT_URL", url.as_str());
    let dir = TempDir::new().unwrap();
    let path = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // Beside the authority's, what no reader of certificates takes.
    let bundle = path(
        "ca.pem",
        &format!(
            "# ours\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{AUTHORITY}"
        ),
    );
    let config = path("config", &format!("[default]\nca_bundle = {bundle}\n"));

    let (code, said) = run(&server, &[endpoint], &[]);
    assert_eq!(code, 2, "{said}");
    for word in ["TLS", "AWS_CA_BUNDLE"] {
        assert!(said.contains(word), "{said}");
    }
    for variable in [
        ("AWS_CA_BUNDLE", bundle.as_str()),
        ("SSL_CERT_FILE", bundle.as_str()),
        ("AWS_CONFIG_FILE", config.as_str()),
    ] {
        let ran = run(&server, &[endpoint, variable], &[]);
        assert!(is_read(&ran), "{variable:?}: {ran:?}");
    }
    let empty = path("empty.pem", "");
    let (code, said) = run(&server, &[endpoint, ("AWS_CA_BUNDLE", &empty)], &[]);
    assert!(
        code == 2 && said.contains("AWS_CA_BUNDLE") && said.contains(&empty),
        "{said}"
    );
    drop(server.take_complaints());
}

#[test]
fn proxies_are_taken_as_for_aws() {
    let server = served(&rds());
    let secure = format!("https://localhost:{}", behind_tls(&server).port());
    let dir = TempDir::new().unwrap();
    let bundle = dir.path().join("ca.pem");
    std::fs::write(&bundle, AUTHORITY).unwrap();
    let bundle = ("AWS_CA_BUNDLE", bundle.to_str().unwrap());
    for (variable, url) in [
        ("HTTPS_PROXY", &secure),
        ("https_proxy", &secure),
        ("HTTP_PROXY", &server.url()),
        ("http_proxy", &server.url()),
    ] {
        let (proxy, asked) = proxy();
        let proxy = format!("http://{proxy}");
        let endpoint = ("AWS_ENDPOINT_URL", url.as_str());
        let ran = run(&server, &[endpoint, bundle, (variable, &proxy)], &[]);
        assert!(is_read(&ran), "{variable}: {ran:?}");
        let through = std::mem::take(&mut *asked.lock().unwrap());
        assert!(through.len() > 3, "{variable}: {through:?}");
        let connects = through
            .iter()
            .all(|line| line.starts_with("CONNECT localhost:"));
        assert_eq!(
            connects,
            url.starts_with("https"),
            "{variable}: {through:?}"
        );
        for none in ["NO_PROXY", "no_proxy"] {
            let ran = run(
                &server,
                &[
                    endpoint,
                    bundle,
                    (variable, &proxy),
                    (none, "localhost,127.0.0.1"),
                ],
                &[],
            );
            assert!(is_read(&ran), "{none}: {ran:?}");
            assert!(asked.lock().unwrap().is_empty());
        }
    }
    drop(server.take_complaints());
}

#[test]
fn where_there_is_no_way_the_reason_is_told() {
    let server = served(&rds());
    let closed = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    for (url, word) in [
        (format!("http://{closed}"), "refused"),
        ("http://nowhere.invalid".to_owned(), "name"),
        (server.url().replace("http", "https"), "TLS"),
    ] {
        let (code, said) = run(&server, &[("AWS_ENDPOINT_URL", &url)], &[]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(word), "{url}: {said}");
    }
    let (code, said) = run(&server, &[("HTTP_PROXY", &format!("http://{closed}"))], &[]);
    assert!(code == 2 && said.contains("refused"), "{said}");
    drop(server.take_complaints());
}

#[test]
fn settings_that_would_end_the_sdk_are_errors_or_none() {
    let server = served(&rds());
    let dir = TempDir::new().unwrap();
    let path = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let url = server.url();
    let services = [
        "KMS",
        "STS",
        "IAM",
        "BACKUP",
        "RDS",
        "ORGANIZATIONS",
        "EC2",
        "DYNAMODB",
    ];
    let services: Vec<String> = services
        .iter()
        .map(|id| format!("AWS_ENDPOINT_URL_{id}"))
        .collect();
    // Empty: none.
    for name in &services {
        let ran = run(&server, &[(name, "")], &[]);
        assert!(is_read(&ran), "{name}: {ran:?}");
    }
    let profile = path("profile", &format!("[default]\nendpoint_url = {url}\n"));
    let ran = run(
        &server,
        &[("AWS_ENDPOINT_URL", ""), ("AWS_CONFIG_FILE", &profile)],
        &[],
    );
    assert!(is_read(&ran), "{ran:?}");
    let ran = run(&server, &[("AWS_PROFILE", "")], &[]);
    assert!(is_read(&ran), "{ran:?}");

    // No address, no key, no profile: an error that names what says so, and not what it says.
    let spoiled = path(
        "spoiled",
        "[default]\nendpoint_url = http://me:s3cret@host\n",
    );
    let lines = path(
        "lines",
        "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n  more\n",
    );
    let process = |script: &str| {
        let script = path("script.sh", script);
        path(
            "process",
            &format!("[default]\ncredential_process = sh {script}\n"),
        )
    };
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    let mut wrong: Vec<(Vec<(&str, &str)>, &str)> = services
        .iter()
        .map(|name| {
            (
                vec![(name.as_str(), "http://me:s3cret@host")],
                name.as_str(),
            )
        })
        .collect();
    wrong.push((vec![("AWS_ENDPOINT_URL", "s3cret")], "AWS_ENDPOINT_URL"));
    wrong.push((
        vec![("AWS_ENDPOINT_URL", ""), ("AWS_CONFIG_FILE", &spoiled)],
        "endpoint_url",
    ));
    wrong.push((
        vec![("AWS_SESSION_TOKEN", "s3cret\nline")],
        "AWS_SESSION_TOKEN",
    ));
    wrong.push((
        vec![("AWS_ACCESS_KEY_ID", "s3cr\u{e9}t")],
        "AWS_ACCESS_KEY_ID",
    ));
    wrong.push((vec![("AWS_PROFILE", "nobody")], "`nobody`"));
    wrong.push((
        vec![none[0], none[1], ("AWS_SHARED_CREDENTIALS_FILE", &lines)],
        "aws_secret_access_key",
    ));
    for (variables, word) in wrong {
        let (code, said) = run(&server, &variables, &[]);
        assert_eq!(code, 2, "{variables:?}: {said}");
        assert!(said.contains(word), "{variables:?}: {said}");
        assert!(!said.contains("s3cr"), "{variables:?}: {said}");
    }
    let (code, said) = run(&server, &[("AWS_REGION", "us-east-2\n")], &[]);
    assert!(code != 134 && code != -1, "{said}");
    for script in [
        "echo '{\"Version\": 1, \"AccessKeyId\": \"AKIA1\", \"SecretAccessKey\": \"s3cret\", \"SessionToken\": \"s3cret\\nx\"}'",
        "echo s3cret; exit 0",
        "echo s3cret >&2; exit 3",
        "echo '{\"Version\": 1, \"s3cret\": ",
        "echo '{\"Version\": 1, \"AccessKeyId\": \"AKIA1\", \"SecretAccessKey\": \"s3cret\", \"Expiration\": \"s3cret\"}'",
    ] {
        let config = process(script);
        let (code, said) = run(
            &server,
            &[none[0], none[1], ("AWS_CONFIG_FILE", &config)],
            &[],
        );
        assert_eq!(code, 2, "{script}: {said}");
        assert!(!said.contains("s3cret"), "{script}: {said}");
    }
    drop(server.take_complaints());
}

#[test]
fn a_proxy_that_is_none_is_an_error_and_nothing_goes_out_without_it() {
    let server = served(&rds());
    let url = server.url();
    let proxy = ("HTTPS_PROXY", "htp:/me:s3cret@proxy:3128");
    let (code, said) = run(&server, &[("AWS_ENDPOINT_URL", &url), proxy], &[]);
    assert!(code == 2 && said.contains("`HTTPS_PROXY` is not"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert!(server.finish().is_empty());
}
