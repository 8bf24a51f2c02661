//! Documents that AWS gives as text inside an answer: policies of IAM, KMS, AWS Backup and Organizations.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, MapAccess};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::inventory::effective::EffectivePolicy;
use crate::inventory::field::Name;
use crate::inventory::grammar::of_document;
use crate::inventory::json::Json;

/// A kind of document: what makes it one, and the fields of answers that it may be in.
struct DocumentKind {
    /// The field that every such document has.
    has: &'static str,
    /// Where answers have it, each inside the one before or by itself.
    inside: &'static [&'static str],
    /// In words.
    expected: &'static str,
    /// Whether an object without that field is kept, for whoever says what it leaves open.
    kept: bool,
    /// What AWS Organizations calls the type of such a policy; empty for those of other services too.
    policy_type: &'static str,
}

#[rustfmt::skip]
const POLICY: DocumentKind = DocumentKind {
    has: "Statement",
    inside: &[
        "Policy",                               // kms:GetKeyPolicy, backup:GetBackupVaultAccessPolicy, organizations:DescribePolicy
        "Content",                              // in the latter
        "PolicyDocument",                       // iam:GetRolePolicy
        "PolicyVersion", "Document",            // iam:GetPolicyVersion
        "Role", "AssumeRolePolicyDocument",     // iam:GetRole
    ],
    expected: "a policy document, which is an object with `Statement`",
    kept: false,
    policy_type: "",
};

#[rustfmt::skip]
const BACKUP_POLICY: DocumentKind = DocumentKind {
    has: "plans",
    inside: &[
        "EffectivePolicy", "PolicyContent",     // organizations:DescribeEffectivePolicy
        "Policy", "Content",                    // organizations:DescribePolicy
    ],
    expected: "a backup policy, which is an object with `plans`",
    kept: true,
    policy_type: "BACKUP_POLICY",
};

const TAG_POLICY: DocumentKind = DocumentKind {
    has: "tags",
    inside: BACKUP_POLICY.inside,
    expected: "a tag policy, which is an object with `tags`",
    kept: false,
    policy_type: "TAG_POLICY",
};

/// An effective backup policy, opened.
pub struct BackupPolicy(pub EffectivePolicy);

/// An effective tag policy, opened.
pub struct TagPolicy(pub EffectivePolicy);

/// A policy document, with whose it is where the answer around it says so.
pub struct Opened<'a> {
    /// The document.
    pub text: Cow<'a, str>,
    /// What the answers name that it is of.
    pub of: Vec<Owner>,
}

/// A field of an answer that names what its document is of, and what it names.
pub type Owner = (&'static str, Box<str>);

/// The fields that do.
const OWNERS: &[&str] = &[
    "BackupVaultArn",  // backup:GetBackupVaultAccessPolicy
    "BackupVaultName", // likewise
    "FileSystemId",    // elasticfilesystem:DescribeFileSystemPolicy
    "RoleName",        // iam:GetRole, iam:GetRolePolicy
    "TargetId",        // organizations:DescribeEffectivePolicy
];

/// The policy document in a text: the document itself, an answer of AWS with one inside, or either of them as JSON text or
/// percent-encoded.
///
/// # Errors
/// Where there is none; the message says what was found, and what was expected.
pub fn policy_document(text: &str) -> Result<Opened<'_>, String> {
    open(text, &POLICY)
}

/// What names a policy of a key among those that the key has.
pub const OF_KEY: &str = "PolicyName of a key";

/// Those that a key may have.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>.
const KEY_POLICIES: &[&str] = &["default", "AWS_RAM"];

/// So deep a document may be inside answers and texts.
const DEPTH: usize = 8;

