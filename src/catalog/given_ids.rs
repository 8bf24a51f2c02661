//! The ids that AWS gives to what is backed up: what each begins with.

/// The service, what stands before the id, and the beginning of the id.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html> and
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
const GIVEN: &[(&str, &str, &str)] = &[
    ("ec2", "instance", "i-"),
    ("ec2", "volume", "vol-"),
    ("elasticfilesystem", "file-system", "fs-"),
    ("fsx", "file-system", "fs-"),
    ("fsx", "volume", "fsvol-"),
];

/// The name at the end of an ARN that stands in for an id which AWS gives, and what that begins with. `None`: the ARN has its id, or
/// is of something that has none.
#[must_use]
pub fn id_to_come<'r>(service: &str, resource: &'r str) -> Option<(&'r str, &'static str)> {
    let mut rows = GIVEN.iter().filter(|(of, ..)| *of == service);
    rows.find_map(|(_, kind, prefix)| {
        let name = resource.strip_prefix(kind)?.strip_prefix('/')?;
        let name = name.rsplit('/').next()?;
        (!name.starts_with(prefix)).then_some((name, *prefix))
    })
}
