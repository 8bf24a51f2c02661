//! Whose credentials they are, and what is said where they are not those that the copy needs.

use super::super::aws::{Fault, Spoiled, calls};
use super::*;

fn role_of(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/reader")
}

fn assuming(account: &str, external_id: Option<&str>) -> Credentials {
    Credentials {
        profile: Some(SOURCE.to_owned()),
        role_arn: Some(role_of(account)),
        external_id: external_id.map(str::to_owned),
    }
}

#[test]
fn a_role_is_assumed_once_with_its_external_id() {
    let world = rds();
    let server = served(&world);
    server.require_external_id(&role_of(DESTINATION), "between us");
    let home = Home::new(&server);
    let destination = assuming(DESTINATION, Some("between us"));
    let found = home.collect(&copy_of(DATABASE), &profile(SOURCE), Some(&destination));
    let journal = server.finish();
    assert_eq!(as_value(&found.unwrap()), as_collected(&world));
    assert_eq!(calls(&journal, "sts:AssumeRole"), 1);
}

#[test]
fn a_role_that_may_not_be_assumed_ends_it_with_the_reason() {
    let server = served(&rds());
    server.require_external_id(&role_of(DESTINATION), "between us");
    let home = Home::new(&server);
    let error = home
        .collect(
            &copy_of(DATABASE),
            &profile(SOURCE),
            Some(&assuming(DESTINATION, None)),
        )
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("could not sign in to the destination account: an error occurred"),
        "{text}"
    );
    assert!(
        text.contains(": AccessDenied: ")
            && text.contains("not authorized to perform: sts:AssumeRole"),
        "{text}"
    );
    assert!(
        !text.contains("Error {") && !text.contains("unhandled"),
        "{text}"
    );
    assert!(text.contains("--destination-role-arn"), "{text}");
    assert!(!text.contains("secret-of"), "{text}");
}

#[test]
fn a_profile_that_does_not_exist_ends_it_with_its_name() {
    let server = served(&rds());
    let error = Home::new(&server)
        .collect(&copy_of(DATABASE), &profile("nobody"), None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("source") && error.contains("nobody"),
        "{error}"
    );
}

#[test]
fn keys_that_aws_does_not_know_end_it() {
    let server = served(&rds());
    let home = Home::new(&server);
    let text = "[stranger]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = s3cret\n";
    std::fs::write(home.path("credentials"), text).unwrap();
    let error = home
        .collect(&copy_of(DATABASE), &profile("stranger"), None)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(
            "sts:GetCallerIdentity answered InvalidClientTokenId: it knows no such access key"
        ),
        "{error}"
    );
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn credentials_of_another_account_end_it_before_anything_is_read() {
    for (source, destination, side) in [
        (DESTINATION, None, "source"),
        (SOURCE, Some(SOURCE), "destination"),
    ] {
        let server = served(&rds());
        let destination = destination.map(profile);
        let error = Home::new(&server)
            .collect(&copy_of(DATABASE), &profile(source), destination.as_ref())
            .unwrap_err();
        assert!(matches!(error, LiveError::OtherAccount { .. }));
        let text = error.to_string();
        assert!(
            text.contains(SOURCE) && text.contains(DESTINATION),
            "{text}"
        );
        assert!(text.contains(&format!("--{side}-profile")), "{text}");
        let journal = server.finish();
        assert!(journal.iter().all(|call| call.service == "sts"));
    }
}

#[test]
fn a_destination_that_names_no_account_ends_it() {
    let server = served(&rds());
    let copy = NamedCopy {
        destination_vault: arn("arn:aws:backup:eu-west-1::backup-vault:central"),
        ..copy_of(DATABASE)
    };
    let error = Home::new(&server)
        .collect(&copy, &profile(SOURCE), None)
        .unwrap_err();
    assert!(matches!(error, LiveError::NoPlace(_)), "{error}");
}

#[test]
fn what_keeps_aws_from_being_asked_is_told_with_what_to_do() {
    let server = served(&rds());
    let of = |settings: CallSettings, side: &Credentials| {
        let sides = Sides {
            source: side.clone(),
            ..Sides::default()
        };
        let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
        collect(&copy_of(DATABASE), &sides, &settings, now)
            .unwrap_err()
            .to_string()
    };
    // Nobody listens there.
    let home = Home::new(&server).attempts(1);
    let nowhere = CallSettings {
        endpoint_url: Some("http://127.0.0.1:1".to_owned()),
        ..home.settings().clone()
    };
    let said = of(nowhere, &profile(SOURCE));
    for part in [
        "sts:GetCallerIdentity at http://127.0.0.1:1 got no answer: the connection was refused",
        "AWS_ENDPOINT_URL",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("--source-profile"), "{said}");
    // What answers is a page, and not AWS.
    server.fault(Fault::spoiled(Spoiled::Html).operation("sts:GetCallerIdentity"));
    let said = of(home.settings().clone(), &profile(SOURCE));
    assert!(said.contains("got an answer that is not AWS's"), "{said}");
    assert!(said.contains(&server.url()), "{said}");
}

#[test]
fn credentials_that_have_expired_are_to_be_renewed() {
    let server = served(&rds());
    server.fault(Fault::error(403, "ExpiredToken").operation("sts:GetCallerIdentity"));
    let home = Home::new(&server).attempts(1);
    let said = home
        .collect(&copy_of(DATABASE), &profile(SOURCE), None)
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("the credentials have expired; renew them"),
        "{said}"
    );
    assert!(!said.contains("--source-profile"), "{said}");
}

#[test]
fn a_profile_that_gives_no_credentials_says_what_it_lacks() {
    let server = served(&rds());
    let home = Home::new(&server);
    let text = "[profile bare]\nregion = us-east-2\n\
                [profile sso]\nsso_session = ours\nsso_account_id = 111122223333\nsso_role_name = Reader\n\
                [sso-session ours]\nsso_region = us-east-1\nsso_start_url = https://ours.awsapps.com/start\n";
    std::fs::write(home.path("config"), text).unwrap();
    for (name, says) in [
        ("bare", "the profile `bare` names no credentials"),
        ("sso", "`aws sso login --profile sso` gets one"),
    ] {
        let said = home
            .collect(&copy_of(DATABASE), &profile(name), None)
            .unwrap_err()
            .to_string();
        assert!(said.contains(says), "{said}");
        assert!(!said.contains("os error"), "{said}");
    }
}
