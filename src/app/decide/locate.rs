//! What of a change is at fault for what an audit finds of vaults, plans and resources.

use std::mem::take;

use crate::report::{About, CheckReport, Links, Parts};

use super::Found;

impl Found<'_> {
    /// Says it of each of their checks.
    pub(super) fn locate_audited(&mut self) {
        let mut vaults = take(&mut self.report.vaults);
        let mut plans = take(&mut self.report.plans);
        let mut resources = take(&mut self.report.resources);
        let links = self.links();
        for vault in &mut vaults {
            locate(&mut vault.checks, vault.vault.as_str(), None, &links);
        }
        for plan in &mut plans {
            let id = plan.plan.id.clone();
            locate(&mut plan.checks, &plan.plan.arn(), Some(id), &links);
        }
        for resource in &mut resources {
            locate(
                &mut resource.checks,
                resource.resource.as_str(),
                None,
                &links,
            );
        }
        drop(links);
        self.report.vaults = vaults;
        self.report.plans = plans;
        self.report.resources = resources;
    }
}

/// Says it of the checks of a thing: a plan is named by its id, too.
fn locate(checks: &mut Vec<CheckReport>, subject: &str, id: Option<String>, links: &Links<'_>) {
    let about = About {
        subject,
        made_of: id.into_iter().collect(),
        parts: Parts::default(),
        is_changed: true,
    };
    let each = take(checks).into_iter();
    *checks = each.map(|check| check.located(&about, links)).collect();
}
