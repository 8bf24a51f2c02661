//! The policies of the organization as they come out for an account.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html>.

use aws_sdk_organizations::types::EffectivePolicyType;

use crate::catalog::calls::api_call;
use crate::inventory::{EffectivePolicy, Field, Json};
use crate::known::AccountId;
use crate::sources::live::found::{Found, Place};
use crate::sources::live::reply::{CallError, about};
use crate::sources::live::session::Session;

/// The account's effective backup policy. Null: it has none.
pub async fn backup_policy(reader: &Session, account: AccountId) -> Found<Field<EffectivePolicy>> {
    read(reader, account, EffectivePolicyType::BackupPolicy).await
}

/// The account's effective tag policy. Null: it has none.
pub async fn tag_policy(reader: &Session, account: AccountId) -> Found<Field<EffectivePolicy>> {
    read(reader, account, EffectivePolicyType::TagPolicy).await
}

async fn read(
    reader: &Session,
    account: AccountId,
    kind: EffectivePolicyType,
) -> Found<Field<EffectivePolicy>> {
    let subject = account.to_string();
    // An account may ask of itself without naming itself, and of no other.
    let target = (account != reader.account()).then(|| subject.clone());
    let call = reader
        .organizations()
        .describe_effective_policy()
        .policy_type(kind)
        .set_target_id(target)
        .send();
    let answer = reader.ask(call).await.and_then(|answer| {
        let policy = answer
            .effective_policy()
            .ok_or_else(CallError::unreadable)?;
        if let Some(target) = policy.target_id() {
            about(Some(target), &subject)?;
        }
        let text = policy.policy_content().ok_or_else(CallError::unreadable)?;
        let Json(policy) = serde_json::from_str(text).map_err(|_| CallError::unreadable())?;
        Ok(EffectivePolicy::new(policy, None))
    });
    match answer {
        Ok(policy) => Found::all(Field::Is(policy)),
        Err(error)
            if matches!(
                error.code.as_str(),
                "EffectivePolicyNotFoundException" | "AWSOrganizationsNotInUseException"
            ) =>
        {
            Found::all(Field::Null)
        }
        Err(error) => {
            let place = Place::global(account);
            Found {
                value: Field::Absent,
                gaps: vec![place.gap(
                    api_call!("organizations:DescribeEffectivePolicy"),
                    &subject,
                    &error,
                )],
            }
        }
    }
}
