//! The advanced settings of a plan: what backups of a resource type have and leave out. Those of buckets decide what their backups
//! ask of the role; shadow copies of Windows, indexes and scans keep no copy back.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_AdvancedBackupSetting.html>.

use serde_json::Value;

use crate::catalog::backups::is_option;
use crate::inventory::unknown_within;

use super::reading::Reading;

/// Notes what of the advanced settings is not known. That leaves the rules as they are.
pub fn strange_settings(plan: &Value, reading: &mut Reading<'_>) {
    const AT: &str = "/BackupPlan/AdvancedBackupSettings";
    let settings = match plan.get("AdvancedBackupSettings") {
        None | Some(Value::Null) => return,
        // What a change leaves unknown is so where it is asked for.
        Some(settings) if unknown_within(settings).is_some() => return,
        Some(Value::Array(settings)) => settings,
        Some(_) => {
            let what = "`AdvancedBackupSettings`, which is not a list,";
            return reading.not_understood(what.to_owned(), AT);
        }
    };
    for (place, setting) in settings.iter().enumerate() {
        let at = format!("{AT}/{place}");
        reading.strange(setting, &at, &["ResourceType", "BackupOptions"]);
        let of = setting.get("ResourceType").and_then(Value::as_str);
        let options = setting.get("BackupOptions").and_then(Value::as_object);
        for (name, value) in options.into_iter().flatten() {
            if !is_option(of.unwrap_or_default(), name, value.as_str()) {
                let what = format!("the option `{name}` ({value})");
                reading.not_understood(what, &format!("{at}/BackupOptions/{name}"));
            }
        }
    }
}
