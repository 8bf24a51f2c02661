//! What one party alone says to a request: the resource, the principal, or the organization.

use super::Truth;
use super::context::{Context, Rest};
use super::document::{Document, Effect, Statement};
use super::evaluate::{is_bound_by_organization, open_words};
use super::matches::Matches;
use super::policy_type::{PolicyType, StatementRef};
use super::principal::{How, PrincipalKind};
use super::reach::Reach;
use super::request::{Request, Resource};
use super::statement::Miss;

/// What one party says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyDecision {
    /// It denies, by these statements.
    Denied {
        /// The Denies.
        by: Vec<StatementRef>,
        /// Whether it would allow but for those.
        allow: Truth,
    },
    /// Nothing that it says allows, so that it denies by saying nothing.
    NotAllowed {
        /// The policies that are silent.
        policy: PolicyType,
        /// The level that is silent, root first; 0 where there are none.
        level: usize,
        /// The statements that would allow but for one thing.
        near: Vec<NearMiss>,
        /// Denies that are open: whether it denies outright too is not known, which matters where silence is enough.
        denies: Vec<StatementRef>,
        /// The keys, or words, that leave those open.
        keys: Vec<String>,
    },
    /// It allows.
    Allowed {
        /// The Allows.
        by: Vec<StatementRef>,
        /// How they name the principal: where they only name its account, its own policies must allow too.
        how: How,
        /// Statements that may name the principal more closely than that, and are open.
        open: Vec<StatementRef>,
        /// The keys that leave those open.
        keys: Vec<String>,
    },
    /// It depends on facts that were not read.
    Unknown {
        /// The statements that are open.
        statements: Vec<StatementRef>,
        /// The context keys, or words, that leave them open.
        keys: Vec<String>,
    },
}

/// A statement that would allow but for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Where it stands.
    pub statement: StatementRef,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// What keeps it from applying.
    pub why: Miss,
}

/// The documents of one kind and level, and what they say.
struct Party<'a> {
    kind: PolicyType,
    level: usize,
    documents: &'a [&'a Document],
    tally: Matches,
}

/// What the policy of the resource says.
#[must_use]
pub fn decide_resource(request: &Request, policy: Option<&Document>) -> PolicyDecision {
    Party::side(
        request,
        &[Party::ask(
            request,
            PolicyType::Resource,
            0,
            policy.as_slice(),
        )],
    )
}

/// The Denies of the resource's policy that only an exception keeps off the request, and that do not leave out everybody of
/// whom another request, `owner`, comes.
#[must_use]
pub fn excepting_denies(request: &Request, owner: &Request, policy: &Document) -> Vec<NearMiss> {
    let each = policy.statements().iter().enumerate();
    let excepting = each.filter_map(|(index, statement)| {
        let why = statement.excepts(request, owner, PolicyType::Resource)?;
        let of_owner = statement.applies(owner, PolicyType::Resource).truth();
        (of_owner != Truth::False).then(|| NearMiss {
            statement: StatementRef {
                policy: PolicyType::Resource,
                level: 0,
                document: 0,
                index,
                effect: Effect::Deny,
            },
            sid: statement.sid().map(str::to_owned),
            why,
        })
    });
    excepting.collect()
}

/// Whether a statement of the resource's policy may strike somebody of an account, of whom `owner` comes, and is on everybody of it.
#[must_use]
pub fn may_strike(owner: &Request, policy: &Document, index: usize) -> bool {
    let statement = policy.statements().get(index);
    statement.is_some_and(|one| one.may_strike(owner, PolicyType::Resource))
}

/// What the policies of the principal say, within its permissions boundary. The root user of an account has none, and
/// needs none: nothing here may be asked of it.
#[must_use]
pub fn decide_identity(
    request: &Request,
    identity: &[&Document],
    boundary: Option<&Document>,
) -> PolicyDecision {
    let own = Party::ask(request, PolicyType::Identity, 0, identity);
    match &boundary {
        None => Party::side(request, &[own]),
        Some(boundary) => {
            let boundary = std::slice::from_ref(boundary);
            let bounds = Party::ask(request, PolicyType::Boundary, 0, boundary);
            Party::side(request, &[own, bounds])
        }
    }
}

