//! The wire protocols of AWS: how a request names its operation, and how an answer and an error are written.

use serde_json::{Map, Value, json};

use super::call::{Failure, Service};
use super::clock;
use super::http::{Request, Response};
use super::query;
use super::xml;

/// A wire protocol, with what each service has of its own in it.
pub enum Protocol {
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
    Query {
        version: &'static str,
        namespace: &'static str,
        shape: xml::Shape,
    },
    /// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>
    Ec2 {
        version: &'static str,
        shape: xml::Shape,
    },
    /// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
    Json {
        content_type: &'static str,
        target: &'static str,
        /// What stands before the code of an error in `__type`.
        namespace: &'static str,
        times: &'static [&'static str],
    },
    /// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
    Rest {
        route: fn(&str, &[&str]) -> Option<Route>,
        times: &'static [&'static str],
    },
}

/// An operation of a REST service, and the parameters that its path has.
pub struct Route {
    pub operation: &'static str,
    pub params: Vec<(&'static str, String)>,
}

impl Protocol {
    /// The operation and parameters of a request; an error where the request is not of this protocol.
    pub fn read(&self, request: &Request) -> Result<(String, Value), String> {
        match self {
            Self::Query { version, .. } | Self::Ec2 { version, .. } => form(request, version),
            Self::Json {
                content_type,
                target,
                ..
            } => json_request(request, content_type, target),
            Self::Rest { route, .. } => rest_request(request, *route),
        }
    }

    pub fn write(&self, operation: &str, mut output: Value, id: &str) -> Response {
        match self {
            Self::Query {
                namespace, shape, ..
            } => {
                let fields = xml::fields(&output, *shape);
                xml_response(
                    200,
                    format!(
                        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{fields}</{operation}Result>\
                     <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
                    ),
                )
            }
            Self::Ec2 { version, shape } => {
                let fields = xml::fields(&output, *shape);
                xml_response(
                    200,
                    format!(
                        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/{version}/\">\
                     <requestId>{id}</requestId>{fields}</{operation}Response>"
                    ),
                )
            }
            Self::Json {
                content_type,
                times,
                ..
            } => {
                clock::to_seconds(&mut output, times);
                Response::new(200, content_type, output.to_string())
            }
            Self::Rest { times, .. } => {
                clock::to_seconds(&mut output, times);
                Response::new(200, "application/json", output.to_string())
            }
        }
    }

    pub fn fail(&self, failure: &Failure, id: &str) -> Response {
        let Failure {
            status,
            code,
            message,
        } = failure;
        match self {
            Self::Query { namespace, .. } => {
                let who = if *status < 500 { "Sender" } else { "Receiver" };
                let message = xml::escape(message);
                xml_response(
                    *status,
                    format!(
                        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{who}</Type><Code>{code}</Code>\
                     <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
                    ),
                )
            }
            Self::Ec2 { .. } => {
                let message = xml::escape(message);
                xml_response(
                    *status,
                    format!(
                        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
                     <RequestID>{id}</RequestID></Response>"
                    ),
                )
            }
            Self::Json {
                content_type,
                namespace,
                ..
            } => {
                let body = json!({"__type": format!("{namespace}{code}"), "message": message});
                Response::new(*status, content_type, body.to_string())
            }
            Self::Rest { .. } => {
                let body = json!({"message": message}).to_string();
                // AWS's older front ends put an address behind the code.
                let kind = format!("{code}:http://internal.amazon.com/coral/com.amazonaws/");
                Response::new(*status, "application/json", body).with("x-amzn-ErrorType", kind)
            }
        }
    }
}

impl Service {
    /// What is said of keys that AWS does not know, in this Region or at all.
    pub fn unknown_keys(&self) -> Failure {
        let (status, code) = match self.protocol {
            Protocol::Query { .. } => (403, "InvalidClientTokenId"),
            Protocol::Ec2 { .. } => (401, "AuthFailure"),
            Protocol::Json { .. } => (400, "UnrecognizedClientException"),
            Protocol::Rest { .. } => (403, "UnrecognizedClientException"),
        };
        Failure {
            status,
            code: code.to_owned(),
            message: "The security token included in the request is invalid.".to_owned(),
        }
    }

    /// An answer that is not of the service's protocol.
    pub fn garbage(&self) -> Response {
        let kind = match self.protocol {
            Protocol::Query { .. } | Protocol::Ec2 { .. } => "text/xml",
            Protocol::Json { content_type, .. } => content_type,
            Protocol::Rest { .. } => "application/json",
        };
        Response::new(200, kind, "<html><body>{ proxy says hello".to_owned())
    }
}

fn xml_response(status: u16, body: String) -> Response {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    Response::new(status, "text/xml", format!("{declaration}{body}"))
}

fn form(request: &Request, version: &str) -> Result<(String, Value), String> {
    if request.method != "POST" || request.path != "/" {
        return Err(format!("{} {}", request.method, request.path));
    }
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(format!("a form with the content type `{kind}`"));
    }
    let body = std::str::from_utf8(&request.body).map_err(|_| "a form that is not UTF-8")?;
    let mut fields = query::fields(body);
    let mut take = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("a form without `{name}`")),
    };
    let operation = take("Action")?;
    let asked = take("Version")?;
    if asked != version {
        return Err(format!("{operation} of version {asked}, not {version}"));
    }
    Ok((operation, fields.into()))
}

fn json_request(request: &Request, kind: &str, target: &str) -> Result<(String, Value), String> {
    if request.method != "POST" || request.path != "/" {
        return Err(format!("{} {}", request.method, request.path));
    }
    let asked = request.header("content-type").unwrap_or_default();
    if asked != kind {
        return Err(format!("the content type `{asked}`, not `{kind}`"));
    }
    let header = request.header("x-amz-target").unwrap_or_default();
    let operation = header
        .strip_prefix(target)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(|| format!("the target `{header}`, not of `{target}`"))?;
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
    if !body.is_object() {
        return Err("a body that is no object".to_owned());
    }
    Ok((operation.to_owned(), body))
}

fn rest_request(
    request: &Request,
    route: fn(&str, &[&str]) -> Option<Route>,
) -> Result<(String, Value), String> {
    // Segments are taken apart before they are decoded: an ARN's slashes are encoded. Python's SDK ends some paths in
    // a slash where Rust's does not.
    let path = request.path.strip_prefix('/').unwrap_or(&request.path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<String> = path.split('/').map(query::decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let Route { operation, params } = route(&request.method, &segments)
        .ok_or_else(|| format!("{} {}", request.method, request.path))?;
    let mut args: Map<String, Value> = query::fields(&request.query);
    if !request.body.is_empty() {
        let body: Map<String, Value> =
            serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
        args.extend(body);
    }
    args.extend(
        params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into())),
    );
    Ok((operation.to_owned(), args.into()))
}
