//! ARNs of the command line: what was expected, and what to type instead of what is near it.

use crate::known::{Arn, ResourceType};

/// What an ARN begins with where a copied resource is meant, and its words for it.
const EXAMPLE: &str = "arn:aws:rds:us-east-2:111122223333:db:orders";

fn arn(text: &str, expected: &str) -> Result<Arn, String> {
    Arn::parse(text).map_err(|_| match short_account(text) {
        Some(account) => format!(
            "`{text}` names the account `{account}`, whose digits are {}: the id of an account has 12",
            account.len()
        ),
        None => format!("`{text}` is not an ARN: expected {expected}"),
    })
}

/// The account of a text that is an ARN but for the digits of its account.
fn short_account(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, _, _, _, account, _] = parts.as_slice() else {
        return None;
    };
    let is_number = !account.is_empty() && account.chars().all(|c| c.is_ascii_digit());
    (*arn == "arn" && is_number && account.len() != 12).then_some(*account)
}

/// The ARN of something that AWS Backup backs up.
pub fn resource(text: &str) -> Result<Arn, String> {
    let arn = arn(
        text,
        &format!("that of what is backed up, such as `{EXAMPLE}`"),
    )?;
    if is_point(&arn) {
        return Err(format!(
            "`{text}` is a recovery point: give it as --recovery-point, or the resource that it is of as --resource"
        ));
    }
    if is_vault(&arn) {
        return Err(format!(
            "`{text}` is a vault: give it as --to where the copy goes, or as --source-vault where it comes from"
        ));
    }
    let may_be_a_cluster = arn.service() == "rds" && arn.resource().starts_with("cluster:");
    if ResourceType::of_resource(&arn).is_none() && !may_be_a_cluster {
        let types: Vec<&str> = ResourceType::ALL.iter().map(ResourceType::as_str).collect();
        return Err(format!(
            "`{text}` is of `{}`, and AWS Backup backs up none of its `{}`: expected a resource of {}",
            arn.service(),
            arn.resource().split([':', '/']).next().unwrap_or_default(),
            types.join(", ")
        ));
    }
    Ok(arn)
}

/// The ARN of a recovery point.
pub fn recovery_point(text: &str) -> Result<Arn, String> {
    let arn = arn(
        text,
        "that of a recovery point, as `aws backup list-recovery-points-by-resource` prints it",
    )?;
    if is_vault(&arn) {
        return Err(format!("`{text}` is a vault, not a recovery point"));
    }
    if ResourceType::of_resource(&arn).is_some() && !is_point(&arn) {
        return Err(format!(
            "`{text}` is a resource, not a recovery point of it: give it as --resource"
        ));
    }
    Ok(arn)
}

/// Whether an ARN is that of a recovery point or a snapshot.
fn is_point(arn: &Arn) -> bool {
    let resource = arn.resource();
    let begins = |kinds: &[&str]| kinds.iter().any(|kind| resource.starts_with(kind));
    match arn.service() {
        "backup" => begins(&["recovery-point:"]),
        "rds" => begins(&["snapshot:", "cluster-snapshot:", "auto-backup:"]),
        "ec2" => begins(&["snapshot/", "image/"]),
        "fsx" => begins(&["backup/"]),
        "dynamodb" => resource.contains("/backup/"),
        "redshift" => begins(&["snapshot:"]),
        "redshift-serverless" => begins(&["snapshot/"]),
        _ => false,
    }
}

fn is_vault(arn: &Arn) -> bool {
    arn.service() == "backup" && arn.resource().starts_with("backup-vault:")
}

/// The ARN of a vault.
pub fn vault(text: &str) -> Result<Arn, String> {
    const EXPECTED: &str = "arn:aws:backup:REGION:ACCOUNT:backup-vault";
    let Ok(arn) = Arn::parse(text) else {
        if short_account(text).is_some() {
            return arn(text, EXPECTED);
        }
        let is_name = !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let name = if is_name { text } else { "NAME" };
        let what = if is_name {
            "a vault's name"
        } else {
            "not an ARN"
        };
        return Err(format!(
            "`{text}` is {what}: expected its ARN, `{EXPECTED}:{name}`"
        ));
    };
    if is_vault(&arn) && arn.account().is_some() && arn.region().is_some() {
        Ok(arn)
    } else {
        Err(format!(
            "`{text}` is not a vault: expected `{EXPECTED}:NAME`"
        ))
    }
}

/// The ARN of an IAM role.
pub fn role(text: &str) -> Result<Arn, String> {
    const EXPECTED: &str = "arn:aws:iam::ACCOUNT:role";
    let Ok(arn) = Arn::parse(text) else {
        if short_account(text).is_some() {
            return arn(text, EXPECTED);
        }
        let is_name = !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_+=,.@/".contains(c));
        let name = if is_name {
            text.trim_start_matches('/')
        } else {
            "NAME"
        };
        let what = if is_name {
            "a role's name"
        } else {
            "not an ARN"
        };
        return Err(format!(
            "`{text}` is {what}: expected its ARN, `{EXPECTED}/{name}` (its path included)"
        ));
    };
    match arn.service() {
        "iam" if arn.resource().starts_with("role/") && arn.account().is_some() => Ok(arn),
        "sts" => Err(format!(
            "`{text}` is a session of a role: expected the role, `{EXPECTED}/{}`",
            arn.resource().split('/').nth(1).unwrap_or("NAME")
        )),
        _ => Err(format!(
            "`{text}` is not a role: expected `{EXPECTED}/NAME`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an error says.
    fn says(of: Result<Arn, String>, words: &[&str]) {
        let error = of.unwrap_err();
        for word in words {
            assert!(error.contains(word), "{word} in {error}");
        }
    }

    #[test]
    fn what_is_no_resource_says_what_to_give_instead() {
        assert!(resource(EXAMPLE).is_ok());
        assert!(resource("arn:aws:rds:us-east-2:111122223333:cluster:x").is_ok());
        says(
            resource("arn:aws:lambda:us-east-1:111122223333:function:thumbnails"),
            &["lambda", "expected", "RDS"],
        );
        let snapshot = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1";
        says(resource(snapshot), &["--recovery-point"]);
        says(
            resource("arn:aws:ec2:us-east-2::snapshot/snap-1"),
            &["--recovery-point"],
        );
        says(resource("orders"), &["is not an ARN", EXAMPLE]);
        says(
            resource("arn:aws:rds:us-east-2:11112222333:db:orders"),
            &["`11112222333`, whose digits are 11", "12"],
        );
        assert!(recovery_point(snapshot).is_ok());
        says(recovery_point(EXAMPLE), &["--resource"]);
    }

    #[test]
    fn a_vault_s_name_is_told_from_its_arn() {
        assert!(vault("arn:aws:backup:us-east-2:444455556666:backup-vault:central").is_ok());
        says(
            vault("central"),
            &["a vault's name", "backup-vault:central"],
        );
        says(vault("arn:aws:s3:::bucket"), &["is not a vault"]);
    }

    #[test]
    fn a_role_s_name_is_told_from_its_arn() {
        assert!(role("arn:aws:iam::111122223333:role/x/Copies").is_ok());
        says(role("Copies"), &["a role's name", "role/Copies"]);
        says(
            role("arn:aws:sts::111122223333:assumed-role/Copies/me"),
            &["a session", "role/Copies"],
        );
        says(
            role("arn:aws:iam::111122223333:user/me"),
            &["is not a role"],
        );
    }
}