/// Whether policies of a principal allow it an action, given in lower case, on each of some resources, whatever else its requests carry:
/// statements without conditions allow it, and no Deny may name the action.
#[must_use]
pub fn always_allow(
    documents: &[&Document],
    action: &str,
    on: impl FnOnce() -> Vec<Resource>,
) -> bool {
    let asked = Reach::of_action(action);
    let mut allows: Vec<&Statement> = Vec::new();
    for document in documents {
        for (_, statement) in document.statements_on(asked) {
            match (statement.effect(), statement.names(action)) {
                (_, Truth::False) | (Effect::Allow, Truth::Unknown) => {}
                (Effect::Deny, _) => return false,
                (Effect::Allow, Truth::True)
                    if document.has_known_version() && statement.asks_for_nothing_else() =>
                {
                    allows.push(statement);
                }
                (Effect::Allow, Truth::True) => {}
            }
        }
    }
    if allows.is_empty() {
        return false;
    }
    if allows.iter().any(|statement| statement.is_on_everything()) {
        return true;
    }
    let nothing = Context::new(Rest::Unknown);
    let on = on();
    let is_allowed = |resource: &Resource| {
        let mut allows = allows.iter();
        allows.any(|statement| statement.is_on(action, resource, &nothing) == Truth::True)
    };
    !on.is_empty() && on.iter().all(is_allowed)
}

/// What the policies of the organizations say: SCPs of the principal's, RCPs of the resource's. Where none binds the
/// principal, they allow, by no statement.
#[must_use]
pub fn decide_control<'a>(
    request: &Request,
    scps: &'a [Vec<&'a Document>],
    rcps: &'a [Vec<&'a Document>],
) -> PolicyDecision {
    let bound = is_bound_by_organization(request);
    let service = request.principal.kind() == PrincipalKind::Service;
    let ask = |kind| {
        move |(level, documents): (usize, &'a Vec<&'a Document>)| {
            Party::ask(request, kind, level, documents)
        }
    };
    let mut parties: Vec<Party<'_>> = Vec::new();
    if bound && !service {
        parties.extend(scps.iter().enumerate().map(ask(PolicyType::Scp)));
    }
    if bound {
        parties.extend(rcps.iter().enumerate().map(ask(PolicyType::Rcp)));
    }
    for party in parties
        .iter_mut()
        .filter(|party| party.kind == PolicyType::Rcp)
    {
        // RCPs only deny: the one that allows everything cannot be detached.
        party.tally.allow = Truth::True;
    }
    Party::side(request, &parties)
}

impl<'a> Party<'a> {
    fn ask(
        request: &Request,
        kind: PolicyType,
        level: usize,
        documents: &'a [&'a Document],
    ) -> Self {
        Self {
            tally: Matches::of(request, kind, level, documents.iter().copied()),
            kind,
            level,
            documents,
        }
    }

    /// All parties must allow, and none may deny.
    fn side(request: &Request, parties: &[Self]) -> PolicyDecision {
        let refs = |effect, truth| {
            let each = parties.iter();
            let each = each.flat_map(move |party| party.tally.refs(effect, truth));
            each.collect::<Vec<_>>()
        };
        let deny = Truth::any(parties.iter().map(|party| party.tally.deny));
        let allow = Truth::all(parties.iter().map(|party| party.tally.allow));
        if deny == Truth::True {
            return PolicyDecision::Denied {
                by: refs(Effect::Deny, Truth::True),
                allow,
            };
        }
        let silent = |party: &&Self| party.tally.allow == Truth::False;
        if let Some(party) = parties.iter().find(silent) {
            let denies = refs(Effect::Deny, Truth::Unknown);
            let keys = Self::open(request, parties, &denies);
            return party.silent(request, denies, keys);
        }
        if allow == Truth::True && deny == Truth::False {
            let how = parties.first().map(|party| party.tally.how());
            let how = how.unwrap_or(How::Everyone);
            let closer = |party: &Self| party.tally.direct_refs(Truth::Unknown).collect::<Vec<_>>();
            let open = match how {
                How::Account => parties.iter().flat_map(closer).collect(),
                How::Everyone | How::Itself | How::Session => Vec::new(),
            };
            return PolicyDecision::Allowed {
                by: refs(Effect::Allow, Truth::True),
                how,
                keys: Self::open(request, parties, &open),
                open,
            };
        }
        let mut statements = refs(Effect::Deny, Truth::Unknown);
        let unsettled = parties
            .iter()
            .filter(|party| party.tally.allow == Truth::Unknown);
        statements
            .extend(unsettled.flat_map(|party| party.tally.refs(Effect::Allow, Truth::Unknown)));
        statements.sort_unstable();
        PolicyDecision::Unknown {
            keys: Self::open(request, parties, &statements),
            statements,
        }
    }

    fn open(request: &Request, parties: &[Self], at: &[StatementRef]) -> Vec<String> {
        let statement = |at: &StatementRef| {
            let mut parties = parties.iter();
            let party = parties.find(|party| party.kind == at.policy && party.level == at.level)?;
            let statements = party.documents.get(at.document)?.statements();
            statements.get(at.index).map(|statement| &**statement)
        };
        open_words(request, at, statement)
    }

    fn silent(
        &self,
        request: &Request,
        denies: Vec<StatementRef>,
        keys: Vec<String>,
    ) -> PolicyDecision {
        // A principal has statements on many services: those on another one are not near.
        let services = if self.kind == PolicyType::Identity {
            request.reach().of_its_services()
        } else {
            Reach::default()
        };
        let mut near = Vec::new();
        for (document, policy) in self.documents.iter().enumerate() {
            for (index, statement) in policy.statements_on(services) {
                let at = StatementRef {
                    policy: self.kind,
                    level: self.level,
                    document,
                    index,
                    effect: statement.effect(),
                };
                if at.effect == Effect::Allow {
                    near.extend(near_miss(request, statement, at));
                }
            }
        }
        PolicyDecision::NotAllowed {
            policy: self.kind,
            level: self.level,
            near,
            denies,
            keys,
        }
    }
}

