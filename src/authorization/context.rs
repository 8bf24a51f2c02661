//! What is known of a request that AWS Backup will make: the contract's list of condition keys, and for every other key
//! that nothing is known.

use std::collections::BTreeMap;

use smol_str::{SmolStr, StrExt as _, format_smolstr};

use crate::catalog::calls::api_call;
use crate::catalog::condition_keys::{
    VOLUME_ENCRYPTED, is_foreign, key_meant, may_set_tags, tag_keys,
};
use crate::inventory::{EncryptedWith, Facts, Question, Tags};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap, Region, part};
use crate::policy::{Context, Entry, Request, Rest, Shape, operator_meant};

/// An action, and the requests in which it may come.
pub type Variants = (&'static str, Vec<Request>);

/// Who asks, and where what they ask for is.
#[derive(Clone, PartialEq, Eq, Hash)]
struct CallerQuestion {
    principal: Arn,
    resource_account: Option<AccountId>,
    region: Option<Region>,
}

/// The keys that every request carries, whatever the service.
pub fn of_role(
    facts: &Facts<'_>,
    principal: &Arn,
    resource_account: Option<AccountId>,
    region: Option<&Region>,
) -> Context {
    let asking = CallerQuestion {
        principal: principal.clone(),
        resource_account,
        region: region.cloned(),
    };
    facts.answer(&asking)
}

impl Question for CallerQuestion {
    type Answer = Context;

    fn answer(&self, facts: &Facts<'_>) -> Context {
        common(self, facts)
    }
}

fn common(asking: &CallerQuestion, facts: &Facts<'_>) -> Context {
    let CallerQuestion {
        principal,
        resource_account,
        region,
    } = asking;
    let (resource_account, region) = (*resource_account, region.as_ref());
    let one = |text: &'static str| Entry::One(SmolStr::new_static(text));
    let id =
        |id: Option<AccountId>| id.map_or(Entry::Unknown, |id| Entry::One(format_smolstr!("{id}")));
    let account = principal.account();
    let mut context = Context::new(Rest::Unknown)
        .with("aws:PrincipalArn", arn_of_role(facts, principal))
        .with("aws:PrincipalType", one("AssumedRole"))
        .with("aws:PrincipalIsAWSService", one("false"))
        .with("aws:SecureTransport", one("true"))
        .with("aws:PrincipalAccount", id(account))
        .with("aws:PrincipalOrgID", organization_id(facts, account))
        .with("aws:PrincipalOrgPaths", organization_paths(facts, account))
        .with("aws:ResourceAccount", id(resource_account))
        .with(
            "aws:ResourceOrgID",
            organization_id(facts, resource_account),
        )
        .with(
            "aws:ResourceOrgPaths",
            organization_paths(facts, resource_account),
        )
        .with(
            "aws:RequestedRegion",
            region.map_or(Entry::Unknown, |region| Entry::One(region.into())),
        );
    context = dated(by_no_service(context), facts);
    with_tags(context, "aws:PrincipalTag/", facts.role_tags(principal))
}

/// The ARN of a role, of which a change may leave the name to AWS.
fn arn_of_role(facts: &Facts<'_>, role: &Arn) -> Entry {
    match facts.role_name_to_come(role) {
        Some((name, _)) => Entry::Shaped(Shape::of_name(role.as_str(), name)),
        None => Entry::One(role.into()),
    }
}

/// The same without the keys that a request carries only where a service makes it as itself: not where a service has assumed a role,
/// or uses its service-linked role.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
fn by_no_service(context: Context) -> Context {
    const OF_SERVICES: &[&str] = &[
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
    ];
    let keys = OF_SERVICES.iter();
    keys.fold(context, |context, key| context.with(*key, Entry::Absent))
}

/// The same with the moment of the request.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
pub fn dated(context: Context, facts: &Facts<'_>) -> Context {
    let at = facts.at();
    let text = at.map(|at| at.as_str().into());
    let seconds = at.map(|at| format_smolstr!("{}", at.milliseconds().div_euclid(1000)));
    context
        .with("aws:CurrentTime", text.map_or(Entry::Unknown, Entry::One))
        .with("aws:EpochTime", seconds.map_or(Entry::Unknown, Entry::One))
}

/// The keys of a request by somebody of an account, of whom nothing else is known.
pub fn of_anybody(facts: &Facts<'_>, account: AccountId, region: Option<&Region>) -> Context {
    let one = |text: &'static str| Entry::One(SmolStr::new_static(text));
    let id = || Entry::One(format_smolstr!("{account}"));
    let context = Context::new(Rest::Unknown)
        .with("aws:PrincipalIsAWSService", one("false"))
        .with("aws:SecureTransport", one("true"))
        .with("aws:PrincipalAccount", id())
        .with("aws:PrincipalOrgID", organization_id(facts, Some(account)))
        .with(
            "aws:PrincipalOrgPaths",
            organization_paths(facts, Some(account)),
        )
        .with("aws:ResourceAccount", id())
        .with("aws:ResourceOrgID", organization_id(facts, Some(account)))
        .with(
            "aws:ResourceOrgPaths",
            organization_paths(facts, Some(account)),
        )
        .with(
            "aws:RequestedRegion",
            region.map_or(Entry::Unknown, |region| Entry::One(region.into())),
        );
    dated(by_no_service(context), facts)
}

/// The request about an action, which carries no keys of other services.
pub fn about(request: Request, action: &str) -> Request {
    let mut request = request.with_action(action);
    let service = part(action, 0).unwrap_or_default();
    request.context.set_service(service, is_foreign);
    request
}

/// The request about an action of the same service: with no keys of tags to be set, where it sets none.
pub fn with_action(request: Request, action: &str) -> Request {
    let mut request = request.with_action(action);
    if !may_set_tags(action) {
        request.context = without_request_tags(request.context);
    }
    request
}

/// The context of a request that sets no tags.
pub fn without_request_tags(context: Context) -> Context {
    context
        .with("aws:TagKeys", Entry::Absent)
        .with_family("aws:RequestTag/", Rest::Absent)
}

/// The keys of tags: known where the tags were read, and then others of the family are absent.
pub fn with_tags(context: Context, prefix: &str, tags: Fact<Option<&Tags>>) -> Context {
    let Fact::Known(tags) = tags else {
        return context;
    };
    // Keys of conditions ignore case, and keys of tags do not: of two tags that differ in it alone, nobody says which is meant.
    let mut each: BTreeMap<SmolStr, Entry> = BTreeMap::new();
    for (name, value) in tags.into_iter().flat_map(Tags::iter) {
        each.entry(name.to_lowercase_smolstr())
            .and_modify(|entry| *entry = Entry::Unknown)
            .or_insert_with(|| Entry::One(value.into()));
    }
    context
        .with_family(prefix, Rest::Absent)
        .with_each(prefix, each)
}

/// The organization that the account is in.
pub fn organization_id(facts: &Facts<'_>, account: Option<AccountId>) -> Entry {
    match account.map(|id| facts.organization_id(id)) {
        Some(Fact::Known(Some(id))) => Entry::One(id.into()),
        Some(Fact::Known(None)) => Entry::Absent,
        Some(Fact::Unknown(_)) | None => Entry::Unknown,
    }
}

/// The account's place in its organization; the key has several values by its type, and one in fact.
pub fn organization_paths(facts: &Facts<'_>, account: Option<AccountId>) -> Entry {
    match account.map(|id| facts.organization_path(id)) {
        Some(Fact::Known(Some(path))) => Entry::Many(vec![path.into()]),
        Some(Fact::Known(None)) => Entry::Absent,
        Some(Fact::Unknown(_)) | None => Entry::Unknown,
    }
}

/// The key that carries the tag of AWS Backup's recovery points, with a value that does not matter.
pub fn with_source_resource_tag(context: Context) -> Context {
    context.with("aws:ResourceTag/aws:backup:source-resource", any_value())
}

/// A value that does not matter.
pub fn any_value() -> Entry {
    Entry::Shaped(Shape::parse(SmolStr::new_static("*")))
}

/// Whether a volume is encrypted; `None` of anything else.
pub fn encrypted(facts: &Facts<'_>, arn: &Arn) -> Option<Fact<bool>> {
    let is_volume = arn.service() == "ec2" && type_of(arn) == "volume";
    let encrypted = is_volume.then(|| facts.resource_key(arn))?;
    Some(encrypted.map(|with| with != EncryptedWith::Nothing))
}

/// The word of an ARN that says of which type the thing is.
pub fn type_of(arn: &Arn) -> &str {
    let name = arn.resource();
    name.split([':', '/']).next().unwrap_or_default()
}

/// What of the facts tells the value of a key of the thing that an action is done to, where that was not read.
fn unread_of_resource(key: &str, facts: &Facts<'_>, subject: &Arn) -> Option<Gap> {
    let mut of_tags = tag_keys(subject.service(), type_of(subject)).iter();
    if of_tags.any(|prefix| key.starts_with(&prefix.to_ascii_lowercase())) {
        let is_recovery_point =
            ["backup", "cluster-snapshot", "image", "snapshot"].contains(&type_of(subject));
        let tags = if is_recovery_point {
            facts.point_tags(subject)
        } else {
            facts.resource_tags(subject)
        };
        return match tags {
            Fact::Unknown(gap) => Some(*gap),
            Fact::Known(_) => None,
        };
    }
    match encrypted(facts, subject) {
        Some(Fact::Unknown(gap)) if key.eq_ignore_ascii_case(VOLUME_ENCRYPTED) => Some(*gap),
        Some(_) | None => None,
    }
}

/// What is not told where it depends on `Principal` or `NotPrincipal` whether a statement applies.
pub const WHO: &str = "whether `Principal` or `NotPrincipal` of a statement means whoever asks, in a session of a role";

/// The gap that a condition key leaves: the call that tells its value where one does.
pub fn gap_of_key(key: &str, facts: &Facts<'_>, principal: &Arn, subject: &Arn) -> Gap {
    let lower = key.to_ascii_lowercase();
    let of_account = |operation, account: Option<AccountId>| {
        facts.gap(
            operation,
            &account.map(|id| id.to_string()).unwrap_or_default(),
            account,
            None,
        )
    };
    // Where it was read, two accounts say it differently.
    let of_path = |account: Option<AccountId>| match account.map(|id| facts.organization_path(id)) {
        Some(Fact::Unknown(gap)) if gap.hand() == Some(ByHand::Contradiction) => *gap,
        Some(_) | None => of_account(api_call!("organizations:ListParents"), account),
    };
    let of_subject = |operation| {
        facts.gap(
            operation,
            subject.as_str(),
            subject.account(),
            subject.region().as_ref(),
        )
    };
    let is_key = subject.service() == "kms";
    fn is_read<T>(fact: Option<Fact<T>>) -> bool {
        matches!(fact, Some(Fact::Known(_)))
    }
    if let Some(gap) = unread_of_resource(&lower, facts, subject) {
        return gap;
    }
    match lower.as_str() {
        "aws:principalarn" if let Some((_, gap)) = facts.role_name_to_come(principal) => gap,
        "aws:principalorgid" => of_account(
            api_call!("organizations:DescribeOrganization"),
            principal.account(),
        ),
        "aws:principalorgpaths" => of_path(principal.account()),
        "aws:sourceorgid" if !is_read(principal.account().map(|id| facts.organization_id(id))) => {
            of_account(
                api_call!("organizations:DescribeOrganization"),
                principal.account(),
            )
        }
        "aws:sourceorgpaths"
            if !is_read(principal.account().map(|id| facts.organization_path(id))) =>
        {
            of_path(principal.account())
        }
        "aws:resourceorgid" => of_account(
            api_call!("organizations:DescribeOrganization"),
            subject.account(),
        ),
        "aws:resourceorgpaths" | "backup:copytargetorgpaths" => of_path(subject.account()),
        "kms:resourcealiases" => of_subject(api_call!("kms:ListAliases")),
        // No key, but an element of the statement.
        "principal" => Gap::not_told(WHO, subject.as_str()).where_is(subject),
        _ if lower.starts_with("aws:principaltag/") => facts.gap(
            api_call!("iam:ListRoleTags"),
            principal.as_str(),
            principal.account(),
            None,
        ),
        _ if subject.service() == "iam" && lower.contains(":resourcetag/") => facts.gap(
            api_call!("iam:ListRoleTags"),
            subject.as_str(),
            subject.account(),
            None,
        ),
        _ if lower.starts_with("aws:resourcetag/") && is_key => {
            of_subject(api_call!("kms:ListResourceTags"))
        }
        _ if lower.starts_with("aws:resourcetag/") => of_subject(api_call!("backup:ListTags")),
        _ => misspelt(key, subject)
            .unwrap_or_else(|| Gap::not_told(key, subject.as_str()).where_is(subject)),
    }
}

/// The gap that a condition leaves whose operator or key is none that AWS documents, where one is near: AWS refuses a policy with
/// such an operator, and takes one with such a key.
fn misspelt(condition: &str, subject: &Arn) -> Option<Gap> {
    let (name, wrong, meant) = match condition.split_once(" of ") {
        Some((operator, _)) => (
            operator,
            "AWS refuses such an operator",
            operator_meant(operator)?,
        ),
        None => (
            condition,
            "AWS has no such condition key",
            key_meant(condition)?,
        ),
    };
    let says = format!("say what `{name}` is: {wrong}; did you mean `{meant}`?");
    let gap = Gap::by_hand(ByHand::NotUnderstood, says, subject.as_str());
    Some(gap.where_is(subject))
}
