//! A client of the server that knows no more than HTTP.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::super::Server;
use super::super::http;
use super::super::query::encode;

pub const SOURCE: &str = "111122223333";
pub const DESTINATION: &str = "444455556666";
pub const MANAGEMENT: &str = "999988887777";
pub const REGION: &str = "us-east-2";

/// The inventory that most tests serve.
pub fn inventory() -> Value {
    serde_json::from_str(include_str!("inventory.json")).unwrap()
}

/// The source account's Region in it.
pub fn source_region() -> Value {
    inventory()["accounts"][0]["regions"][0].clone()
}

/// A server of that inventory.
pub fn served() -> Server {
    Server::start(inventory())
}

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        let is = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(is)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The text of each element of this name.
    pub fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.body
            .split(&open)
            .skip(1)
            .filter_map(|rest| rest.split(&close).next())
            .map(str::to_owned)
            .collect()
    }

    /// The text of the first.
    pub fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    /// The error's code, wherever the protocol has it.
    pub fn code(&self) -> String {
        if let Some(kind) = self.header("x-amzn-errortype") {
            return kind.split(':').next().unwrap_or_default().to_owned();
        }
        if let Some(code) = self.element("Code") {
            return code;
        }
        let kind = self.json()["__type"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        kind.rsplit('#').next().unwrap_or_default().to_owned()
    }
}

/// A connection with the keys of an account.
pub struct Client {
    reader: BufReader<TcpStream>,
    pub key: String,
    pub region: String,
    pub token: Option<String>,
}

impl Client {
    pub fn of(server: &Server, account: &str) -> Self {
        let address = server.url().replace("http://", "");
        Self {
            reader: BufReader::new(TcpStream::connect(address).unwrap()),
            key: Server::account_keys(account).0,
            region: REGION.to_owned(),
            token: None,
        }
    }

    pub fn source(server: &Server) -> Self {
        Self::of(server, SOURCE)
    }

    pub fn get(&mut self, path: &str) -> Got {
        self.send("backup", "GET", path, &[], "")
    }

    pub fn kms(&mut self, operation: &str, args: &Value) -> Got {
        self.json(
            "kms",
            "application/x-amz-json-1.1",
            &format!("TrentService.{operation}"),
            args,
        )
    }

    pub fn organizations(&mut self, operation: &str, args: &Value) -> Got {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        self.json("organizations", "application/x-amz-json-1.1", &target, args)
    }

    pub fn dynamodb(&mut self, operation: &str, args: &Value) -> Got {
        let target = format!("DynamoDB_20120810.{operation}");
        self.json("dynamodb", "application/x-amz-json-1.0", &target, args)
    }

    pub fn rds(&mut self, operation: &str, args: &[(&str, &str)]) -> Got {
        self.form("rds", "2014-10-31", operation, args)
    }

    pub fn iam(&mut self, operation: &str, args: &[(&str, &str)]) -> Got {
        self.form("iam", "2010-05-08", operation, args)
    }

    pub fn sts(&mut self, operation: &str, args: &[(&str, &str)]) -> Got {
        self.form("sts", "2011-06-15", operation, args)
    }

    pub fn json(&mut self, service: &str, kind: &str, target: &str, args: &Value) -> Got {
        let headers = [("Content-Type", kind), ("X-Amz-Target", target)];
        self.send(service, "POST", "/", &headers, &args.to_string())
    }

    pub fn form(
        &mut self,
        service: &str,
        version: &str,
        operation: &str,
        args: &[(&str, &str)],
    ) -> Got {
        let mut body = format!("Action={operation}&Version={version}");
        for (name, value) in args {
            body.push_str(&format!("&{name}={}", encode(value)));
        }
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        self.send(service, "POST", "/", &headers, &body)
    }

    pub fn send(
        &mut self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Got {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
        text.push_str(&format!(
            "Authorization: AWS4-HMAC-SHA256 Credential={}/20261122/{}/{service}/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00\r\n",
            self.key, self.region
        ));
        if let Some(token) = &self.token {
            text.push_str(&format!("X-Amz-Security-Token: {token}\r\n"));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.raw(&text).unwrap()
    }

    /// Sends bytes as they are, and reads an answer; `None` where the connection ends before the answer does.
    pub fn raw(&mut self, text: &str) -> Option<Got> {
        self.reader.get_mut().write_all(text.as_bytes()).unwrap();
        // An answer has the form of a request but for its first line, and that has three words too.
        let head = http::Request::read(&mut self.reader);
        let answer = head.ok().flatten()?;
        Some(Got {
            status: answer.path.parse().unwrap(),
            headers: answer.headers,
            body: String::from_utf8(answer.body).unwrap(),
        })
    }

    /// Whether the other side has closed the connection.
    pub fn at_end(&mut self) -> bool {
        matches!(self.reader.read(&mut [0]), Ok(0) | Err(_))
    }
}
