//! AWS IAM: roles with their policies.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>.

use aws_sdk_iam::types::EvaluationResult;
use serde_json::Value;
use smol_str::SmolStr;

use crate::catalog;
use crate::catalog::calls::api_call;
use crate::inventory::{Policy, Role};
use crate::known::{ApiCall, Arn, Gap};

use super::found::{Found, settled_by};
use super::once::{Once, each};
use super::paging::pages;
use super::reply::{CallError, CallErrorKind, Reply, about};
use super::session::Session;
use super::shape::{Shape, tags as in_order};

/// What was read of IAM in an account: managed policies by ARN.
#[derive(Default)]
struct ManagedPoliciesRead {
    managed: Once<String, Result<String, (CallError, ApiCall)>>,
}

/// A role with all its policies.
pub async fn role(session: &Session, arn: &Arn) -> Found<Option<Role>> {
    let place = session.global();
    let call = session.iam().get_role().role_name(arn.name()).send();
    let answer = session
        .ask(call)
        .await
        .and_then(|answer| answer.role.ok_or_else(CallError::unreadable));
    let answer = answer.and_then(|role| {
        about(Some(role.role_name()), arn.name())?;
        // One that does not name the policy that it is would pass for none.
        let boundary = role.permissions_boundary();
        match boundary.is_none_or(|boundary| boundary.permissions_boundary_arn().is_some()) {
            true => Ok(role),
            false => Err(CallError::unreadable()),
        }
    });
    let role = match answer {
        // Names are one of a kind in an account whatever their path, so there is no role of the path that was asked.
        Ok(role) if role.arn() != arn.as_str() => return missing(arn),
        Ok(role) => role,
        Err(error) if error.kind == CallErrorKind::NotThere => return missing(arn),
        Err(error) => {
            return Found::nothing(place.gap(api_call!("iam:GetRole"), arn.as_str(), &error));
        }
    };
    let mut gaps = Vec::new();
    let trust = role
        .assume_role_policy_document()
        .map(decoded)
        .filter(|text| Policy::parse(text).is_ok());
    if trust.is_none() {
        gaps.push(place.gap(
            api_call!("iam:GetRole"),
            arn.as_str(),
            &CallError::unreadable(),
        ));
    }
    let boundary = role
        .permissions_boundary()
        .and_then(|boundary| boundary.permissions_boundary_arn());
    let (attached, inline, boundary, tags) = tokio::join!(
        attached(session, arn),
        inline(session, arn),
        async {
            match boundary {
                Some(policy) => Some(managed(session, policy).await),
                None => None,
            }
        },
        tags(session, arn),
    );
    let shape = Shape::new()
        .with("Arn", Some(arn.as_str()))
        .with("AssumeRolePolicyDocument", trust)
        .with("AttachedPolicies", attached.into_value(&mut gaps))
        .with("InlinePolicies", inline.into_value(&mut gaps))
        .with("Tags", tags.into_value(&mut gaps));
    let shape = match boundary {
        Some(found) => shape.with("PermissionsBoundary", Some(found.into_value(&mut gaps))),
        None => shape.without("PermissionsBoundary"),
    };
    match shape.read() {
        Ok(role) => Found {
            value: Some(role),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(api_call!("iam:GetRole"), arn.as_str(), &error)),
    }
}

fn missing(arn: &Arn) -> Found<Option<Role>> {
    let shape = Shape::new().with("Arn", Some(arn.as_str()));
    Found::all(shape.without("AssumeRolePolicyDocument").read().ok())
}

