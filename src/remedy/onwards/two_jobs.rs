//! The commands of a copy that goes by way of a vault in between.

use smol_str::{SmolStr, format_smolstr};

use crate::inventory::Copy;
use crate::known::{Arn, Fact};
use crate::remedy::command::{lifecycle, newest_point, option, region, word};

/// A copy into a vault in between, and on from there.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoJobs {
    source: Arn,
    between: Arn,
    destination: Arn,
    role: Option<Arn>,
    recovery_point: Option<Arn>,
    resource: Option<Arn>,
    /// For how long the copy is kept, as an option.
    kept: SmolStr,
    /// Whether the first command says in which account it begins.
    names_account: bool,
    /// What becomes of the rule that makes such copies.
    pub rule: Option<SmolStr>,
}

impl TwoJobs {
    /// A copy that goes by way of a vault.
    pub fn of(copy: &Copy, source: &Arn, between: &Arn) -> Self {
        Self {
            source: source.clone(),
            between: between.clone(),
            destination: copy.endpoints().destination_vault.clone(),
            role: copy.endpoints().role.clone().known(),
            recovery_point: copy.transfer.recovery_point.clone(),
            resource: copy.resource.clone().known().flatten(),
            kept: match copy.lifecycle() {
                Fact::Known(Some(kept)) => lifecycle(kept).into(),
                Fact::Known(None) => SmolStr::default(),
                Fact::Unknown(_) => " --lifecycle \"$LIFECYCLE\"".into(),
            },
            names_account: false,
            rule: None,
        }
    }

    /// The vault in between.
    pub const fn between(&self) -> &Arn {
        &self.between
    }

    /// The same, saying in which account it begins.
    pub fn naming_account(self) -> Self {
        Self {
            names_account: true,
            ..self
        }
    }

    /// The commands that copy into the vault in between, wait, and copy on.
    pub fn commands(&self) -> Vec<SmolStr> {
        let Self {
            source, between, ..
        } = self;
        let flag = region(source.region().as_ref());
        let flag_on = region(between.region().as_ref());
        let unknown_role = || "--iam-role-arn \"$ROLE\"".to_owned();
        let of_role = |role: &Arn| option("--iam-role-arn", role.as_str());
        let role = self.role.as_ref().map_or_else(unknown_role, of_role);
        let stays = between.account() == source.account();
        let (other, role_on) = match between.account() {
            _ if stays => (String::new(), role.clone()),
            account => {
                let name = "service-role/AWSBackupDefaultServiceRole";
                let role = account.map(|account| Arn::iam_role(between.partition(), account, name));
                (
                    account.map_or_else(String::new, |account| {
                        format!("# in account {account}, which the vault in between is in\n")
                    }),
                    role.as_ref().map_or_else(unknown_role, of_role),
                )
            }
        };
        let step = |flag: &str, role: &str, from: &str, to: &Arn| {
            format!(
                "aws backup start-copy-job{flag} --recovery-point-arn \"$POINT\" {} {} {role} \
                 --query CopyJobId --output text",
                option("--source-backup-vault-name", from),
                option("--destination-backup-vault-arn", to.as_str())
            )
        };
        let mut commands = vec![
            self.point(&flag),
            format_smolstr!("JOB=$({})", step(&flag, &role, source.name(), between)),
            format_smolstr!(
                "while read -r STATE POINT WHY <<END && case $STATE in CREATED | RUNNING) ;; *) false ;; esac; do sleep 30; done\n\
                 $(aws backup describe-copy-job{flag} --copy-job-id \"$JOB\" \
                 --query 'CopyJob.[State,DestinationRecoveryPointArn,StatusMessage]' --output text)\n\
                 END\n\
                 [ \"$STATE\" = COMPLETED ] || echo \"the copy job $JOB is ${{STATE:-not there}}: $WHY\" >&2"
            ),
            format_smolstr!(
                "{other}[ \"$STATE\" = COMPLETED ] && {}{}",
                step(&flag_on, &role_on, between.name(), &self.destination),
                self.kept
            ),
        ];
        commands.extend(self.rule.clone());
        commands
    }

    /// The command that keeps the recovery point's ARN in `$POINT`.
    fn point(&self, flag: &str) -> SmolStr {
        let account = self.source.account().filter(|_| self.names_account);
        let account =
            account.map_or_else(String::new, |account| format!("# in account {account}\n"));
        match (&self.recovery_point, &self.resource) {
            (Some(point), _) => format_smolstr!("{account}POINT={}", word(point.as_str())),
            (None, Some(resource)) => format_smolstr!(
                "{account}POINT=$({})",
                newest_point(
                    flag,
                    &option("--backup-vault-name", self.source.name()),
                    resource
                )
            ),
            (None, None) => format_smolstr!("{account}POINT=\"$RECOVERY_POINT\""),
        }
    }
}
