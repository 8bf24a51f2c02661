//! Requests of `simulate` that are none.

/// What a request says of its context is texts, and of each key once.
#[test]
fn a_context_that_is_none_is_an_error_of_its_line() {
    let line = |context: &str| {
        let request = format!(
            r#"{{"id": 1, "principal": "arn:aws:iam::111122223333:role/r", "action": "kms:CreateGrant", "resource": "arn:aws:kms:us-east-2:111122223333:key/k", "context": {context}}}"#
        );
        backup_preflight::policy::wire::answers(request.as_bytes())
    };
    for taken in [
        r#"{"a": "b"}"#,
        r#"{"a": ["b", "c"]}"#,
        r#"{"a": true, "b": 1}"#,
        "{}",
    ] {
        assert!(line(taken).contains("\"decision\""), "{taken}");
    }
    for refused in [
        r#"{"a": null}"#,
        r#"{"a": {"b": "c"}}"#,
        r#"{"a": [null]}"#,
        r#"{"a": [["b"]]}"#,
        r#"{"aws:x": "b", "AWS:X": "c"}"#,
    ] {
        let answer = line(refused);
        assert!(
            answer.contains("\"error\"") && answer.contains("\"id\":1"),
            "{answer}"
        );
    }
    let marked = [b"\xef\xbb\xbf".as_slice(), br#"[1]"#].concat();
    let answer = backup_preflight::policy::wire::answers(&marked);
    assert!(answer.contains("a request, an object"), "{answer}");
}
