//! The statements of a policy that was asked, as evidence that names them.

use smol_str::SmolStr;

use crate::known::near::is_a_slip;
use crate::known::{Arn, Gap};
use crate::policy::{
    Context, Document, Effect, Entry, Miss, NearMiss, PolicyType, Request, StatementRef,
};
use crate::verdict::{Evidence, Trap};

use super::ruling::{DenyStatement, Party, Ruling};

/// A policy that is asked: whose it is, and where it stands in that object.
#[derive(Clone)]
pub struct LocatedPolicy<'a> {
    /// Whose policy: an ARN, or an account.
    pub subject: SmolStr,
    /// Where: a JSON pointer.
    pub pointer: &'a str,
    /// The document.
    pub document: &'a Document,
    /// Which of several policies of the subject: `the SCP `guardrail``. Empty where it has one.
    pub of: SmolStr,
}

impl<'a> LocatedPolicy<'a> {
    /// The one policy of its kind that a subject has.
    pub fn new(subject: &Arn, pointer: &'a str, document: &'a Document) -> Self {
        Self {
            subject: subject.into(),
            pointer,
            document,
            of: SmolStr::default(),
        }
    }
}

impl LocatedPolicy<'_> {
    /// A Deny of this policy, and whether nothing allows besides.
    pub fn denies(
        &self,
        by: &[StatementRef],
        action: &str,
        request: &Request,
        silent: bool,
    ) -> Ruling {
        let each = by.iter();
        let statements = each.map(|at| DenyStatement {
            policy: None,
            index: at.index,
        });
        Ruling::Denied {
            statements: statements.collect(),
            by: self.statements(by, action, &request.context),
            silent: silent.then_some(Party::Resource).into_iter().collect(),
            unless: None,
        }
    }

    /// Statements of this policy of which it is not known whether they apply.
    pub fn is_open(&self, statements: &[StatementRef], keys: &[String], gaps: Vec<Gap>) -> Ruling {
        let seen = self.open(statements, keys);
        if statements.iter().any(|at| at.effect == Effect::Deny) {
            Ruling::open(gaps, seen)
        } else {
            Ruling::not_known_to_allow(gaps, seen)
        }
    }

    fn at(&self, index: usize) -> String {
        [self.pointer, "/Statement/", &index.to_string()].concat()
    }

    /// A statement for people: by its `Sid`, and of which policy.
    pub fn name(&self, index: usize) -> String {
        let statement = self.document.statements().get(index);
        let name = match statement.and_then(|statement| statement.sid()) {
            Some(sid) => ["statement `", sid, "`"].concat(),
            None => ["statement ", &index.to_string()].concat(),
        };
        if self.of.is_empty() {
            name
        } else {
            [&*name, " of ", &self.of].concat()
        }
    }

    /// Something said of a statement.
    pub fn says(&self, index: usize, says: String) -> Evidence {
        Evidence::at(self.subject.clone(), self.at(index), says)
    }

    /// Statements that allow an action, or deny it: those with their conditions, and what the request has of each key.
    pub fn statements(
        &self,
        refs: &[StatementRef],
        action: &str,
        context: &Context,
    ) -> Vec<Evidence> {
        refs.iter()
            .map(|at| {
                let name = self.name(at.index);
                let says = match at.effect {
                    // Most of all that is asked is allowed.
                    Effect::Allow => [&*name, " allows ", action].concat(),
                    Effect::Deny => {
                        format!(
                            "{name} denies {action}{}",
                            self.conditions(at.index, context)
                        )
                    }
                };
                self.says(at.index, says)
            })
            .collect()
    }

    /// The conditions under which a Deny strikes.
    fn conditions(&self, index: usize, context: &Context) -> String {
        let statement = self.document.statements().get(index);
        let conditions = statement.map_or(&[][..], |statement| statement.conditions());
        let each = conditions.iter().map(|condition| {
            let values: Vec<&str> = condition.values().collect();
            compared(
                condition.operator(),
                condition.key(),
                &values,
                condition.found(context),
            )
        });
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            String::new()
        } else {
            format!(" by its condition: {}", each.join("; "))
        }
    }

    /// Statements whose conditions are open.
    pub fn open(&self, refs: &[StatementRef], keys: &[String]) -> Vec<Evidence> {
        refs.iter()
            .map(|at| {
                let says = format!("{} depends on {}", self.name(at.index), keys.join(", "));
                self.says(at.index, says)
            })
            .collect()
    }

    /// Denies that only an exception keeps off, with what the exception is.
    pub fn excepting(&self, denies: &[NearMiss], action: &str) -> Vec<Evidence> {
        let each = denies.iter().map(|deny| {
            let name = self.name(deny.statement.index);
            let but = match &deny.why {
                Miss::Conditions(unmet) => {
                    let each = unmet.iter().map(|unmet| {
                        compared(&unmet.operator, &unmet.key, &unmet.wanted, &unmet.found)
                    });
                    format!("its condition: {}", each.collect::<Vec<_>>().join("; "))
                }
                Miss::Principal | Miss::Action | Miss::Resource | Miss::Element(_) => {
                    "its NotPrincipal leaves the caller out".to_owned()
                }
            };
            let says = format!("{name} would deny {action}, but for {but}");
            self.says(deny.statement.index, says)
        });
        each.collect()
    }

    /// That an action which a statement names is nearly the one that is asked for; nothing where none is.
    fn action_meant(&self, index: usize, action: &str) -> String {
        let statement = self.document.statements().get(index);
        let mut named = statement
            .into_iter()
            .flat_map(|statement| statement.actions());
        let slip = named.find(|named| is_a_slip(named, action));
        slip.map_or_else(String::new, |slip| format!(": `{slip}` is misspelt"))
    }

    /// Statements that would allow but for one thing, where that is worth saying.
    pub fn near(&self, near: &[NearMiss], action: &str) -> Vec<Evidence> {
        near.iter()
            .filter_map(|miss| {
                let name = self.name(miss.statement.index);
                let (trap, says) = match &miss.why {
                    Miss::Principal => return None,
                    Miss::Action => {
                        let slip = self.action_meant(miss.statement.index, action);
                        let says = match miss.statement.policy {
                            PolicyType::Resource => "names the principal, and not",
                            PolicyType::Identity
                            | PolicyType::Boundary
                            | PolicyType::Scp
                            | PolicyType::Rcp => "does not name",
                        };
                        (None, format!("{name} {says} {action}{slip}"))
                    }
                    Miss::Resource => (
                        None,
                        format!("{name} would allow {action}, but names another resource"),
                    ),
                    Miss::Element(element) => (
                        None,
                        format!(
                            "{name} would allow {action}, but has no {element}, and KMS passes such a statement over"
                        ),
                    ),
                    Miss::Conditions(unmet) => {
                        let each: Vec<_> = unmet
                            .iter()
                            .map(|unmet| {
                                let compared = compared(
                                    &unmet.operator,
                                    &unmet.key,
                                    &unmet.wanted,
                                    &unmet.found,
                                );
                                format!("{compared}{}", expected(&unmet.key, &unmet.wanted))
                            })
                            .collect();
                        let each = each.join("; ");
                        (
                            Some(Trap::ConditionNeverHolds),
                            format!(
                                "{name} would allow {action}, but its condition never holds: {each}"
                            ),
                        )
                    }
                };
                let seen = self.says(miss.statement.index, says);
                Some(trap.into_iter().fold(seen, Evidence::showing))
            })
            .collect()
    }
}

