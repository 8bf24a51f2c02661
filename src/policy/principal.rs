//! Who asks, and whom a policy names.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.

use std::borrow::Cow;

use smol_str::{SmolStr, format_smolstr};

use crate::known::{AccountId, part};

use super::Truth;
use super::context::{Context, Entry, Rest};
use super::pattern::{Pattern, Syntax};

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    text: SmolStr,
    account: Option<AccountId>,
    kind: PrincipalKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrincipalKind {
    Root,
    Role,
    Session,
    User,
    Service,
    /// Somebody of an account, and nobody knows who.
    Anybody,
    Other,
}

/// Why a text names no principal.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a principal: expected the ARN of a role, user, session or account, or a service such as `backup.amazonaws.com`"
)]
pub struct PrincipalError(String);

impl Principal {
    /// Reads the ARN of a role, a user, a session or an account's root, an account id, or the name of a service.
    ///
    /// # Errors
    /// Where the text is not one of these.
    pub fn parse(text: &str) -> Result<Self, PrincipalError> {
        let wrong = || PrincipalError(text.to_owned());
        let mut parts = text.splitn(6, ':');
        let (kind, account) = if parts.next() == Some("arn") {
            let (service, account) = (parts.nth(1), parts.nth(1));
            let resource = parts.next().ok_or_else(wrong)?;
            let account = AccountId::parse(account.unwrap_or_default()).map_err(|_| wrong())?;
            let kind = match (service, resource.split('/').next()) {
                (Some("iam"), Some("root")) => PrincipalKind::Root,
                (Some("iam"), Some("role")) => PrincipalKind::Role,
                (Some("iam"), Some("user")) => PrincipalKind::User,
                (Some("sts"), Some("assumed-role")) => PrincipalKind::Session,
                _ => PrincipalKind::Other,
            };
            (kind, Some(account))
        } else if let Ok(account) = AccountId::parse(text) {
            (PrincipalKind::Root, Some(account))
        } else if text.contains(".amazon") && !text.contains([':', '/', '*']) {
            (PrincipalKind::Service, None)
        } else {
            return Err(wrong());
        };
        Ok(Self {
            text: text.into(),
            account,
            kind,
        })
    }

    /// Somebody of an account, of whom nothing else is known: a statement that names one principal may be about another.
    #[must_use]
    pub fn anybody(partition: &str, account: AccountId) -> Self {
        Self {
            text: format_smolstr!("arn:{partition}:iam::{account}:*"),
            account: Some(account),
            kind: PrincipalKind::Anybody,
        }
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The account it belongs to; services belong to none.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// Whether it is a service-linked role: SCPs and RCPs do not bind those.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        match self.kind {
            PrincipalKind::Role => self.resource().starts_with("role/aws-service-role/"),
            // The ARN of a session leaves out the path.
            PrincipalKind::Session => {
                let role = self.resource().split('/').nth(1).unwrap_or_default();
                role.starts_with("AWSServiceRoleFor")
            }
            PrincipalKind::Root
            | PrincipalKind::User
            | PrincipalKind::Service
            | PrincipalKind::Anybody
            | PrincipalKind::Other => false,
        }
    }

    pub(super) fn kind(&self) -> PrincipalKind {
        self.kind
    }

    fn partition(&self) -> Option<&str> {
        part(&self.text, 1)
    }

    fn resource(&self) -> &str {
        part(&self.text, 5).unwrap_or_default()
    }
}

/// How a statement names the principal that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It names the principal's account, which delegates: an identity policy must allow too.
    Account,
    /// It names everybody.
    Everyone,
    /// It names the principal itself.
    Itself,
    /// It names one session of the role that asks; a permissions boundary does not limit that.
    Session,
}

/// One entry of a statement's `Principal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    kind: Cow<'static, str>,
    text: Box<str>,
    who: Who,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Everyone,
    /// The partition is so many bytes of the text, after `arn:`.
    Account(Option<usize>, AccountId),
    Arn,
    Service,
    /// Nobody who could ask: a deleted principal's unique id, an identity provider, a canonical user.
    Nobody,
    /// Not something that AWS takes: a wildcard within an ARN.
    Odd(Pattern),
}

