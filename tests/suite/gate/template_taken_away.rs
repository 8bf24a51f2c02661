//! What a template of now has and the new one takes away, replaces or keeps: the things, their permissions and their tags.

use backup_preflight::verdict::Verdict::{Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use super::template_before::*;
use crate::support::Estate;
use crate::support::estate::*;

/// CloudFormation replaces a vault that takes another key, or refuses to: what lies in it is there or not.
#[test]
fn nobody_knows_what_lies_in_a_vault_that_takes_another_key() {
    let vault = |key: Value| {
        one(
            "AWS::Backup::BackupVault",
            json!({"BackupVaultName": "prod", "EncryptionKeyArn": key}),
        )
    };
    let now = vault(json!(PROD_KEY));
    let estate = Estate::rds_point();
    assert_eq!(changed(&estate, FROM, &now, &now), Some(Feasible));
    for key in [json!(KEY), json!({"Ref": "P"})] {
        let then = vault(key);
        assert_eq!(
            changed(&estate, FROM, &now, &then),
            Some(Undecided),
            "{then}"
        );
    }
    let renamed = one(
        "AWS::Backup::BackupVault",
        json!({"BackupVaultName": "other", "EncryptionKeyArn": PROD_KEY}),
    );
    assert_eq!(changed(&estate, FROM, &now, &renamed), Some(Blocked));
}

/// CloudFormation makes another thing before it deletes the one that was, and both cannot have one name.
#[test]
fn a_replacement_under_the_name_that_is_taken_is_refused() {
    let vault = |name: &str, most: u32| {
        one(
            "AWS::Backup::LogicallyAirGappedBackupVault",
            json!({"BackupVaultName": name, "MinRetentionDays": 7, "MaxRetentionDays": most}),
        )
    };
    let estate = Estate::into_air_gapped();
    let most = estate.at(&format!("{DESTINATION_VAULT}/MaxRetentionDays"));
    let most = u32::try_from(most.as_u64().unwrap()).unwrap();
    let of = |then: &Value| {
        let given = settings(TO, &[]);
        verdicts(&estate, (Some(&vault("central", most)), then), given)
    };
    assert_eq!(
        of(&vault("central", most)),
        (Some(Feasible), Some(Feasible))
    );
    assert_eq!(
        of(&vault("central", most + 1)),
        (Some(Feasible), Some(Undecided))
    );
    assert_eq!(
        of(&vault("other", most + 1)),
        (Some(Feasible), Some(Blocked))
    );
    let role = |path: &str, description: &str| {
        one(
            "AWS::IAM::Role",
            json!({"RoleName": "other", "Path": path, "Description": description, "AssumeRolePolicyDocument": trust()}),
        )
    };
    let of = |then: &Value| {
        let now = role("/", "one");
        verdicts(&Estate::rds(), (Some(&now), then), settings(FROM, &[]))
    };
    assert_eq!(of(&role("/", "two")), (Some(Feasible), Some(Feasible)));
    assert_eq!(of(&role("/a/", "one")), (Some(Feasible), Some(Undecided)));
}

/// What may set any property of a vault leaves it open; the same in both templates changes nothing.
#[test]
fn an_included_snippet_may_set_any_property() {
    let vault = |more: &[(&str, Value)]| {
        let mut all = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY,
            "AccessPolicy": allow_copy_into(&format!("arn:aws:iam::{FROM}:root"))});
        for (name, value) in more {
            all[*name] = value.clone();
        }
        one("AWS::Backup::BackupVault", all)
    };
    let include =
        json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://snippets/vault.yaml"}});
    let with = vault(&[("Fn::Transform", include)]);
    let of =
        |now: &Value, then: &Value| verdicts(&Estate::rds(), (Some(now), then), settings(TO, &[]));
    let undecided = (Some(Feasible), Some(Undecided));
    assert_eq!(of(&vault(&[]), &with), undecided);
    assert_eq!(of(&with, &vault(&[])), undecided);
    assert_eq!(of(&with, &with), (Some(Feasible), Some(Feasible)));
    // A name that nobody knows may be the one that it has.
    let named = vault(&[("BackupVaultName", json!({"Ref": "P"}))]);
    assert_eq!(of(&vault(&[]), &named), undecided);
    // A condition that nobody knows.
    let mut perhaps = vault(&[]);
    perhaps["Conditions"] = json!({"U": {"Fn::Equals": [{"Ref": "P"}, "a"]}});
    perhaps["Resources"]["K"]["Condition"] = json!("U");
    assert_eq!(of(&vault(&[]), &perhaps), undecided);
}

