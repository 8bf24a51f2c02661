//! AWS Organizations: from the place in the tree and the control policies that the inventory has for each account.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Answer, Call, No, Service, document, text};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::World;

const LEVELS: &[(&str, &str)] = &[
    ("SERVICE_CONTROL_POLICY", "service_control_policies"),
    ("RESOURCE_CONTROL_POLICY", "resource_control_policies"),
];

pub const SERVICE: Service = Service {
    name: "organizations",
    signing_name: "organizations",
    global: true,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.1",
        target: "AWSOrganizationsV20161128",
        namespace: "",
        times: &["JoinedTimestamp", "LastUpdatedTimestamp"],
    },
    pager: Pager {
        ask: "NextToken",
        give: "NextToken",
        truncated: None,
        limit: "MaxResults",
        most: 20,
        bad_token: "InvalidInputException",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "TooManyRequestsException"),
    names,
    answer,
};

fn names(_: &World, call: &Call) -> Vec<String> {
    let named = ["TargetId", "ChildId", "PolicyId", "AccountId", "ParentId"];
    let mut names: Vec<_> = named
        .iter()
        .filter_map(|name| call.arg(name))
        .map(str::to_owned)
        .collect();
    if call.operation == "DescribeEffectivePolicy" && names.is_empty() {
        names.push(call.scope.account.clone());
    }
    names
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    let org = Organization::of(world, call)?;
    let open = ["DescribeOrganization", "DescribeEffectivePolicy"];
    if !open.contains(&call.operation.as_str()) {
        org.only_for_administrators(world, call)?;
    }
    match call.operation.as_str() {
        "DescribeOrganization" => Ok(Answer::Whole(json!({"Organization": org.describe()}))),
        "ListRoots" => org.roots(world),
        "ListParents" => org.parents(world, call),
        "ListPoliciesForTarget" => org.policies_for(world, call),
        "DescribePolicy" => org.policy(world, call),
        "DescribeEffectivePolicy" => org.effective_policy(world, call),
        "ListAccounts" => Ok(Answer::List {
            field: "Accounts",
            items: org
                .ids(world)
                .iter()
                .map(|id| org.account(world, id))
                .collect(),
        }),
        "ListAccountsForParent" => org.accounts_of(world, call),
        "ListOrganizationalUnitsForParent" => org.units_of(world, call),
        "DescribeAccount" => {
            let id = call.need("AccountId")?;
            if !org.ids(world).iter().any(|known| known == id) {
                let message = "You specified an account that doesn't exist.";
                return Err(No::failure(400, "AccountNotFoundException", message));
            }
            Ok(Answer::Whole(json!({"Account": org.account(world, id)})))
        }
        _ => Err(No::Unknown),
    }
}

/// The caller's organization.
struct Organization<'a> {
    id: &'a str,
    management: &'a str,
    features: Option<&'a str>,
}

impl<'a> Organization<'a> {
    fn of(world: &'a World, call: &Call) -> Result<Self, No> {
        let caller = &call.scope.account;
        let own = world
            .known_account(caller)
            .and_then(|account| account.get("organization"));
        let managed = || {
            world
                .accounts()
                .iter()
                .filter_map(|account| account.get("organization"))
                .find(|org| text(org, "MasterAccountId") == Some(caller))
        };
        match own.or_else(managed) {
            None => Err(No::Incomplete(format!(
                "`organization` of account {caller} is absent"
            ))),
            Some(Value::Null) => Err(No::failure(
                400,
                "AWSOrganizationsNotInUseException",
                "Your account is not a member of an organization.",
            )),
            Some(org) => match (text(org, "Id"), text(org, "MasterAccountId")) {
                (Some(id), Some(management)) => Ok(Self {
                    id,
                    management,
                    features: text(org, "FeatureSet"),
                }),
                _ => Err(No::Incomplete(format!(
                    "`organization` of account {caller} lacks Id or MasterAccountId"
                ))),
            },
        }
    }

    fn only_for_administrators(&self, world: &World, call: &Call) -> Result<(), No> {
        let caller = &call.scope.account;
        if caller == self.management || world.delegated.contains(caller) {
            return Ok(());
        }
        let message = "You don't have permissions to access this resource.";
        Err(No::failure(400, "AccessDeniedException", message))
    }

    fn describe(&self) -> Value {
        let Self {
            id,
            management,
            features,
        } = self;
        let of = format!("arn:aws:organizations::{management}");
        let mut described = json!({
            "Id": id,
            "Arn": format!("{of}:organization/{id}"),
            "MasterAccountArn": format!("{of}:account/{id}/{management}"),
            "MasterAccountId": management,
            "MasterAccountEmail": "management@example.com",
            "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        });
        if let Some(features) = features {
            described["FeatureSet"] = json!(features);
        }
        described
    }

    /// The accounts of the inventory that belong to it.
    fn members<'w>(&self, world: &'w World) -> Vec<&'w Value> {
        let belongs = |account: &&Value| {
            account.get("organization").and_then(|org| text(org, "Id")) == Some(self.id)
        };
        world.accounts().iter().filter(belongs).collect()
    }