async fn attached(session: &Session, role: &Arn) -> Found<Option<Value>> {
    let call = session
        .iam()
        .list_attached_role_policies()
        .role_name(role.name());
    let arns: Reply<Vec<String>> = pages!(session, call.into_paginator(), page => {
        page.attached_policies().iter().filter_map(|policy| policy.policy_arn().map(str::to_owned)).collect::<Vec<_>>()
    });
    let mut arns = match arns {
        Ok(arns) => arns,
        Err(error) => {
            return Found::nothing(session.global().gap(
                api_call!("iam:ListAttachedRolePolicies"),
                role.as_str(),
                &error,
            ));
        }
    };
    arns.sort();
    let tasks = arns.into_iter().map(|arn| {
        let session = session.clone();
        async move { managed(&session, &arn).await }
    });
    let mut gaps = Vec::new();
    let policies: Vec<Value> = each(tasks)
        .await
        .into_iter()
        .map(|found| found.into_value(&mut gaps).into())
        .collect();
    Found {
        value: Some(policies.into()),
        gaps,
    }
}

/// A managed policy, with its text where the program does not have it built in.
async fn managed(session: &Session, arn: &str) -> Found<Shape> {
    let shape = Shape::new().with("PolicyArn", Some(arn));
    if catalog::managed_policy(arn).is_some() {
        return Found::all(shape);
    }
    let read = async {
        let call = session.iam().get_policy().policy_arn(arn).send();
        let policy = session
            .ask(call)
            .await
            .and_then(|answer| answer.policy.ok_or_else(CallError::unreadable))
            .map_err(|error| (error, api_call!("iam:GetPolicy")))?;
        let version = async {
            let version = policy
                .default_version_id()
                .ok_or_else(CallError::unreadable)?;
            let call = session
                .iam()
                .get_policy_version()
                .policy_arn(arn)
                .version_id(version)
                .send();
            let answer = session.ask(call).await?;
            let version = answer.policy_version().ok_or_else(CallError::unreadable)?;
            policy_text(version.document())
        };
        version
            .await
            .map_err(|error| (error, api_call!("iam:GetPolicyVersion")))
    };
    match session
        .memory::<ManagedPoliciesRead>()
        .managed
        .get(arn.to_owned(), read)
        .await
    {
        Ok(text) => Found::all(shape.with("Document", Some(text))),
        Err((error, permission)) => {
            let gap = session
                .global()
                .gap(api_call!("iam:GetPolicyVersion"), arn, &error);
            Found {
                value: shape,
                gaps: vec![settled_by(gap, permission)],
            }
        }
    }
}

async fn inline(session: &Session, role: &Arn) -> Found<Option<Value>> {
    let call = session.iam().list_role_policies().role_name(role.name());
    let names: Reply<Vec<String>> =
        pages!(session, call.into_paginator(), page => page.policy_names().to_vec());
    let mut names = match names {
        Ok(names) => names,
        Err(error) => {
            return Found::nothing(session.global().gap(
                api_call!("iam:ListRolePolicies"),
                role.as_str(),
                &error,
            ));
        }
    };
    names.sort();
    let tasks = names.into_iter().map(|name| {
        let (session, role) = (session.clone(), role.clone());
        async move { one_inline(&session, &role, &name).await }
    });
    let mut gaps = Vec::new();
    let policies: Vec<Value> = each(tasks)
        .await
        .into_iter()
        .map(|found| found.into_value(&mut gaps).into())
        .collect();
    Found {
        value: Some(policies.into()),
        gaps,
    }
}

async fn one_inline(session: &Session, role: &Arn, name: &str) -> Found<Shape> {
    let call = session
        .iam()
        .get_role_policy()
        .role_name(role.name())
        .policy_name(name)
        .send();
    let text = session
        .ask(call)
        .await
        .and_then(|answer| policy_text(Some(answer.policy_document())));
    let shape = Shape::new().with("PolicyName", Some(name));
    match text {
        Ok(text) => Found::all(shape.with("Document", Some(text))),
        Err(error) => {
            let gap: Gap =
                session
                    .global()
                    .gap(api_call!("iam:GetRolePolicy"), role.as_str(), &error);
            Found {
                value: shape,
                gaps: vec![gap],
            }
        }
    }
}