fn near_miss(request: &Request, statement: &Statement, at: StatementRef) -> Option<NearMiss> {
    Some(NearMiss {
        statement: at,
        sid: statement.sid().map(str::to_owned),
        why: statement.miss(request, at.policy)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{KEY, LINKED, OTHER, ROLE, document, one, policy, request};
    use crate::policy::{Entry, Unmet};

    #[test]
    fn the_resources_side_says_how_it_names_the_principal() {
        for (name, expected) in [
            (ROLE, How::Itself),
            ("111122223333", How::Account),
            ("*", How::Everyone),
        ] {
            let key = policy(&[&format!("Allow kms:* {name}")]);
            let side = decide_resource(&request(ROLE, "kms:Decrypt", KEY), Some(&key));
            let PolicyDecision::Allowed { how, by, .. } = side else {
                panic!("{side:?}");
            };
            assert_eq!((how, by.len()), (expected, 1));
        }
    }

    #[test]
    fn an_account_that_is_delegated_to_may_still_be_named_more_closely() {
        let key = document(&format!(
            r#"{},{{"Effect": "Allow", "Principal": {{"AWS": "{ROLE}"}}, "Action": "kms:*", "Resource": "*",
                "Condition": {{"StringEquals": {{"kms:ViaService": "x"}}}}}}"#,
            crate::policy::fixture::statement("Allow kms:* 111122223333")
        ));
        let mut decrypt = request(ROLE, "kms:Decrypt", KEY);
        decrypt.context.set("kms:ViaService", Entry::Unknown);
        let side = decide_resource(&decrypt, Some(&key));
        let PolicyDecision::Allowed {
            how, open, keys, ..
        } = side
        else {
            panic!("{side:?}");
        };
        assert_eq!((how, open.len(), open[0].index), (How::Account, 1, 1));
        assert_eq!(keys, ["kms:ViaService"]);
    }

    #[test]
    fn a_deny_with_an_exception_is_told_unless_everybody_of_the_account_is_excepted() {
        let deny = |condition: &str| {
            document(&format!(
                r#"{{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {condition}}}"#
            ))
        };
        let decrypt = request(ROLE, "kms:Decrypt", KEY);
        let owner = crate::known::AccountId::parse("111122223333").unwrap();
        let mut anybody = decrypt.clone();
        anybody.principal = crate::policy::Principal::anybody("aws", owner);
        anybody.context.set("aws:PrincipalArn", Entry::Unknown);
        let told = |condition: &str, who: &crate::policy::Request| {
            excepting_denies(who, &anybody, &deny(condition)).len()
        };
        let mut decrypt = decrypt;
        decrypt.context.set("aws:PrincipalArn", one(ROLE));
        decrypt
            .context
            .set("aws:PrincipalAccount", one("111122223333"));
        let by_arn = format!(r#"{{"ArnNotEquals": {{"aws:PrincipalArn": "{ROLE}"}}}}"#);
        assert_eq!(told(&by_arn, &decrypt), 1);
        anybody
            .context
            .set("aws:PrincipalAccount", one("111122223333"));
        let by_account = r#"{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}"#;
        let told = excepting_denies(&decrypt, &anybody, &deny(by_account)).len();
        assert_eq!(told, 0);
    }

    #[test]
    fn silence_names_the_statements_that_come_near() {
        let key = document(&format!(
            r#"{{"Sid": "ViaBackup", "Effect": "Allow", "Principal": {{"AWS": "{LINKED}"}}, "Action": "kms:*", "Resource": "*",
                "Condition": {{"StringLike": {{"kms:ViaService": "backup.*.amazonaws.com"}}}}}},
               {},{},{}"#,
            crate::policy::fixture::statement(&format!("Allow kms:Decrypt {LINKED}")),
            crate::policy::fixture::statement(&format!("Allow kms:CreateGrant {OTHER}")),
            crate::policy::fixture::statement(&format!("Allow kms:Encrypt {ROLE}")),
        ));
        let mut grant = request(LINKED, "kms:CreateGrant", KEY);
        let via = one("rds.us-east-2.amazonaws.com");
        grant.context.set("kms:ViaService", via.clone());
        let PolicyDecision::NotAllowed { policy, near, .. } = decide_resource(&grant, Some(&key))
        else {
            panic!("expected silence");
        };
        assert_eq!(policy, PolicyType::Resource);
        let why: Vec<Miss> = near.iter().map(|miss| miss.why.clone()).collect();
        let unmet = Unmet {
            operator: "StringLike".to_owned(),
            key: "kms:ViaService".to_owned(),
            wanted: vec!["backup.*.amazonaws.com".to_owned()],
            found: via,
        };
        assert_eq!(
            why,
            [Miss::Conditions(vec![unmet]), Miss::Action, Miss::Principal]
        );
        assert_eq!(near[0].sid.as_deref(), Some("ViaBackup"));
    }

    #[test]
    fn silence_names_the_denies_that_may_strike() {
        let key = document(&format!(
            r#"{{"Effect": "Deny", "Principal": {{"AWS": "{ROLE}"}}, "Action": "kms:*", "Resource": "*",
                "Condition": {{"StringEquals": {{"kms:ViaService": "x"}}}}}}"#
        ));
        let mut decrypt = request(ROLE, "kms:Decrypt", KEY);
        decrypt.context.set("kms:ViaService", Entry::Unknown);
        let side = decide_resource(&decrypt, Some(&key));
        let PolicyDecision::NotAllowed { denies, keys, .. } = side else {
            panic!("{side:?}");
        };
        assert_eq!((denies.len(), denies[0].index), (1, 0));
        assert_eq!(keys, ["kms:ViaService"]);
    }

    #[test]
    fn the_principals_side_names_the_boundary_where_that_is_silent() {
        let (allow, tight) = (policy(&["Allow *"]), policy(&["Allow s3:*"]));
        let decrypt = request(ROLE, "kms:Decrypt", KEY);
        let silent = |side| match side {
            PolicyDecision::NotAllowed { policy, .. } => Some(policy),
            PolicyDecision::Denied { .. }
            | PolicyDecision::Allowed { .. }
            | PolicyDecision::Unknown { .. } => None,
        };
        let side = decide_identity(&decrypt, &[&allow], Some(&tight));
        assert_eq!(silent(side), Some(PolicyType::Boundary));
        let side = decide_identity(&decrypt, &[&tight], Some(&allow));
        assert_eq!(silent(side), Some(PolicyType::Identity));
        assert_eq!(silent(decide_identity(&decrypt, &[&allow], None)), None);
    }

    #[test]
    fn the_organizations_side_names_the_level_that_is_silent() {
        let (allow, none) = (policy(&["Allow *"]), policy(&["Allow s3:*"]));
        let decrypt = request(ROLE, "kms:Decrypt", KEY);
        let side = decide_control(&decrypt, &[vec![&allow], vec![&none]], &[]);
        let PolicyDecision::NotAllowed {
            policy,
            level,
            near,
            ..
        } = side
        else {
            panic!("{side:?}");
        };
        assert_eq!((policy, level, near.len()), (PolicyType::Scp, 1, 1));
        let deny = super::super::fixture::policy(&["Deny kms:* *"]);
        let side = decide_control(&decrypt, &[], &[vec![&deny]]);
        assert!(matches!(side, PolicyDecision::Denied { .. }), "{side:?}");
        let linked = request(LINKED, "kms:Decrypt", KEY);
        let side = decide_control(&linked, &[vec![&none]], &[vec![&deny]]);
        assert!(matches!(side, PolicyDecision::Allowed { ref by, .. } if by.is_empty()));
    }
}