impl Named {
    pub(super) fn new(kind: &str, text: &str) -> Self {
        let (kind, who) = match kind {
            "" => (Cow::Borrowed(""), aws(text, true)),
            "AWS" => (Cow::Borrowed("AWS"), aws(text, false)),
            "Service" => (Cow::Borrowed("Service"), Who::Service),
            "Federated" | "CanonicalUser" => (Cow::Owned(kind.to_owned()), Who::Nobody),
            _ => (Cow::Owned(kind.to_owned()), odd("*")),
        };
        Self {
            kind,
            text: text.into(),
            who,
        }
    }

    /// `AWS`, `Service`, …; empty for a bare `"*"`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn names(&self, principal: &Principal, context: &Context) -> (Truth, How) {
        match &self.who {
            Who::Everyone => (Truth::True, How::Everyone),
            Who::Account(partition, id) => {
                let same = principal.account == Some(*id)
                    && partition.is_none_or(|length| {
                        principal.partition() == self.text.get(4..length.saturating_add(4))
                    });
                let how = match principal.kind {
                    PrincipalKind::Root => How::Itself,
                    PrincipalKind::Role
                    | PrincipalKind::Session
                    | PrincipalKind::User
                    | PrincipalKind::Service
                    | PrincipalKind::Anybody
                    | PrincipalKind::Other => How::Account,
                };
                (same.into(), how)
            }
            Who::Arn => self.names_arn(principal, context),
            Who::Service => {
                let service = principal.kind == PrincipalKind::Service;
                let named = *self.text == *principal.text || *self.text == *"*";
                ((service && named).into(), How::Itself)
            }
            Who::Nobody => (Truth::False, How::Itself),
            Who::Odd(_) if principal.kind == PrincipalKind::Anybody => {
                (Truth::Unknown, How::Itself)
            }
            Who::Odd(pattern) => {
                let nothing = Context::new(Rest::Absent);
                let possible = match context.entry("aws:principalarn") {
                    Entry::Shaped(shape) => pattern.matches_shape(shape.part(), &nothing),
                    Entry::Absent
                    | Entry::Unknown
                    | Entry::One(_)
                    | Entry::Many(_)
                    | Entry::Including(_) => pattern.matches(&principal.text, &nothing),
                };
                (possible.and(Truth::Unknown), How::Itself)
            }
        }
    }

    fn names_arn(&self, principal: &Principal, context: &Context) -> (Truth, How) {
        let role_of = |text: &str, session: &str| {
            let mut parts = text.splitn(6, ':');
            let same = parts.next() == Some("arn")
                && parts.next() == session.split(':').nth(1)
                && parts.nth(1).is_some()
                && parts.next() == session.split(':').nth(4);
            let name = parts
                .next()
                .filter(|resource| resource.starts_with("role/"))
                .and_then(|resource| resource.rsplit('/').next());
            let resource = session.splitn(6, ':').nth(5).unwrap_or_default();
            same && name.is_some() && resource.split('/').nth(1) == name
        };
        match principal.kind {
            PrincipalKind::Session if *self.text == *principal.text => (Truth::True, How::Session),
            PrincipalKind::Session if role_of(&self.text, &principal.text) => {
                match context.entry("aws:principalarn") {
                    Entry::One(role) => ((**role == *self.text).into(), How::Itself),
                    // An ARN of a session leaves out the path of its role.
                    Entry::Absent
                    | Entry::Unknown
                    | Entry::Many(_)
                    | Entry::Shaped(_)
                    | Entry::Including(_) => (Truth::Unknown, How::Itself),
                }
            }
            // The role asks through a session, and nobody knows under which name.
            PrincipalKind::Role
                if self.text.contains(":assumed-role/") && role_of(&principal.text, &self.text) =>
            {
                (Truth::Unknown, How::Session)
            }
            PrincipalKind::Anybody => {
                let account = self.text.split(':').nth(4);
                let same = account.and_then(|id| AccountId::parse(id).ok()) == principal.account;
                (Truth::from(same).and(Truth::Unknown), How::Itself)
            }
            PrincipalKind::Root
            | PrincipalKind::Role
            | PrincipalKind::Session
            | PrincipalKind::User
            | PrincipalKind::Service
            | PrincipalKind::Other => ((*self.text == *principal.text).into(), How::Itself),
        }
    }
}

fn odd(pattern: &str) -> Who {
    let syntax = Syntax {
        wildcards: true,
        variables: false,
    };
    Who::Odd(Pattern::parse(pattern, syntax))
}