    fn ids(&self, world: &World) -> Vec<String> {
        let mut ids: Vec<_> = self
            .members(world)
            .iter()
            .filter_map(|account| text(account, "account"))
            .map(str::to_owned)
            .collect();
        if !ids.iter().any(|id| id == self.management) {
            ids.push(self.management.to_owned());
        }
        ids
    }

    fn account(&self, world: &World, id: &str) -> Value {
        let path = world
            .known_account(id)
            .and_then(|account| text(account.get("organization")?, "Path"));
        json!({
            "Id": id,
            "Arn": format!("arn:aws:organizations::{}:account/{}/{id}", self.management, self.id),
            "Email": format!("{id}@example.com"),
            "Name": world.known_account(id).map(|account| account["name"].clone()),
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": path.map(|path| vec![format!("{path}{id}/")]),
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": "2024-01-01T00:00:00.500Z",
        })
    }

    /// From the root to each account, the account included.
    fn ways<'w>(&self, world: &'w World) -> Vec<(Vec<&'w str>, &'w Value)> {
        self.members(world)
            .into_iter()
            .filter_map(|account| {
                let path = text(account.get("organization")?, "Path")?;
                let mut way: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
                way.remove(0);
                way.push(text(account, "account")?);
                Some((way, account))
            })
            .collect()
    }

    fn roots(&self, world: &World) -> Result<Answer, No> {
        let ways = self.ways(world);
        let Some(root) = ways.first().and_then(|(way, _)| way.first()) else {
            return Err(No::Incomplete(format!(
                "no account of {} has a Path",
                self.id
            )));
        };
        let enabled: Vec<_> = LEVELS
            .iter()
            .filter(|(_, field)| {
                ways.iter()
                    .filter_map(|(_, account)| account.get(field)?.as_array())
                    .any(|levels| !levels.is_empty())
            })
            .map(|(kind, _)| json!({"Type": kind, "Status": "ENABLED"}))
            .collect();
        let arn = format!(
            "arn:aws:organizations::{}:root/{}/{root}",
            self.management, self.id
        );
        let root = json!({"Id": root, "Arn": arn, "Name": "Root", "PolicyTypes": enabled});
        Ok(Answer::List {
            field: "Roots",
            items: vec![root],
        })
    }

    fn parents(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let child = call.need("ChildId")?;
        for (way, _) in self.ways(world) {
            let Some(at) = way.iter().position(|step| *step == child) else {
                continue;
            };
            let Some(parent) = at.checked_sub(1).map(|before| way[before]) else {
                break;
            };
            let kind = if parent.starts_with("r-") {
                "ROOT"
            } else {
                "ORGANIZATIONAL_UNIT"
            };
            let items = vec![json!({"Id": parent, "Type": kind})];
            return Ok(Answer::List {
                field: "Parents",
                items,
            });
        }
        if self.ids(world).iter().any(|id| id == child) {
            return Err(No::Incomplete(format!(
                "the Path of account {child} is absent"
            )));
        }
        let message = "You specified a child that doesn't exist.";
        Err(No::failure(400, "ChildNotFoundException", message))
    }

    /// The accounts right below a step of the tree.
    fn accounts_of(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let below = self.below(world, call.need("ParentId")?)?;
        let accounts = below.iter().filter(|child| !child.starts_with("ou-"));
        Ok(Answer::List {
            field: "Accounts",
            items: accounts.map(|id| self.account(world, id)).collect(),
        })
    }

    /// The organizational units right below a step of the tree.
    fn units_of(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let below = self.below(world, call.need("ParentId")?)?;
        let units = below.iter().filter(|child| child.starts_with("ou-"));
        Ok(Answer::List {
            field: "OrganizationalUnits",
            items: units.map(|id| json!({"Id": id, "Name": id})).collect(),
        })
    }

    fn below(&self, world: &World, parent: &str) -> Result<BTreeSet<String>, No> {
        let mut known = false;
        let mut below = BTreeSet::new();
        for (way, _) in self.ways(world) {
            if let Some(at) = way.iter().position(|step| *step == parent) {
                known = true;
                below.extend(way.get(at + 1).map(|step| (*step).to_owned()));
            }
        }
        if known {
            return Ok(below);
        }
        let message = "You specified a parent that doesn't exist.";
        Err(No::failure(400, "ParentNotFoundException", message))
    }

    fn policies_for(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let (target, filter) = (call.need("TargetId")?, call.need("Filter")?);
        let field = field_of(filter)?;
        let mut found: Option<&[Value]> = None;
        let mut silent = None;
        for (way, account) in self.ways(world) {
            let Some(at) = way.iter().position(|step| *step == target) else {
                continue;
            };
            let Some(levels) = account.get(field).and_then(Value::as_array) else {
                silent = text(account, "account");
                continue;
            };
            let level: &[Value] = match levels.get(at) {
                _ if levels.is_empty() => &[],
                Some(level) if levels.len() == way.len() => {
                    level.as_array().map_or(&[][..], Vec::as_slice)
                }
                _ => {
                    return Err(No::Incomplete(format!(
                        "`{field}` has {} levels for the {} steps of {}",
                        levels.len(),
                        way.len(),
                        way.join("/")
                    )));
                }
            };
            match found {
                // The management account stands under the root like the others, and no policy is in force for it.
                Some([]) => found = Some(level),
                Some(before) if level.is_empty() => found = Some(before),
                Some(before) if before != level => {
                    return Err(No::Incomplete(format!(
                        "two accounts differ on `{field}` of {target}"
                    )));
                }
                _ => found = Some(level),
            }
        }
        match (found, silent) {
            (Some(level), _) => Ok(Answer::List {
                field: "Policies",
                items: level
                    .iter()
                    .map(|policy| self.summary(policy, filter))
                    .collect(),
            }),
            (None, Some(account)) => Err(No::Incomplete(format!(
                "`{field}` of account {account} is absent"
            ))),
            (None, None) if target == self.management => Ok(Answer::List {
                field: "Policies",
                items: Vec::new(),
            }),
            (None, None) => Err(No::failure(
                400,
                "TargetNotFoundException",
                "You specified a target that doesn't exist.",
            )),
        }
    }

    fn summary(&self, policy: &Value, kind: &str) -> Value {
        let id = text(policy, "Id").unwrap_or_default();
        let aws = matches!(id, "p-FullAWSAccess" | "p-RCPFullAWSAccess");
        let of = if aws { "aws" } else { self.management };
        json!({
            "Id": id,
            "Arn": format!("arn:aws:organizations::{of}:policy/{}/{}/{id}", self.id, kind.to_lowercase()),
            "Name": text(policy, "Name").unwrap_or(id),
            "Description": "",
            "Type": kind,
            "AwsManaged": aws,
        })
    }

    fn policy(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let id = call.need("PolicyId")?;
        for (kind, field) in LEVELS {
            let policy = self
                .members(world)
                .iter()
                .filter_map(|account| account.get(field)?.as_array())
                .flatten()
                .filter_map(Value::as_array)
                .flatten()
                .find(|policy| text(policy, "Id") == Some(id));
            let Some(policy) = policy else { continue };
            let Some(content) = policy.get("Document") else {
                return Err(No::Incomplete(format!(
                    "`Document` of policy {id} is absent"
                )));
            };
            return Ok(Answer::Whole(json!({"Policy": {
                "PolicySummary": self.summary(policy, kind),
                "Content": document(content),
            }})));
        }
        let message = "You specified a policy that doesn't exist.";
        Err(No::failure(400, "PolicyNotFoundException", message))
    }

    fn effective_policy(&self, world: &World, call: &Call) -> Result<Answer, No> {
        let target = call.arg("TargetId").unwrap_or(&call.scope.account);
        if target != call.scope.account {
            self.only_for_administrators(world, call)?;
        }
        let kind = call.need("PolicyType")?;
        let field = match kind {
            "BACKUP_POLICY" => "backup_policy",
            "TAG_POLICY" => "tag_policy",
            _ => {
                return Err(No::Incomplete(format!(
                    "no field of the inventory is a {kind}"
                )));
            }
        };
        match world.account(target)?.get(field) {
            None => Err(No::Incomplete(format!(
                "`{field}` of account {target} is absent"
            ))),
            Some(Value::Null) => Err(No::failure(
                400,
                "EffectivePolicyNotFoundException",
                "There is no effective policy of this type for the account.",
            )),
            Some(policy) => Ok(Answer::Whole(json!({"EffectivePolicy": {
                "PolicyContent": document(policy),
                "LastUpdatedTimestamp": "2026-01-01T00:00:00Z",
                "TargetId": target,
                "PolicyType": kind,
            }}))),
        }
    }
}

fn field_of(filter: &str) -> Result<&'static str, No> {
    LEVELS
        .iter()
        .find(|(kind, _)| *kind == filter)
        .map(|(_, field)| *field)
        .ok_or_else(|| No::Incomplete(format!("no field of the inventory has a {filter}")))
}
