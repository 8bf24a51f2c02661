//! AWS KMS.
//!
//! See <https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html>.

use serde_json::{Value, json};

use super::call::{
    Answer, Arn, Call, No, Service, arn, default, document, pairs, reveals, text, without,
};
use super::paging::Pager;
use super::protocol::Protocol;
use super::world::{World, many};

pub const SERVICE: Service = Service {
    name: "kms",
    signing_name: "kms",
    global: false,
    protocol: Protocol::Json {
        content_type: "application/x-amz-json-1.1",
        target: "TrentService",
        namespace: "",
        times: &["CreationDate", "DeletionDate", "LastUpdatedDate", "ValidTo"],
    },
    pager: Pager {
        ask: "Marker",
        give: "NextMarker",
        truncated: Some("Truncated"),
        limit: "Limit",
        most: 50,
        bad_token: "InvalidMarkerException",
    },
    denied: (400, "AccessDeniedException"),
    throttled: (400, "ThrottlingException"),
    names,
    answer,
};

/// What comes from calls of its own, and not from DescribeKey.
const ELSEWHERE: &[&str] = &["Aliases", "Policy", "RamPolicy", "Grants", "Tags"];

fn names(world: &World, call: &Call) -> Vec<String> {
    let Some(id) = call.arg("KeyId") else {
        return Vec::new();
    };
    let asked = Asked::read(call, id);
    let mut names = vec![asked.arn()];
    if let Some(key) = find(world, call, &asked)
        && let Some(arn) = text(key, "Arn")
    {
        names.insert(0, arn.to_owned());
    }
    names.push(id.to_owned());
    names
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "DescribeKey" => Ok(Answer::Whole(
            json!({"KeyMetadata": metadata(key(world, call)?)?}),
        )),
        "GetKeyPolicy" => policy(world, call),
        "ListKeyPolicies" => policies(world, call),
        "ListGrants" => grants(world, call),
        "ListAliases" => aliases(world, call),
        "ListResourceTags" => {
            let key = own_key(world, call)?;
            reveals(key, &["Tags"], &name(key))?;
            let items = pairs(&key["Tags"], "TagKey", "TagValue");
            Ok(Answer::List {
                field: "Tags",
                items,
            })
        }
        _ => Err(No::Unknown),
    }
}

fn metadata(key: &Value) -> Result<Value, No> {
    reveals(
        key,
        &["KeyManager", "KeyState", "KeySpec", "KeyUsage"],
        &name(key),
    )?;
    let mut fields = without(key, ELSEWHERE);
    let name = name(key);
    let parts = arn(&name).ok_or_else(|| No::Incomplete(format!("the key ARN `{name}`")))?;
    let id = parts.resource.trim_start_matches("key/").to_owned();
    default(&mut fields, "KeyId", id);
    default(&mut fields, "AWSAccountId", parts.account);
    default(&mut fields, "Enabled", key["KeyState"] == "Enabled");
    default(&mut fields, "CustomerMasterKeySpec", key["KeySpec"].clone());
    default(&mut fields, "Description", "");
    default(&mut fields, "CreationDate", "2025-01-01T00:00:00.250Z");
    Ok(fields.into())
}

fn policy(world: &World, call: &Call) -> Result<Answer, No> {
    let key = own_key(world, call)?;
    let asked = call.arg("PolicyName").unwrap_or("default");
    let field = match asked {
        "default" => "Policy",
        "AWS_RAM" => "RamPolicy",
        _ => return Err(not_found("No such policy exists")),
    };
    reveals(key, &[field], &name(key))?;
    match &key[field] {
        Value::Null => Err(not_found("No such policy exists")),
        policy => Ok(Answer::Whole(
            json!({"Policy": document(policy), "PolicyName": asked}),
        )),
    }
}

/// The names of a key's policies. One that the world does not speak of has no second policy.
fn policies(world: &World, call: &Call) -> Result<Answer, No> {
    let key = own_key(world, call)?;
    let second = (!key["RamPolicy"].is_null()).then(|| json!("AWS_RAM"));
    Ok(Answer::List {
        field: "PolicyNames",
        items: [json!("default")].into_iter().chain(second).collect(),
    })
}

fn grants(world: &World, call: &Call) -> Result<Answer, No> {
    let id = call.need("KeyId")?;
    if Asked::read(call, id).alias().is_some() {
        return Err(not_found(format!("Invalid keyId '{id}'")));
    }
    let key = key(world, call)?;
    reveals(key, &["Grants"], &name(key))?;
    let items = many(key, "Grants")
        .iter()
        .map(|grant| {
            let mut grant = without(grant, &[]);
            default(&mut grant, "KeyId", name(key));
            grant.into()
        })
        .collect();
    Ok(Answer::List {
        field: "Grants",
        items,
    })
}

