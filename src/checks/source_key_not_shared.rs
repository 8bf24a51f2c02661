#![doc = include_str!("source_key_not_shared.md")]

use super::words::{
    NO_EXCEPTION_DOES, account_of, agreed, foretold, key_name, may_be_denied_all_the_same,
    never_copied, same_account, unlisted,
};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    KeyQuestion, Party, Phrases, Rulings, Via, ask_key, excepting, list, strike_the_owner,
};
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{
    PLAIN_KEY_ACTIONS, excepted_key_use, recommended_key_actions, source_key_use,
};
use crate::catalog::{Kind, cite};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Model, Route, Transfer};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Outcome, PolicyOf, Predicted, Status};

pub(super) const CHECK: Check = Check {
    id: "source-key-not-shared",
    title: "the backup's key is not shared with the destination account's AWSServiceRoleForBackup",
    doc: include_str!("source_key_not_shared.md"),
    cites: &[
        cite::ENCRYPTION,
        cite::CROSS_ACCOUNT,
        cite::KC_KEY,
        cite::EBS_SHARE,
        cite::SLR_POLICY,
        cite::RDS_COPY,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    if let Some(outcome) = never_copied(&copy.route) {
        return outcome;
    }
    let model = match known!(copy.route.model()) {
        Some(model) => model,
        None => return unlisted(&copy.route.type_name()),
    };
    if !known!(leaves(&copy.route)) {
        return same_account();
    }
    let key = match known!(copy.route.backup_key.as_ref()) {
        EncryptedWith::Key(key) => key,
        EncryptedWith::Nothing => return Outcome::not_applicable("the backup is not encrypted"),
        EncryptedWith::AwsOwnedKey => {
            return Outcome::not_applicable("the backup is on a key that AWS owns");
        }
    };
    match known!(facts.key_manager(key)) {
        Some(KeyManager::Customer) => {}
        Some(KeyManager::Aws) => {
            return Outcome::not_applicable("an AWS managed key cannot be shared");
        }
        None => return Outcome::not_applicable("the backup's key does not exist"),
    }
    let role = known!(copy.endpoints().destination_service_linked_role());
    let (Some(in_use), Some(more)) = (
        known!(copy.route.kind.agreed(source_key_use)),
        known!(copy.route.kind.agreed(recommended_key_actions)),
    ) else {
        return unlisted(&copy.route.type_name());
    };
    let question = |actions, both_sides| KeyQuestion {
        key,
        principal: &role,
        actions,
        via: Via::OfType,
        both_sides,
    };
    let asking = |actions, both_sides| ask_key(&copy.route, facts, &question(actions, both_sides));
    let shared_with = SharedWith {
        copy,
        facts,
        key,
        role: &role,
    };
    match model {
        Model::ServiceDependent => {
            let rulings = asking(PLAIN_KEY_ACTIONS, true).and_denies_of(&asking(in_use, false));
            let excepted = known!(copy.route.kind.agreed(excepted_key_use)).flatten();
            let excepted = excepted.map(|actions| question(actions, false));
            shared_with.service_dependent(&rulings, &asking(more, false), excepted.as_ref())
        }
        Model::Independent => {
            let rulings = asking(PLAIN_KEY_ACTIONS, false).deny_only();
            shared_with.independent(&rulings.and_denies_of(&asking(in_use, false)))
        }
    }
}

/// Another account is involved: the destination's, or the one of AWS's that a logically air-gapped vault stands in.
fn leaves(copy: &Route) -> Fact<bool> {
    match copy.endpoints.is_cross_account() {
        Fact::Known(true) => Fact::Known(true),
        Fact::Known(false) => copy.endpoints.touches_air_gapped_vault(),
        Fact::Unknown(gap) => match copy.endpoints.touches_air_gapped_vault() {
            Fact::Known(true) => Fact::Known(true),
            Fact::Known(false) | Fact::Unknown(_) => Fact::Unknown(gap),
        },
    }
}

/// What leaves open whether a snapshot can be shared by a key of its own, besides the one that it is encrypted with. `None`:
/// it has no such key, or none is of use.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>.
fn associated_keys(copy: &Transfer, facts: &Facts<'_>) -> Option<Gap> {
    let point = copy.recovery_point.as_ref()?;
    if copy
        .route
        .kind
        .agreed(|kind| kind == Kind::Ebs)
        .known()
        .flatten()
        != Some(true)
    {
        return None;
    }
    match facts.point_description(point) {
        Fact::Unknown(gap) => Some(*gap),
        Fact::Known(detail) => {
            let keys = detail?.get("AssociatedKmsKeys")?.as_array()?;
            (!keys.is_empty()).then(|| {
                Gap::not_told(
                    "whether AWS Backup uses the keys that the snapshot is associated with",
                    point.as_str(),
                )
                .where_is(point)
            })
        }
    }
}

/// Who is asked, and for whom.
struct SharedWith<'a> {
    copy: &'a Transfer,
    facts: &'a Facts<'a>,
    key: &'a Arn,
    role: &'a Arn,
}

