//! Files that nobody meant to write: no panic, no hang, an error that says where.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use backup_preflight::inventory;
use serde_json::json;

use crate::support::Estate;
use crate::support::estate::RESOURCE;

const HEAD: &str = "{\"schema\": \"backup-preflight/inventory/v1\"";

#[test]
fn a_file_cut_anywhere_is_refused() {
    let text = Estate::rds().0.to_string();
    let step = 7;
    for end in (0..text.len())
        .step_by(step)
        .chain(text.len() - 40..text.len())
    {
        let error = inventory::read("f.json", &text.as_bytes()[..end]).unwrap_err();
        assert!(error.to_string().starts_with("f.json:1:"), "{end}: {error}");
    }
}

#[test]
fn a_small_file_cut_at_every_byte_is_refused() {
    let text = format!(
        "{HEAD},\"copies\":[{{\"id\":\"a\\u00e9ü\",\"destination_vault\":\"arn:aws:backup:us-east-2:444455556666:backup-vault:v\",\"x\":[1.5e3,-2,null,true]}}]}}"
    );
    assert!(inventory::read("f.json", text.as_bytes()).is_ok());
    for end in 0..text.len() {
        assert!(
            inventory::read("f.json", &text.as_bytes()[..end]).is_err(),
            "{end}"
        );
    }
}

#[test]
fn a_byte_that_is_changed_never_makes_it_panic() {
    let text = Estate::rds().0.to_string().into_bytes();
    for (round, byte) in [0_u8, b'"', b'{', b']', 0xff, b'9'].into_iter().enumerate() {
        for place in (round..text.len()).step_by(61) {
            let mut changed = text.clone();
            changed[place] = byte;
            // Some are still inventories; what counts is that it returns.
            let _ = inventory::read("f.json", &changed);
        }
    }
}

#[test]
fn deep_nesting_is_refused_wherever_it_stands() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    for value in [&deep, &objects] {
        let text = json!(value).to_string();
        let with = |detail: &str| {
            Estate::rds()
                .set(&format!("{RESOURCE}/Detail"), json!("@"))
                .0
                .to_string()
                .replace("\"@\"", detail)
        };
        let policy = |policy: &str| {
            format!(
                "{HEAD},\"accounts\":[{{\"account\":\"111122223333\",\"roles\":[{{\"Arn\":\"arn:aws:iam::111122223333:role/a\",\"AssumeRolePolicyDocument\":{policy}}}]}}]}}"
            )
        };
        for file in [
            value.clone(),
            format!("{HEAD},\"x\":{value}}}"),
            with(value),
            policy(value),
            policy(&text),
        ] {
            let error = inventory::read("f.json", file.as_bytes())
                .unwrap_err()
                .to_string();
            assert!(
                error.len() < 2000,
                "an error is short: {} bytes",
                error.len()
            );
        }
    }
}

#[test]
fn what_is_not_utf_8_is_refused_and_a_byte_order_mark_is_not() {
    let mut text = Estate::rds().0.to_string().into_bytes();
    let place = text.iter().position(|byte| *byte == b'o').unwrap();
    text[place] = 0xff;
    assert!(inventory::read("f.json", &text).is_err());
    let with_mark = [b"\xef\xbb\xbf", Estate::rds().0.to_string().as_bytes()].concat();
    let marked = inventory::read("f.json", &with_mark).unwrap();
    assert_eq!(
        marked,
        inventory::read("f.json", Estate::rds().0.to_string().as_bytes()).unwrap()
    );
    let in_two_bytes: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for odd in [
        b"".as_slice(),
        b" ",
        b"null",
        b"[]",
        b"\0",
        b"\xef\xbb\xbf",
        &in_two_bytes,
    ] {
        assert!(inventory::read("f.json", odd).is_err(), "{odd:?}");
    }
}

#[test]
fn what_comes_after_the_inventory_is_refused() {
    let error = inventory::read("f.json", format!("{HEAD}}} {{}}").as_bytes()).unwrap_err();
    assert!(error.to_string().contains("trailing"), "{error}");
}

/// Thirty megabytes: the tests are built without optimisation.
#[test]
fn a_large_file_is_read_in_time_that_grows_with_its_length() {
    let mut text = format!(
        "{HEAD},\"accounts\":[{{\"account\":\"111122223333\",\"regions\":[{{\"region\":\"us-east-2\",\"resources\":["
    );
    let mut number = 0;
    while text.len() < 30_000_000 {
        let comma = if number == 0 { "" } else { "," };
        write!(
            text,
            "{comma}{{\"ResourceArn\":\"arn:aws:rds:us-east-2:111122223333:db:orders-{number}\",\"ResourceType\":\"RDS\",\
             \"Encrypted\":true,\"EncryptionKeyArn\":\"arn:aws:kms:us-east-2:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000001\",\
             \"Detail\":{{\"Engine\":\"postgres\",\"Note\":\"{}\"}}}}",
            "x".repeat(200)
        )
        .unwrap();
        number += 1;
    }
    text.push_str("]}]}]}");
    let start = Instant::now();
    let inventory = inventory::read("f.json", text.as_bytes()).unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
    let accounts = inventory::items(&inventory.accounts);
    let regions = inventory::items(&accounts[0].regions);
    assert_eq!(inventory::items(&regions[0].resources).len(), number);
}

#[test]
fn an_object_of_very_many_unknown_fields_is_read_in_time() {
    let mut text = HEAD.to_owned();
    for number in 0..60_000 {
        write!(text, ",\"unknown-field-{number:06}\":1").unwrap();
    }
    text.push('}');
    let start = Instant::now();
    assert!(inventory::read("f.json", text.as_bytes()).is_ok());
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}
