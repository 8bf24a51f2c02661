//! The evaluator by itself: a request and its policies as one line of JSON, the answer as another.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use smol_str::SmolStr;

use crate::known::{AccountId, AccountIdError, HashSet};

use super::context::{Context, Entry, Rest};
use super::evaluate::{Decision, Policies, evaluate};
use super::policy_type::{PolicyType, StatementRef};
use super::principal::{Principal, PrincipalError};
use super::request::{Request, Resource};
use super::{Answer, Document, Effect};

/// Answers each line that is not blank, in order.
#[must_use]
pub fn answers(text: &[u8]) -> String {
    let mut out = String::new();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.split(|byte| *byte == b'\n');
    for (number, line) in (1_usize..).zip(lines) {
        // What is not UTF-8 spoils its own line alone.
        match str::from_utf8(line) {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => out.push_str(&numbered(number, line)),
            Err(_) => out.push_str(&format!(
                r#"{{"id":null,"error":"could not read the request in line {number}: it is not UTF-8"}}"#
            )),
        }
        out.push('\n');
    }
    out
}

/// Answers one line with one line; one that cannot be read, with the error.
#[must_use]
pub fn answer(line: &str) -> String {
    numbered(1, line)
}

fn numbered(number: usize, line: &str) -> String {
    let reply = match read(line) {
        Ok((id, answer)) => Reply::answered(id, answer),
        Err(error) => Reply::Error {
            id: serde_json::from_str::<Id>(line).map_or(Value::Null, |line| line.id),
            error: error.in_line(number),
        },
    };
    serde_json::to_string(&reply).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("could not read `principal`: {0}")]
    Principal(#[from] PrincipalError),
    #[error("could not read `resource_account`: {0}")]
    Account(#[from] AccountIdError),
    #[error("could not read `{0}` of `context`: expected a text, or a list of texts")]
    Context(String),
    #[error("`{0}` is said twice: names of condition keys ignore case")]
    Twice(String),
}

impl LineError {
    /// The error in a line of the file: the parser sees that line alone.
    fn in_line(&self, number: usize) -> String {
        let Self::Json(error) = self else {
            return format!("line {number}: {self}");
        };
        let said = error.to_string();
        let column = error.column();
        let at = format!(" at line {} column {column}", error.line());
        let said = said.strip_suffix(&at).unwrap_or(&said);
        format!("could not read the request in line {number}, column {column}: {said}")
    }
}

fn read(line: &str) -> Result<(Value, Answer), LineError> {
    let asked: Asked = serde_json::from_str(line)?;
    let mut context = Context::new(Rest::Absent);
    let mut said = HashSet::default();
    let known = asked.context.into_iter().flatten();
    let known = known.map(|(key, value)| (key, Some(value)));
    let unknown = asked.unknown_context.into_iter().flatten();
    for (key, value) in known.chain(unknown.map(|key| (key, None))) {
        if !said.insert(key.to_lowercase()) {
            return Err(LineError::Twice(key));
        }
        let entry = match value {
            Some(value) => entry(value).ok_or_else(|| LineError::Context(key.clone()))?,
            None => Entry::Unknown,
        };
        context.set(key, entry);
    }
    let principal = Principal::parse(&asked.principal)?;
    let resource = Resource::exact(&asked.resource);
    let mut request = Request::new(principal, &asked.action, resource, context);
    if let Some(account) = asked.resource_account {
        request.resource_account = Some(AccountId::parse(&account)?);
    }
    let identity = asked.identity_policies.unwrap_or_default();
    let (scps, rcps) = (
        asked.service_control_policies.unwrap_or_default(),
        asked.resource_control_policies.unwrap_or_default(),
    );
    let policies = Policies {
        resource: asked.resource_policy.as_ref(),
        identity: &identity.iter().collect::<Vec<_>>(),
        boundary: asked.permissions_boundary.as_ref(),
        scps: &levels(&scps),
        rcps: &levels(&rcps),
    };
    Ok((asked.id, evaluate(&request, &policies)))
}

fn levels(levels: &[Vec<Document>]) -> Vec<Vec<&Document>> {
    levels.iter().map(|level| level.iter().collect()).collect()
}

#[derive(Deserialize)]
struct Id {
    id: Value,
}

/// One request. What a policy field leaves out, or has as null, is not there.
#[derive(Deserialize)]
#[serde(expecting = "a request, an object")]
struct Asked {
    #[serde(default)]
    id: Value,
    principal: String,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Option<serde_json::Map<String, Value>>,
    unknown_context: Option<Vec<String>>,
    resource_policy: Option<Document>,
    identity_policies: Option<Vec<Document>>,
    permissions_boundary: Option<Document>,
    service_control_policies: Option<Vec<Vec<Document>>>,
    resource_control_policies: Option<Vec<Vec<Document>>>,
}

/// What a request says of a key: a text, or texts. IAM's own texts of truth values and numbers are those of JSON.
fn entry(value: Value) -> Option<Entry> {
    fn text(value: Value) -> Option<SmolStr> {
        match value {
            Value::String(text) => Some(text.into()),
            value @ (Value::Bool(_) | Value::Number(_)) => Some(value.to_string().into()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
    match value {
        Value::Array(values) => {
            let values = values.into_iter().map(text).collect::<Option<_>>()?;
            Some(Entry::Many(values))
        }
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => text(value).map(Entry::One),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Answer {
        id: Value,
        decision: &'static str,
        explicit: bool,
        statements: Vec<Row>,
        unknown: Vec<String>,
    },
    Error {
        id: Value,
        error: String,
    },
}

#[derive(Serialize)]
struct Row {
    policy: &'static str,
    level: usize,
    document: usize,
    index: usize,
    effect: Effect,
}

impl Reply {
    fn answered(id: Value, answer: Answer) -> Self {
        Self::Answer {
            id,
            decision: match answer.decision {
                Decision::Allowed => "allowed",
                Decision::Denied => "denied",
                Decision::Unknown => "unknown",
            },
            explicit: answer.explicit,
            statements: answer.statements.iter().map(Row::new).collect(),
            unknown: answer.unknown,
        }
    }
}

impl Row {
    fn new(at: &StatementRef) -> Self {
        Self {
            policy: match at.policy {
                PolicyType::Resource => "resource",
                PolicyType::Identity => "identity",
                PolicyType::Boundary => "boundary",
                PolicyType::Scp => "scp",
                PolicyType::Rcp => "rcp",
            },
            level: at.level,
            document: at.document,
            index: at.index,
            effect: at.effect,
        }
    }
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"id": "1", "principal": "arn:aws:iam::222222222222:role/Copy", "action": "kms:CreateGrant",
        "resource": "arn:aws:kms:eu-west-1:111111111111:key/k", "resource_account": "111111111111", "tags": ["x"],
        "resource_policy": {"Statement": {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:*",
            "Resource": "*", "Condition": {"StringEquals": {"KMS:viaservice": "rds.eu-west-1.amazonaws.com"}}}},
        "identity_policies": [{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
        "unknown_context": ["kms:ViaService"]}"#;

    #[test]
    fn an_answer_names_what_leaves_it_open() {
        assert_eq!(
            answer(LINE),
            r#"{"id":"1","decision":"unknown","explicit":false,"statements":[{"policy":"resource","level":0,"document":0,"index":0,"effect":"Allow"}],"unknown":["kms:ViaService"]}"#
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_answers_with_its_id_and_the_rest_go_on() {
        let text = format!(
            "{{\"id\": 7, \"principal\": \"x\"}}\n\nnonsense\n{}\n",
            LINE.replace('\n', " ")
        );
        let out = answers(&[text.as_bytes(), b"{\"id\": \"\xff\"}\n"].concat());
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[3].ends_with("it is not UTF-8\"}"));
        assert!(
            lines[0]
                .starts_with(r#"{"id":7,"error":"could not read the request in line 1, column "#)
        );
        assert!(lines[0].ends_with(": missing field `action`\"}"));
        assert!(
            lines[1].starts_with(r#"{"id":null,"error":"could not read the request in line 3"#)
        );
        assert!(lines[2].contains("\"decision\":\"unknown\""));
    }
}
