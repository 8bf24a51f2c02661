//! A logically air-gapped vault to create, for a rule that names it as its target.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateLogicallyAirGappedBackupVault.html>.

use smol_str::format_smolstr;

use super::RemedyKind;
use super::change::{Change, bare_vault};
use super::command::{option, region};
use super::draft::Draft;
use crate::inventory::{Copy, Field, Lifecycle};
use crate::known::{Arn, Fact};

/// The fewest days that such a vault keeps anything.
const FEWEST_DAYS: i64 = 7;

/// The vault is created on a key that AWS owns, to keep what the rules send there for as long as they say. `None` where one of them
/// does not say for how long, or is of another account or Region: such a rule's target lies in its own.
pub fn draft(vault: &Arn, copies: &[&Copy]) -> Option<Draft> {
    let (account, place) = (vault.account()?, vault.region()?);
    let is_here = |copy: &&Copy| {
        let ends = copy.endpoints();
        ends.source_account() == Fact::Known(account)
            && ends.source_region() == Fact::Known(place.clone())
    };
    if !copies.iter().all(is_here) {
        return None;
    }
    let kept = copies.iter().map(|copy| {
        let kept = copy.lifecycle().as_ref().known()?.as_ref()?;
        Lifecycle::days_kept(kept)
    });
    let kept: Option<Vec<i64>> = kept.collect();
    let longest = kept?.into_iter().max()?.max(FEWEST_DAYS);
    let title = format!(
        "create the logically air-gapped vault `{}`, for backups that are kept for {FEWEST_DAYS} to {longest} days",
        vault.name()
    );
    let mut draft = Draft::new(RemedyKind::CreateVault, vault, title);
    draft.creates = Some(vault.clone());
    draft.remedy.account = Some(account);
    draft.remedy.commands = vec![format_smolstr!(
        "aws backup create-logically-air-gapped-backup-vault{} {} --min-retention-days {FEWEST_DAYS} --max-retention-days {longest}",
        region(Some(&place)),
        option("--backup-vault-name", vault.name())
    )];
    let mut created = bare_vault(vault);
    created.name = Field::Is(vault.name().into());
    created.vault_type = Field::Is("LOGICALLY_AIR_GAPPED_BACKUP_VAULT".into());
    created.vault_state = Field::Is("AVAILABLE".into());
    created.encryption_key_arn = Field::Null;
    created.encryption_key_type = Field::Is("AWS_OWNED_KMS_KEY".into());
    created.locked = Field::Is(true);
    created.min_retention_days = Field::Is(FEWEST_DAYS);
    created.max_retention_days = Field::Is(longest);
    created.access_policy = Field::Null;
    draft.change = Some(Change::none().vault(created));
    Some(draft)
}