async fn tags(session: &Session, role: &Arn) -> Found<Option<Value>> {
    let call = session.iam().list_role_tags().role_name(role.name());
    let tags: Reply<Vec<(String, String)>> = pages!(session, call.into_paginator(), page => {
        page.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect::<Vec<_>>()
    });
    match tags {
        Ok(tags) => Found::all(Some(in_order(
            tags.iter().map(|(name, value)| (&**name, &**value)),
        ))),
        Err(error) => Found::nothing(session.global().gap(
            api_call!("iam:ListRoleTags"),
            role.as_str(),
            &error,
        )),
    }
}

/// What AWS's policy simulator says of a role's actions, control policies included: those on one thing by one call, which takes as many
/// as there are and answers in pages. What it said before it refused one stands.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>.
pub async fn simulated(
    session: &Session,
    role: &Arn,
    requests: Vec<(Vec<&'static str>, SmolStr)>,
) -> Found<Option<Value>> {
    let mut results: Vec<Value> = Vec::new();
    for (actions, resource) in requests {
        let actions = actions.into_iter().map(str::to_owned).collect();
        let call = session
            .iam()
            .simulate_principal_policy()
            .policy_source_arn(role.as_str())
            .set_action_names(Some(actions))
            .resource_arns(resource.as_str());
        let read: Reply<Vec<Value>> = pages!(session, call.into_paginator(), page => {
            page.evaluation_results().iter().map(|result| evaluated(result).into()).collect::<Vec<_>>()
        });
        match read {
            Ok(read) => results.extend(read),
            Err(error) => {
                let gap = session.global().gap(
                    api_call!("iam:SimulatePrincipalPolicy"),
                    role.as_str(),
                    &error,
                );
                return Found {
                    value: (!results.is_empty()).then(|| results.into()),
                    gaps: vec![gap],
                };
            }
        }
    }
    Found::all(Some(results.into()))
}

fn evaluated(result: &EvaluationResult) -> Shape {
    Shape::new()
        .with("EvalActionName", Some(result.eval_action_name()))
        .with("EvalResourceName", result.eval_resource_name())
        .with("EvalDecision", Some(result.eval_decision().as_str()))
        .list(
            "MatchedStatements",
            result.matched_statements().iter().map(|statement| {
                Shape::new()
                    .with("SourcePolicyId", statement.source_policy_id())
                    .with(
                        "SourcePolicyType",
                        statement.source_policy_type().map(|kind| kind.as_str()),
                    )
            }),
        )
        .list(
            "MissingContextValues",
            result.missing_context_values().iter().map(String::as_str),
        )
        .with(
            "OrganizationsDecisionDetail",
            result.organizations_decision_detail().map(|detail| {
                Shape::new().with(
                    "AllowedByOrganizations",
                    Some(detail.allowed_by_organizations()),
                )
            }),
        )
        .with(
            "PermissionsBoundaryDecisionDetail",
            result.permissions_boundary_decision_detail().map(|detail| {
                Shape::new().with(
                    "AllowedByPermissionsBoundary",
                    Some(detail.allowed_by_permissions_boundary()),
                )
            }),
        )
}

fn policy_text(encoded: Option<&str>) -> Reply<String> {
    let text = decoded(encoded.ok_or_else(CallError::unreadable)?);
    Policy::parse(&text).map_err(|_| CallError::unreadable())?;
    Ok(text)
}

/// IAM gives policy documents percent-encoded (RFC 3986). What is not encoded stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_decoded_and_what_is_not_encoded_stays() {
        assert_eq!(
            decoded("%7B%22a%22%3A%20%22b+c%C3%A9%22%7D"),
            "{\"a\": \"b+cé\"}"
        );
        assert_eq!(
            decoded("{\"x\": \"100% + %zz\"}"),
            "{\"x\": \"100% + %zz\"}"
        );
        assert_eq!(decoded("%+f%-1"), "%+f%-1");
        assert_eq!(decoded("%"), "%");
    }
}
