//! moto: an AWS that others wrote, as a process of its own. It is installed under `target/` when it is first needed.
//!
//! See <https://docs.getmoto.org/en/latest/docs/server_mode.html>.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::python;

const MOTO: &str = "moto[server,all]==5.2.5";
const AWSCLI: &str = "awscli==1.46.3";

/// The account of keys that moto does not know.
pub const ACCOUNT: &str = "123456789012";

/// A running moto; it ends when this is dropped.
pub struct Moto {
    server: Child,
    port: u16,
    bin: PathBuf,
}

/// The keys of an account.
#[derive(Clone, Debug)]
pub struct Keys {
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
}

impl Moto {
    /// Installs moto where it is not there yet, and starts one with nothing in it.
    pub fn start() -> Self {
        let bin = python::with(&[MOTO, AWSCLI]);
        // Another process may take the port between its choice and its use; then moto ends at once.
        for _ in 0..5 {
            let port = free_port();
            let log = File::create(bin.join(format!("../moto-{port}.log"))).unwrap();
            let server = Command::new(bin.join("moto_server"))
                .args(["-H", "127.0.0.1", "-p", &port.to_string()])
                .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            let mut moto = Self {
                server,
                port,
                bin: bin.clone(),
            };
            if moto.answers() {
                return moto;
            }
        }
        panic!(
            "moto does not start; its logs are in {}",
            bin.join("..").display()
        );
    }

    fn answers(&mut self) -> bool {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.server.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            sleep(Duration::from_millis(100));
        }
        false
    }

    /// What `AWS_ENDPOINT_URL` is to be.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where AWS's own command line is.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// Keys of moto's own account.
    pub fn keys() -> Keys {
        Keys {
            id: "testing".to_owned(),
            secret: "testing".to_owned(),
            token: None,
        }
    }

    /// Keys of another account, by a role there that moto does not ask for.
    pub fn keys_of(&self, account: &str) -> Keys {
        let role = format!("arn:aws:iam::{account}:role/tester");
        let call = [
            "sts",
            "assume-role",
            "--role-arn",
            &role,
            "--role-session-name",
            "tests",
        ];
        let answer = self.aws(&Self::keys(), "us-east-1", &call);
        let text = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
        Keys {
            id: text("AccessKeyId"),
            secret: text("SecretAccessKey"),
            token: Some(text("SessionToken")),
        }
    }

    /// Runs AWS's own command line against it; gives what it prints.
    pub fn aws(&self, keys: &Keys, region: &str, call: &[&str]) -> Value {
        let mut command = Command::new(self.bin.join("aws"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            // Of the endpoint in the environment its `rds` knows nothing.
            .args(["--endpoint-url", &self.url()])
            .args(["--output", "json", "--region", region])
            .args(call)
            .env("AWS_ACCESS_KEY_ID", &keys.id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        if let Some(token) = &keys.token {
            command.env("AWS_SESSION_TOKEN", token);
        }
        let output = command.output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "aws {}: {error}", call.join(" "));
        match output.stdout.as_slice() {
            [] => Value::Null,
            text => serde_json::from_slice(text).unwrap(),
        }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
