//! What a world is about, before any fact of it: the copies, the vaults and keys on their way. Two worlds of one shape
//! differ in nothing but facts.

use serde_json::{Value, json};

use super::dice::Dice;
use super::kinds::{Held, SORTS, Sort};
use crate::support::estate::{FROM, ROLE, TO};

pub const HOME: &str = "us-east-2";
/// A Region that nobody has unless they ask for it.
const OPT_IN: &str = "af-south-1";
/// An account that has nothing to do with the others.
pub const STRANGER: &str = "777788889999";
/// A role that people made themselves.
pub const OWN_ROLE: &str = "arn:aws:iam::111122223333:role/backup/Copier";

/// One copy to decide.
pub struct Journey {
    pub id: String,
    pub sort: Sort,
    pub from: Stop,
    pub to: Stop,
    /// The recovery point that is copied, where there is one.
    pub point: Option<Held>,
    /// Whether the copy says which vault it comes from.
    pub names_source: bool,
    pub role: &'static str,
    pub scheduled: bool,
    pub lifecycle: Value,
    pub plan: Option<Planned>,
}

/// Why a plan makes the copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Planned {
    CopyAction,
    /// The rule's air-gapped target.
    AirGappedTarget,
}

/// A vault on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stop {
    pub account: &'static str,
    pub region: &'static str,
    pub name: &'static str,
}

impl Stop {
    pub fn arn(&self) -> String {
        let Self {
            account,
            region,
            name,
        } = self;
        let partition = if region.starts_with("cn-") {
            "aws-cn"
        } else {
            "aws"
        };
        format!("arn:{partition}:backup:{region}:{account}:backup-vault:{name}")
    }

    pub fn is_air_gapped(&self) -> bool {
        self.name.starts_with("air")
    }

    /// Whether it is on a customer managed key (a standard vault always may be).
    pub fn is_on_customer_key(&self) -> bool {
        self.name != "air-owned"
    }

    /// The key that is its own.
    pub fn key(&self) -> String {
        let id = match self.name {
            "prod" => 1,
            "central" => 2,
            "Default" => 3,
            _ => 4,
        };
        key(self.account, self.region, &format!("vault-{id}"))
    }
}

/// The ARN of a key by a speaking id.
pub fn key(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}

impl Journey {
    pub fn of(index: usize, shape: &Dice<'_>) -> Self {
        let name = |what: &str| format!("copy {index}: {what}");
        // What people have most of comes up most.
        let sort = if shape.chance(&name("rare"), 65) {
            shape.pick(&name("kind"), SORTS)
        } else {
            shape.pick(&name("kind"), &SORTS[..5])
        };
        let planned = shape.odder(
            &name("plan"),
            1,
            None,
            &[
                Some(Planned::CopyAction),
                Some(Planned::CopyAction),
                Some(Planned::AirGappedTarget),
            ],
        );
        let from_vaults = [
            "prod",
            "prod",
            "prod",
            "prod",
            "prod",
            "prod",
            "Default",
            "air-customer",
            "air-owned",
        ];
        let mut from = Stop {
            account: FROM,
            region: HOME,
            name: shape.pick(&name("from"), &from_vaults),
        };
        let to_vaults = [
            "central",
            "central",
            "central",
            "central",
            "central",
            "Default",
            "air-owned",
            "air-customer",
        ];
        let mut to = Stop {
            account: shape.pick(&name("to account"), &[TO, TO, FROM]),
            region: shape.odder(
                &name("to region"),
                1,
                HOME,
                &[
                    "eu-west-1",
                    "eu-west-1",
                    "eu-west-1",
                    "eu-west-1",
                    "eu-west-1",
                    OPT_IN,
                    OPT_IN,
                    "cn-north-1",
                ],
            ),
            name: shape.pick(&name("to"), &to_vaults),
        };
        let mut held = shape.odder(
            &name("point"),
            1,
            None,
            &[
                Some(Held::AsUsual),
                Some(Held::AsUsual),
                Some(Held::AsUsual),
                Some(Held::Continuously),
            ],
        );
        if from.is_air_gapped() {
            // Only a backup that is there can be copied out of one, and into one that is not the same.
            held = Some(Held::AirGapped);
        }
        if planned == Some(Planned::AirGappedTarget) {
            from.name = "prod";
            to = Stop {
                account: FROM,
                region: HOME,
                name: if to.name == "air-customer" {
                    "air-customer"
                } else {
                    "air-owned"
                },
            };
            held = None;
        }
        if from == to {
            to.name = "central";
        }
        let lifecycles = [
            Value::Null,
            json!({"DeleteAfterDays": 60}),
            json!({"DeleteAfterDays": 90}),
            json!({"DeleteAfterDays": 100, "MoveToColdStorageAfterDays": 5}),
            json!({"DeleteAfterDays": 20, "MoveToColdStorageAfterDays": 10}),
            json!({"DeleteAfterDays": 400}),
            json!({"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": 30}),
        ];
        Self {
            id: format!("copy-{index}"),
            sort,
            from,
            to,
            point: held,
            names_source: !shape.chance(&name("source left out"), 8),
            role: shape.odder(
                &name("role"),
                1,
                ROLE,
                &[
                    OWN_ROLE,
                    OWN_ROLE,
                    OWN_ROLE,
                    OWN_ROLE,
                    OWN_ROLE,
                    "arn:aws:iam::444455556666:role/Copier",
                ],
            ),
            scheduled: held.is_none() && planned.is_some() || shape.chance(&name("scheduled"), 30),
            lifecycle: shape.odder(
                &name("lifecycle"),
                1,
                json!({"DeleteAfterDays": 35}),
                &lifecycles,
            ),
            plan: planned,
        }
    }

    /// Where it comes from: the account and Region of what is copied.
    pub fn resource(&self) -> String {
        self.sort.resource(FROM, HOME)
    }

    pub fn point_arn(&self) -> Option<String> {
        self.point.map(|held| self.sort.point(FROM, HOME, held))
    }

    pub fn entry(&self) -> Value {
        let mut entry = json!({
            "id": self.id,
            "source_vault": self.from.arn(),
            "destination_vault": self.to.arn(),
            "role": self.role,
            "lifecycle": self.lifecycle,
            "start": if self.scheduled { "scheduled" } else { "on-demand" },
        });
        match self.point_arn() {
            Some(point) => entry["recovery_point"] = json!(point),
            None => entry["resource"] = json!(self.resource()),
        }
        if !self.names_source {
            entry.as_object_mut().unwrap().shift_remove("source_vault");
        }
        if self.plan.is_some() {
            entry["plan"] = json!({"id": format!("plan-of-{}", self.id), "rule": "nightly", "selection": "all"});
        }
        entry
    }
}