/// What is retained stays, whatever its type, and whether its logical id goes or is another's then.
#[test]
fn what_is_retained_stays() {
    let kind = "AWS::IAM::ServiceLinkedRole";
    let role = |attributes: &[(&str, &str)]| {
        let mut role = resource_of(kind, &json!({"AWSServiceName": "backup.amazonaws.com"}));
        for (name, value) in attributes {
            role[*name] = json!(value);
        }
        template(json!({"K": role}))
    };
    // CloudFormation refuses to make another under its logical id.
    let another = one("AWS::SNS::Topic", json!({}));
    for (then, stays) in [(nothing(), Feasible), (another, Undecided)] {
        let retained = role(&[("DeletionPolicy", "Retain")]);
        assert_eq!(changed(&Estate::rds(), TO, &retained, &then), Some(stays));
        assert_eq!(
            changed(&Estate::rds(), TO, &role(&[]), &then),
            Some(Blocked)
        );
    }
}

#[test]
fn a_replaced_vault_stays_where_its_update_replace_policy_says_so() {
    let vault = |name: &str, attributes: &[(&str, &str)]| {
        let mut vault = resource_of(
            "AWS::Backup::BackupVault",
            &json!({"BackupVaultName": name, "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": allow_copy_into(&format!("arn:aws:iam::{FROM}:root"))}),
        );
        for (name, value) in attributes {
            vault[*name] = json!(value);
        }
        template(json!({"V": vault}))
    };
    for (attributes, renamed, removed) in [
        (&[][..], Blocked, Blocked),
        (&[("DeletionPolicy", "Retain")][..], Blocked, Feasible),
        (&[("UpdateReplacePolicy", "Retain")][..], Feasible, Blocked),
    ] {
        let now = vault("central", attributes);
        let then = vault("other", attributes);
        assert_eq!(
            changed(&Estate::rds(), TO, &now, &then),
            Some(renamed),
            "{attributes:?}"
        );
        assert_eq!(
            changed(&Estate::rds(), TO, &now, &nothing()),
            Some(removed),
            "{attributes:?}"
        );
    }
    // Where the two templates say different things, nobody knows.
    let (now, then) = (
        vault("central", &[("UpdateReplacePolicy", "Retain")]),
        vault("other", &[]),
    );
    assert_eq!(changed(&Estate::rds(), TO, &now, &then), Some(Undecided));
}

#[test]
fn permissions_that_a_template_takes_away_are_gone() {
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let name = "AWSBackupDefaultServiceRole";
    let policy_arn = "arn:aws:iam::111122223333:policy/mine";
    let role = "/accounts/0/roles/0";
    let inline = Estate::rds()
        .set(&format!("{role}/AttachedPolicies"), json!([]))
        .set(
            &format!("{role}/InlinePolicies"),
            json!([{"PolicyName": "mine", "Document": all}]),
        );
    let attached = Estate::rds().set(
        &format!("{role}/AttachedPolicies"),
        json!([{"PolicyArn": policy_arn, "Document": all}]),
    );
    let policy = |roles: Value, name: &str| json!({"PolicyName": name, "PolicyDocument": all, "Roles": roles});
    let managed =
        |roles: Value| json!({"ManagedPolicyName": "mine", "PolicyDocument": all, "Roles": roles});
    let of_role = json!({"PolicyName": "mine", "PolicyDocument": all, "RoleName": name});
    let (iam, rp, mp) = (
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::ManagedPolicy",
    );
    let mut unmade = one(iam, policy(json!([name]), "mine"));
    unmade["Conditions"] = json!({"No": {"Fn::Equals": ["a", "b"]}});
    unmade["Resources"]["K"]["Condition"] = json!("No");
    let now = one(iam, policy(json!([name]), "mine"));
    for then in [
        nothing(),
        unmade,
        one(iam, policy(json!(["other"]), "mine")),
        one(iam, policy(json!([name]), "other")),
    ] {
        let expected = if then["Resources"]["K"]["Properties"]["PolicyName"] == "other" {
            Feasible
        } else {
            Blocked
        };
        assert_eq!(
            changed(&inline, FROM, &now, &then),
            Some(expected),
            "{then}"
        );
    }
    let now = one(rp, of_role);
    assert_eq!(changed(&inline, FROM, &now, &nothing()), Some(Blocked));
    let mut kept = now.clone();
    kept["Resources"]["K"]["DeletionPolicy"] = json!("Retain");
    assert_eq!(changed(&inline, FROM, &kept, &nothing()), Some(Feasible));
    let now = one(mp, managed(json!([name])));
    for then in [nothing(), one(mp, managed(json!([])))] {
        assert_eq!(
            changed(&attached, FROM, &now, &then),
            Some(Blocked),
            "{then}"
        );
    }
    let now = one(
        "AWS::IAM::ServiceLinkedRole",
        json!({"AWSServiceName": "backup.amazonaws.com"}),
    );
    assert_eq!(changed(&Estate::rds(), TO, &now, &nothing()), Some(Blocked));
}