fn aliases(world: &World, call: &Call) -> Result<Answer, No> {
    let one = match call.arg("KeyId") {
        None => None,
        Some(id) if Asked::read(call, id).alias().is_some() => {
            let message = format!("Invalid keyId {id}");
            return Err(No::failure(400, "InvalidArnException", message));
        }
        Some(_) => Some(own_key(world, call)?),
    };
    let keys: Vec<&Value> = match one {
        Some(key) => vec![key],
        None => world
            .list(call, "keys")?
            .iter()
            .filter(|key| arn(&name(key)).is_some_and(|arn| arn.account == call.scope.account))
            .filter(|key| key.get("KeyState") != Some(&Value::Null))
            .collect(),
    };
    let of = format!(
        "arn:{}:kms:{}:{}",
        call.scope.partition(),
        call.scope.region,
        call.scope.account
    );
    let mut items = Vec::new();
    for key in keys {
        reveals(key, &["Aliases"], &name(key))?;
        let arn = name(key);
        let id = arn.rsplit('/').next();
        for alias in many(key, "Aliases").iter().filter_map(Value::as_str) {
            items.push(json!({
                "AliasName": alias,
                "AliasArn": format!("{of}:{alias}"),
                "TargetKeyId": id,
                "CreationDate": "2025-01-01T00:00:00.250Z",
                "LastUpdatedDate": "2025-01-01T00:00:00.250Z",
            }));
        }
    }
    if one.is_none() {
        // AWS lists aliases of its own that have no key yet, too.
        let alias = "alias/aws/lightsail";
        items.push(json!({"AliasName": alias, "AliasArn": format!("{of}:{alias}")}));
    }
    Ok(Answer::List {
        field: "Aliases",
        items,
    })
}

/// The key that a call names, of whatever account, where the caller may describe it.
fn key<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let id = call.need("KeyId")?;
    let asked = Asked::read(call, id);
    if asked.region != call.scope.region {
        return Err(not_found(format!("Invalid arn {}", asked.region)));
    }
    let arn = asked.arn();
    match find(world, call, &asked) {
        Some(key) if key.get("KeyState") == Some(&Value::Null) => {
            Err(not_found(format!("Key '{arn}' does not exist")))
        }
        Some(key) => Ok(key),
        None if asked.account != call.scope.account => Err(denied(call, &arn)),
        None if asked.alias().is_some() => Err(not_found(format!("Alias {arn} is not found."))),
        None => {
            world.list(call, "keys")?;
            Err(No::Incomplete(format!("the key {arn} is absent")))
        }
    }
}

/// The same for operations that KMS keeps to the key's own account.
fn own_key<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let id = call.need("KeyId")?;
    let asked = Asked::read(call, id);
    if asked.account != call.scope.account {
        return Err(denied(call, &asked.arn()));
    }
    if asked.alias().is_some() {
        return Err(not_found(format!("Invalid keyId '{id}'")));
    }
    key(world, call)
}

/// How a key was named: by its ARN, its id, its alias or the alias's ARN.
struct Asked<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    /// `key/…` or `alias/…`
    resource: String,
}

impl<'a> Asked<'a> {
    fn read(call: &'a Call, id: &'a str) -> Self {
        match arn(id) {
            Some(Arn {
                partition,
                region,
                account,
                resource,
                ..
            }) => Self {
                partition,
                region,
                account,
                resource: resource.to_owned(),
            },
            None => Self {
                partition: call.scope.partition(),
                region: &call.scope.region,
                account: &call.scope.account,
                resource: if id.starts_with("alias/") {
                    id.to_owned()
                } else {
                    format!("key/{id}")
                },
            },
        }
    }

    fn alias(&self) -> Option<&str> {
        self.resource
            .starts_with("alias/")
            .then_some(&self.resource)
    }

    fn arn(&self) -> String {
        let Self {
            partition,
            region,
            account,
            resource,
        } = self;
        format!("arn:{partition}:kms:{region}:{account}:{resource}")
    }
}

/// In the caller's list, or in that of the key's account where the key is shared with the caller.
fn find<'a>(world: &'a World, call: &Call, asked: &Asked) -> Option<&'a Value> {
    let wanted = asked.arn();
    let is = |key: &&Value| match asked.alias() {
        Some(alias) => many(key, "Aliases").iter().any(|name| name == alias),
        None => text(key, "Arn") == Some(&wanted),
    };
    let foreign = asked.account != call.scope.account;
    let own = world
        .known_list(call, "keys")
        .iter()
        .find(|key| !(foreign && asked.alias().is_some()) && is(key));
    let shared = || {
        let key = many(world.known_region(asked.account, asked.region)?, "keys")
            .iter()
            .find(is)?;
        let pair = (name(key), call.scope.account.clone());
        world.shared_keys.contains(&pair).then_some(key)
    };
    own.or_else(|| if foreign { shared() } else { None })
}

fn name(key: &Value) -> String {
    text(key, "Arn").unwrap_or_default().to_owned()
}

fn not_found(message: impl Into<String>) -> No {
    No::failure(400, "NotFoundException", message)
}

fn denied(call: &Call, arn: &str) -> No {
    let message = format!(
        "User: arn:aws:iam::{}:user/tester is not authorized to perform: kms:{} on resource: {arn} because the \
         resource does not exist in this Region, no resource-based policies allow access, or a resource-based \
         policy explicitly denies access",
        call.scope.account, call.operation
    );
    No::failure(400, "AccessDeniedException", message)
}