fn aws(text: &str, bare: bool) -> Who {
    if text == "*" {
        return Who::Everyone;
    }
    if bare || text.bytes().any(|byte| matches!(byte, b'*' | b'?' | b'$')) {
        return odd(text);
    }
    if let Ok(id) = AccountId::parse(text) {
        return Who::Account(None, id);
    }
    if !text.starts_with("arn:") {
        return if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            Who::Nobody
        } else {
            odd(text)
        };
    }
    let mut colons = text.bytes().enumerate().filter(|(_, byte)| *byte == b':');
    let mut colon = || colons.next().map_or(text.len(), |(at, _)| at);
    let (arn, partition, _, region, account) = (colon(), colon(), colon(), colon(), colon());
    let account_id = text
        .get(region.saturating_add(1)..account)
        .unwrap_or_default();
    match (
        AccountId::parse(account_id),
        text.get(account.saturating_add(1)..),
    ) {
        (Ok(id), Some("root")) => {
            Who::Account(Some(partition.saturating_sub(arn).saturating_sub(1)), id)
        }
        (Ok(_), Some(_)) => Who::Arn,
        (Err(_), _) | (_, None) => odd(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/Copy";
    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/Copy/job";

    fn names(kind: &str, text: &str, principal: &str) -> (Truth, How) {
        let context = Context::new(Rest::Absent);
        Named::new(kind, text).names(&Principal::parse(principal).unwrap(), &context)
    }

    #[test]
    fn a_role_is_named_by_its_arn_its_account_and_everybody() {
        assert_eq!(names("AWS", ROLE, ROLE), (Truth::True, How::Itself));
        for account in ["111122223333", "arn:aws:iam::111122223333:root"] {
            assert_eq!(names("AWS", account, ROLE), (Truth::True, How::Account));
        }
        assert_eq!(names("AWS", "*", ROLE), (Truth::True, How::Everyone));
        assert_eq!(names("", "*", ROLE), (Truth::True, How::Everyone));
    }

    #[test]
    fn the_partition_is_part_of_the_principal() {
        let root = "arn:aws-cn:iam::111122223333:root";
        assert_eq!(names("AWS", root, ROLE).0, Truth::False);
    }

    #[test]
    fn a_deleted_role_matches_nothing() {
        let id = "AROAEXAMPLEEXAMPLE123";
        assert_eq!(names("AWS", id, ROLE).0, Truth::False);
    }

    #[test]
    fn a_wildcard_within_an_arn_is_nothing_to_rely_on() {
        let roles = "arn:aws:iam::111122223333:role/*";
        let users = "arn:aws:iam::111122223333:user/*";
        assert_eq!(names("AWS", roles, ROLE).0, Truth::Unknown);
        assert_eq!(names("AWS", users, ROLE).0, Truth::False);
    }

    #[test]
    fn a_session_is_named_by_its_role_where_the_path_is_known() {
        let context = Context::new(Rest::Absent).with("aws:PrincipalArn", Entry::One(ROLE.into()));
        let session = Principal::parse(SESSION).unwrap();
        assert_eq!(
            Named::new("AWS", ROLE).names(&session, &context),
            (Truth::True, How::Itself)
        );
        assert_eq!(names("AWS", ROLE, SESSION).0, Truth::Unknown);
        assert_eq!(names("AWS", SESSION, SESSION), (Truth::True, How::Session));
        assert_eq!(names("AWS", SESSION, ROLE).0, Truth::Unknown);
    }

    #[test]
    fn somebody_of_an_account_is_named_for_certain_by_the_account_and_everybody() {
        let account = AccountId::parse("111122223333").unwrap();
        let anybody = Principal::anybody("aws", account);
        let context = Context::new(Rest::Absent);
        let names = |text: &str| Named::new("AWS", text).names(&anybody, &context).0;
        assert_eq!(names("*"), Truth::True);
        assert_eq!(names("111122223333"), Truth::True);
        assert_eq!(names(ROLE), Truth::Unknown);
        assert_eq!(names("arn:aws:iam::444455556666:role/Copy"), Truth::False);
        assert_eq!(names("AROAEXAMPLEEXAMPLE123"), Truth::False);
    }

    #[test]
    fn a_service_is_named_by_its_name() {
        let service = "backup.amazonaws.com";
        assert_eq!(names("Service", service, service).0, Truth::True);
        assert_eq!(names("Service", service, ROLE).0, Truth::False);
        assert_eq!(names("AWS", "111122223333", service).0, Truth::False);
    }

    #[test]
    fn what_names_no_principal_is_refused() {
        assert!(Principal::parse("somebody").is_err());
        assert!(Principal::parse("arn:aws:iam::1:role/x").is_err());
    }
}