fn open<'a>(text: &'a str, kind: &DocumentKind) -> Result<Opened<'a>, String> {
    let mut text: Cow<'a, str> = Cow::Borrowed(text);
    let mut of = Vec::new();
    for _ in 0..DEPTH {
        let trimmed = bare(&text);
        let inner = match trimmed.bytes().next() {
            Some(b'{') => {
                let RawFields(fields) =
                    serde_json::from_str(trimmed).map_err(|error| of_document(&error))?;
                let known = |(name, _): &(Cow<'_, str>, _)| kind.inside.contains(&name.as_ref());
                let is_bare = kind.kept && !fields.iter().any(known);
                if is_bare || fields.iter().any(|(name, _)| name == kind.has) {
                    return Ok(Opened { text, of });
                }
                let (name, inside) = the_one_inside(&fields, kind)?;
                is_the_right_one(name, &fields)?;
                is_of_its_type(&fields, kind)?;
                of.extend(owners(name, &fields));
                inside.to_owned()
            }
            Some(b'"') => {
                serde_json::from_str::<String>(trimmed).map_err(|error| of_document(&error))?
            }
            Some(b'%') => percent_decoded(trimmed).ok_or_else(|| not_one("text", kind))?,
            Some(_) => return Err(not_one(&format!("`{}`", beginning(trimmed)), kind)),
            None => return Err(not_one("an empty text", kind)),
        };
        text = Cow::Owned(inner);
    }
    Err(not_one("texts within texts", kind))
}

/// A text without what editors put around it.
pub fn bare(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

/// The one field of an answer that has the document in it.
fn the_one_inside<'f>(
    fields: &'f [(Cow<'f, str>, &'f RawValue)],
    kind: &DocumentKind,
) -> Result<(&'f str, &'f str), String> {
    let mut inside = fields
        .iter()
        .filter(|(name, _)| kind.inside.contains(&name.as_ref()));
    match (inside.next(), inside.next()) {
        (Some((name, value)), None) => Ok((name, value.get())),
        (Some((one, _)), Some((other, _))) => Err(not_one(&format!("`{one}` and `{other}`"), kind)),
        (None, _) => {
            let names: Vec<String> = fields
                .iter()
                .take(4)
                .map(|(n, _)| format!("`{n}`"))
                .collect();
            let found = if names.is_empty() {
                "an empty object".to_owned()
            } else {
                format!("an object with {}", names.join(", "))
            };
            Err(not_one(&found, kind))
        }
    }
}

/// Not another document than the one in force: a key's second policy, a version that is not the default.
fn is_the_right_one(name: &str, fields: &[(Cow<'_, str>, &RawValue)]) -> Result<(), String> {
    let raw = |wanted| {
        fields
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, raw)| raw.get())
    };
    if name == "Policy"
        && let Some(policy) = text_of(fields, "PolicyName")
        && !KEY_POLICIES.contains(&policy.as_str())
    {
        return Err(format!(
            "found the policy `{policy}`: expected the one with PolicyName `default`"
        ));
    }
    if name == "Document" && raw("IsDefaultVersion") == Some("false") {
        return Err(
            "found a version that is not the default: expected the default version".to_owned(),
        );
    }
    Ok(())
}

/// Not a policy of the organization of another type, as the answer around it says: `PolicyType` of an effective one, `Type` of
/// one that is attached.
fn is_of_its_type(fields: &[(Cow<'_, str>, &RawValue)], kind: &DocumentKind) -> Result<(), String> {
    let summary = fields.iter().find(|(name, _)| name == "PolicySummary");
    let of_summary = summary.and_then(|(_, raw)| {
        let RawFields(fields) = serde_json::from_str(raw.get()).ok()?;
        text_of(&fields, "Type")
    });
    match text_of(fields, "PolicyType").or(of_summary) {
        Some(other) if !kind.policy_type.is_empty() && other != kind.policy_type => Err(format!(
            "found a policy of the type {other}: expected {}",
            kind.policy_type
        )),
        Some(_) | None => Ok(()),
    }
}

/// What an answer names that the document in this field of it is of.
fn owners<'f>(
    inside: &'f str,
    fields: &'f [(Cow<'_, str>, &RawValue)],
) -> impl Iterator<Item = Owner> + 'f {
    let of_role = (inside == "PolicyDocument").then_some(("PolicyName", "PolicyName"));
    let of_key = (inside == "Policy").then_some((OF_KEY, "PolicyName"));
    let names = OWNERS.iter().map(|name| (*name, *name));
    let names = names.chain(of_role).chain(of_key);
    names.filter_map(|(of, name)| Some((of, text_of(fields, name)?.into())))
}