/// Policies decide by the tags of vaults and roles. Those that others gave, or the whole stack, stay.
#[test]
fn a_tag_that_a_template_takes_away_is_gone() {
    let asks = |tag: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROLE},
            "Action": "backup:CopyIntoBackupVault", "Resource": "*", "Condition": {"StringEquals": {tag: "copy"}}}]})
    };
    let there = json!({"class": "copy", "aws:cloudformation:stack-name": "prod"});
    let vault_policy = format!("{DESTINATION_VAULT}/AccessPolicy");
    let of_vault = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Tags"), there.clone())
        .set(&vault_policy, asks("aws:ResourceTag/class"));
    let of_role = Estate::rds()
        .set("/accounts/0/roles/0/Tags", there)
        .set(&vault_policy, asks("aws:PrincipalTag/class"));
    let vault = |tags: Value| {
        let mut vault = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": asks("aws:ResourceTag/class")});
        if !tags.is_null() {
            vault["BackupVaultTags"] = tags;
        }
        one("AWS::Backup::BackupVault", vault)
    };
    let role = |tags: Value| {
        let pairs = tags.as_object().into_iter().flatten();
        let pairs: Vec<Value> = pairs
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        let mut role = json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]});
        if !tags.is_null() {
            role["Tags"] = json!(pairs);
        }
        one("AWS::IAM::Role", role)
    };
    let own = json!({"class": "copy"});
    type Make<'a> = &'a dyn Fn(Value) -> Value;
    let stacks: [(&Estate, &str, Make<'_>); 2] = [(&of_vault, TO, &vault), (&of_role, FROM, &role)];
    for (estate, account, template) in stacks {
        let now = template(own.clone());
        for (tags, expected) in [
            (Value::Null, Blocked),
            (json!({}), Blocked),
            (json!({"class": "other"}), Blocked),
            (json!({"class": "copy", "more": "1"}), Feasible),
            (json!({"class": {"Ref": "P"}}), Undecided),
        ] {
            let then = template(tags);
            assert_eq!(
                changed(estate, account, &now, &then),
                Some(expected),
                "{then}"
            );
        }
        // A tag that stands in neither template is the stack's own.
        let (now, then) = (template(json!({"more": "1"})), template(Value::Null));
        assert_eq!(changed(estate, account, &now, &then), Some(Feasible));
        // Without the template of now.
        for (tags, expected) in [(own.clone(), Feasible), (Value::Null, Undecided)] {
            let of = verdicts(estate, (None, &template(tags)), settings(account, &[]));
            assert_eq!(of, (Some(Feasible), Some(expected)));
        }
    }
}

/// CloudFormation does not make anew what somebody deleted by hand, where the template is as it was.
#[test]
fn what_was_looked_for_and_is_not_there_is_not_made_by_a_template_that_changes_nothing() {
    let role = one(
        "AWS::IAM::Role",
        json!({"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/", "AssumeRolePolicyDocument": trust(),
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]}),
    );
    let linked = one(
        "AWS::IAM::ServiceLinkedRole",
        json!({"AWSServiceName": "backup.amazonaws.com"}),
    );
    for (account, place, template) in [(FROM, 0, role), (TO, 1, linked)] {
        let estate = Estate::rds().set(&format!("/accounts/{place}/roles"), json!([]));
        let same = (Some(&template), &template);
        assert_eq!(
            verdicts(&estate, same, settings(account, &[])),
            (Some(Blocked), Some(Blocked))
        );
        // A new stack makes it.
        let first = (Some(&nothing()), &template);
        assert_eq!(
            verdicts(&estate, first, settings(account, &[])),
            (Some(Blocked), Some(Feasible))
        );
    }
}
