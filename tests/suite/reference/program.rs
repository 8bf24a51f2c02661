//! The program's evaluator, asked as `simulate` asks it: a line of JSON in, a line of JSON out.

use serde_json::Value;

/// The program's answer to one request.
pub fn answer(request: &Value) -> Value {
    let line = backup_preflight::policy::wire::answer(&request.to_string());
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the answer `{line}`"))
}