impl SharedWith<'_> {
    fn predicted(&self) -> Option<Predicted> {
        let message = |kind| source_key_not_shared(kind, Some(self.key));
        foretold(agreed(self.copy.route.kind.agreed(message)).flatten())
    }

    /// The key of the resource encrypts the backup: it must be shared.
    fn service_dependent(
        &self,
        rulings: &Rulings,
        recommended: &Rulings,
        excepted: Option<&KeyQuestion<'_>>,
    ) -> Outcome {
        let Self { copy, facts, .. } = *self;
        let name = key_name(self.key, facts);
        let who = format!(
            "AWSServiceRoleForBackup of account {}",
            account_of(self.role)
        );
        let found = rulings.outcome(&Phrases {
            policy: PolicyOf::Key(self.key.clone()),
            principal: self.role,
            target: None,
            recommended: Some(recommended),
            basis: Basis::Documented,
            predicted: &|| self.predicted(),
            denied: &|actions| {
                format!("the policy of the backup's key {name} denies {actions} to {who}")
            },
            missing: &|actions| format!("the backup's key {name} does not let {who} do {actions}"),
            own_policy: Some(&|actions| {
                format!(
                    "{who} may not do {actions} by its own policy, whatever the key {name} says"
                )
            }),
            unknown: &|| format!("whether the backup's key {name} lets {who} use it is not known"),
            allowed: &|| format!("the backup's key {name} is shared with {who}"),
        });
        if let Some((_, mut statements, _)) = rulings.denied() {
            statements.extend(
                recommended
                    .denied()
                    .into_iter()
                    .flat_map(|(_, more, _)| more),
            );
            let strikes_owner = excepted.is_some_and(|question| {
                strike_the_owner(&copy.route, facts, question, &statements)
            });
            return if strikes_owner {
                found.by_hand(NO_EXCEPTION_DOES)
            } else {
                found
            };
        }
        if let Some((_, near)) = rulings.missing(Party::Resource)
            && let Some(gap) = associated_keys(copy, facts)
        {
            let message = format!(
                "the backup's key {name} is not shared with {who}; whether the snapshot is by another key is not known"
            );
            return Outcome::undecided(message, [gap]).saw(near);
        }
        if found.status != Status::Pass {
            return found;
        }
        let seen = excepted.map(|question| excepting(&copy.route, facts, question));
        match seen {
            Some(seen) if !seen.is_empty() => {
                return may_be_denied_all_the_same(&name, self.role.name(), seen);
            }
            Some(_) | None => {}
        }
        let left_out = recommended.not_allowed();
        if left_out.is_empty() {
            return found;
        }
        Outcome::warn(format!(
            "the backup's key {name} is shared with {who}, but not for {}, which AWS's instructions include",
            list(&left_out)
        ))
        .on(Basis::Inferred)
        .saw(found.evidence)
    }

    /// The key of the vault encrypts the backup: AWS's pages disagree whether it must be shared.
    fn independent(&self, rulings: &Rulings) -> Outcome {
        let name = key_name(self.key, self.facts);
        let account = account_of(self.role);
        let found = rulings.outcome(&Phrases {
            policy: PolicyOf::Key(self.key.clone()),
            principal: self.role,
            target: None,
            recommended: None,
            basis: Basis::Observed,
            predicted: &|| self.predicted(),
            denied: &|actions| {
                format!("the policy of the source vault's key {name} denies {actions} to AWSServiceRoleForBackup of account {account}")
            },
            missing: &|actions| format!("the source vault's key {name} does not let account {account} do {actions}"),
            own_policy: None,
            unknown: &|| format!("whether a Deny keeps account {account} from the key {name} is not known"),
            allowed: &|| format!("the source vault's key {name} is shared with account {account}"),
        });
        let is_shared = rulings.missing(Party::Resource).is_none() && rulings.open().is_none();
        match found.status {
            Status::Fail => found.on(Basis::Inferred),
            Status::Pass if !is_shared => Outcome::warn(format!(
                "the source vault's key {name} is not shared with account {account}; AWS's pages disagree whether it must be"
            ))
            .on(Basis::Observed),
            Status::Pass | Status::Warn | Status::Undecided | Status::NotApplicable => found,
        }
    }
}