/// A condition, as reports write it, and what the request has.
fn compared(operator: &str, key: &str, wanted: &[impl AsRef<str>], found: &Entry) -> String {
    let wanted: Vec<&str> = wanted.iter().map(AsRef::as_ref).collect();
    format!(
        "{key} {operator} {}, and the call has {}{}",
        wanted.join(" or "),
        entry(found),
        slip(key, &wanted, found)
    )
}

/// That an account or an organization is one slip of the finger away from one that a condition names.
fn slip(key: &str, wanted: &[&str], found: &Entry) -> &'static str {
    let key = key.to_ascii_lowercase();
    let is_of_id = key.ends_with("account") || key.ends_with("orgid");
    match found {
        Entry::One(found)
            if is_of_id
                && !wanted.contains(&found.as_str())
                && wanted.iter().any(|wanted| is_a_slip(wanted, found)) =>
        {
            ": one character is off"
        }
        Entry::One(_)
        | Entry::Absent
        | Entry::Unknown
        | Entry::Many(_)
        | Entry::Including(_)
        | Entry::Shaped(_) => "",
    }
}

/// What people expect of a condition, and is not so.
fn expected(key: &str, wanted: &[String]) -> &'static str {
    let via_backup = wanted.iter().any(|value| value.starts_with("backup."));
    if key.eq_ignore_ascii_case("kms:ViaService") && via_backup {
        " (the service that owns the resource uses the key, not AWS Backup)"
    } else {
        ""
    }
}

fn entry(found: &Entry) -> String {
    match found {
        Entry::Absent => "no such key".to_owned(),
        Entry::Unknown => "a value that is not known".to_owned(),
        Entry::One(value) => value.to_string(),
        Entry::Many(values) | Entry::Including(values) => values.join(", "),
        Entry::Shaped(shape) => shape.text().to_owned(),
    }
}