fn text_of(fields: &[(Cow<'_, str>, &RawValue)], wanted: &str) -> Option<String> {
    let (_, raw) = fields.iter().find(|(name, _)| name == wanted)?;
    serde_json::from_str(raw.get()).ok()
}

fn not_one(found: &str, kind: &DocumentKind) -> String {
    format!("found {found}: expected {}", kind.expected)
}

fn beginning(text: &str) -> String {
    text.chars().take(24).collect()
}

/// A text with its `%7B` read, as IAM encodes documents (RFC 3986). `None` where that gives no text.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let code = digit()?.checked_mul(16)?.checked_add(digit()?)?;
        bytes.push(u8::try_from(code).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// The fields of an object, unread.
pub struct RawFields<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for RawFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> de::Visitor<'de> for Object {
            type Value = RawFields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawFields<'de>, A::Error> {
                let mut fields: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    if fields.len() < 64 && fields.iter().any(|(known, _)| *known == name) {
                        return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    fields.push((name, map.next_value()?));
                }
                Ok(RawFields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

fn organization_policy<'de, D: Deserializer<'de>>(
    deserializer: D,
    kind: &DocumentKind,
) -> Result<EffectivePolicy, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let read = |text: &str| {
        let opened = open(text, kind)?;
        let Json(policy) =
            serde_json::from_str(bare(&opened.text)).map_err(|error| of_document(&error))?;
        let target = opened.of.into_iter().find(|(name, _)| *name == "TargetId");
        Ok::<_, String>(EffectivePolicy::new(policy, target.map(|(_, id)| id)))
    };
    read(raw.get()).map_err(de::Error::custom)
}

impl<'de> Deserialize<'de> for BackupPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        organization_policy(deserializer, &BACKUP_POLICY).map(Self)
    }
}

impl<'de> Deserialize<'de> for TagPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        organization_policy(deserializer, &TAG_POLICY).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> Result<String, String> {
        policy_document(text).map(|opened| opened.text.into_owned())
    }

    #[test]
    fn a_policy_is_found_in_every_answer_that_has_one() {
        let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
        let text = serde_json::to_string(policy).unwrap();
        let encoded: String = policy
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        for around in [
            policy.to_owned(),
            text.clone(),
            encoded.clone(),
            format!("\"{encoded}\""),
            format!("\u{feff}\n {policy}\n"),
            format!(r#"{{"Policy": {text}, "PolicyName": "default"}}"#),
            format!(r#"{{"BackupVaultName": "x", "BackupVaultArn": "arn:x", "Policy": {text}}}"#),
            format!(r#"{{"PolicyVersion": {{"Document": {policy}, "IsDefaultVersion": true}}}}"#),
            format!(r#"{{"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{encoded}"}}"#),
            format!(r#"{{"Policy": {{"PolicySummary": {{"Id": "p-1"}}, "Content": {text}}}}}"#),
            format!(r#"{{"Role": {{"AssumeRolePolicyDocument": {policy}}}}}"#),
        ] {
            let found = opened(&around).unwrap_or_else(|error| panic!("{around}: {error}"));
            assert_eq!(bare(&found), policy, "{around}");
        }
    }

    #[test]
    fn what_is_no_policy_is_named() {
        for (text, found) in [
            ("{}", "an empty object"),
            (r#"{"Statements": []}"#, "`Statements`"),
            (r#"{"Polcy": {"Statement": []}}"#, "`Polcy`"),
            (r#"{"Policy": null}"#, "`null`"),
            ("[]", "`[]`"),
            ("\"\"", "an empty text"),
            (
                r#"{"Policy": "{}", "Document": "{}"}"#,
                "`Policy` and `Document`",
            ),
            (r#"{"Policy": "{}", "PolicyName": "other"}"#, "other"),
            (
                r#"{"Document": "{}", "IsDefaultVersion": false}"#,
                "not the default",
            ),
        ] {
            let error = opened(text).unwrap_err();
            assert!(error.contains(found), "{text}: {error}");
        }
    }
}
