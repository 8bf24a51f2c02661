//! The few names that generated requests are made of, so that policies and requests meet often. `@…` stands for what
//! the request at hand says: `@principal`, `@account` (the principal's), `@resource`, `@owner` (the resource's
//! account), `@action`, `@service`.

/// Who asks. Users and roles, of the owner's account and of others.
pub const PRINCIPALS: &[&str] = &[
    "arn:aws:iam::222222222222:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    "arn:aws:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole",
    "arn:aws:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole",
    "arn:aws:iam::222222222222:role/service-role/AWSBackupDefaultServiceRole",
    "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    "arn:aws:iam::222222222222:role/Copier",
    "arn:aws:iam::111111111111:user/backup",
];

pub const KMS_ACTIONS: &[&str] = &[
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:ListGrants",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
];

pub const BACKUP_ACTIONS: &[&str] = &["backup:CopyIntoBackupVault", "backup:CopyFromBackupVault"];

/// Patterns of Action, those that mostly match first.
pub const ACTIONS: &[&str] = &[
    "@action",
    "@action",
    "@upper",
    "@lower",
    "@head*",
    "@head*",
    "*",
    "@service:*",
    "@service:*",
    "@hole",
    "@tail",
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:ReEncrypt*",
    "backup:Copy*",
    "backup:CopyIntoBackupVault",
    "s3:*",
    "@actionX",
    "@service:List??????",
    "KMS:*",
];

/// Patterns of Resource. Wildcards stay within the parts of an ARN or end it.
pub const RESOURCES: &[&str] = &[
    "*",
    "*",
    "*",
    "@resource",
    "@resource",
    "arn:aws:@kind:*:@owner:*",
    "arn:*:@kind:eu-????-1:*:*",
    "@resource*",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:backup:*:*:backup-vault:*",
    "arn:aws:backup:*:*:recovery-point:*",
    "@resource-other",
    "@resource?",
    "arn:aws:@kind:*",
    "arn:aws:@kind:eu-west-1:${aws:ResourceAccount}:*",
    "arn:aws:kms:*:*:key/${aws:PrincipalTag/team}",
    "@RESOURCE",
];

/// Values of Principal as JSON, those that mostly match first.
pub const PRINCIPAL_ELEMENTS: &[&str] = &[
    r#""*""#,
    r#"{"AWS":"*"}"#,
    r#"{"AWS":["*"]}"#,
    r#"{"AWS":"@principal"}"#,
    r#"{"AWS":"@principal"}"#,
    r#"{"AWS":["@principal","arn:aws:iam::333333333333:role/Other"]}"#,
    r#"{"AWS":"@account"}"#,
    r#"{"AWS":"arn:aws:iam::@account:root"}"#,
    r#"{"AWS":"arn:aws:iam::@account:root"}"#,
    r#"{"AWS":["arn:aws:iam::@account:root"],"Service":"backup.amazonaws.com"}"#,
    r#"{"AWS":["333333333333","@account"]}"#,
    r#"{"AWS":"arn:aws:iam::111111111111:root"}"#,
    r#"{"AWS":"222222222222"}"#,
    r#"{"AWS":["arn:aws:iam::333333333333:root","333333333333"]}"#,
    r#"{"AWS":"arn:aws-cn:iam::@account:root"}"#,
    r#"{"AWS":"arn:aws:iam::@account:role/*"}"#,
    r#"{"AWS":"arn:aws:iam::*:role/service-role/AWSBackupDefaultServiceRole"}"#,
    r#"{"AWS":"arn:aws:iam::@account:role/Copie?"}"#,
    r#"{"AWS":"AROAEXAMPLEEXAMPLE123"}"#,
    r#"{"Service":"backup.amazonaws.com"}"#,
    r#"{"Service":["rds.amazonaws.com","ec2.amazonaws.com"]}"#,
    r#"{"Federated":"arn:aws:iam::@account:saml-provider/idp"}"#,
];

/// Values of NotPrincipal as JSON.
pub const SPARED: &[&str] = &[
    r#"{"AWS":["@principal","arn:aws:iam::@account:root"]}"#,
    r#"{"AWS":["@principal","@account"]}"#,
    r#"{"AWS":["arn:aws:iam::333333333333:root"]}"#,
    r#"{"AWS":["arn:aws:iam::@account:root","@principal","arn:aws:iam::333333333333:role/Other"]}"#,
];

/// What kind of values a key has, and so which operators are used on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Family {
    Text,
    Arn,
    Bool,
    Number,
    Date,
    Address,
    /// More than one text: what set operators are for.
    Texts,
    /// More than one ARN.
    Arns,
}

impl Family {
    pub fn is_multivalued(self) -> bool {
        self == Family::Texts || self == Family::Arns
    }
}

/// A context key: its name, its kind, the values requests give it, and the values policies compare it with.
pub type Key = (
    &'static str,
    Family,
    &'static [&'static str],
    &'static [&'static str],
);

/// Whether AWS documents the key as multivalued.
pub fn is_multivalued(key: &str) -> bool {
    KEYS.iter()
        .any(|(name, family, ..)| family.is_multivalued() && name.eq_ignore_ascii_case(key))
}

const BOOLS: &[&str] = &["true", "false"];
const ACCOUNTS: &[&str] = &[
    "@account",
    "@account",
    "@owner",
    "111111111111",
    "22222222*",
    "333333333333",
];
const ORGS: &[&str] = &[
    "o-exampleorg1",
    "o-exampleorg1",
    "o-*",
    "O-EXAMPLEORG1",
    "o-otherorg99",
];
const PATHS: &[&str] = &[
    "o-exampleorg1/r-ab12/ou-ab12-11111111/",
    "o-exampleorg1/r-ab12/ou-ab12-22222222/",
];
const PATH_PATTERNS: &[&str] = &[
    "o-exampleorg1/*",
    "o-exampleorg1/r-ab12/ou-ab12-11111111/*",
    "o-otherorg99/*",
    "o-exampleorg1/r-ab12/ou-ab12-22222222/",
];
const VAULTS: &[&str] = &[
    "arn:aws:backup:eu-west-1:222222222222:backup-vault:central",
    "arn:aws:backup:eu-west-1:333333333333:backup-vault:central",
];
const VAULT_PATTERNS: &[&str] = &[
    "arn:aws:backup:eu-west-1:222222222222:backup-vault:central",
    "arn:aws:backup:*:222222222222:backup-vault:*",
    "arn:aws:backup:eu-west-1:333333333333:backup-vault:central",
    "arn:aws:backup:*:backup-vault:*",
    "arn:aws:backup:*:*:backup-vault:other",
    "arn:aws:backup:eu-west-1:${aws:ResourceAccount}:backup-vault:central",
];

/// The keys of requests and policies.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    ("aws:PrincipalArn", Family::Arn, &["@principal"], &["@principal", "@principal", "arn:aws:iam::*:role/*",
        "arn:aws:iam::@account:role/aws-service-role/*", "arn:aws:iam::????????????:role/service-role/*", "arn:*:iam::@account:*",
        "arn:aws:iam::${aws:PrincipalAccount}:role/service-role/AWSBackupDefaultServiceRole", "arn:aws:iam::@owner:user/backup"]),
    ("aws:PrincipalAccount", Family::Text, &["@account"], &["@account", "@account", "${aws:ResourceAccount}", "111111111111", "22222222*", "333333333333"]),
    ("aws:PrincipalOrgID", Family::Text, &["o-exampleorg1"], &["o-exampleorg1", "o-exampleorg1", "${aws:ResourceOrgID}", "o-*", "O-EXAMPLEORG1", "o-otherorg99"]),
    ("aws:PrincipalOrgPaths", Family::Texts, PATHS, PATH_PATTERNS),
    ("aws:PrincipalType", Family::Text, &["AssumedRole", "User"], &["AssumedRole", "Assumed*", "User"]),
    ("aws:PrincipalIsAWSService", Family::Bool, BOOLS, BOOLS),
    ("aws:PrincipalTag/team", Family::Text, &["backup", "111111111111:key/x"], &["backup", "BACKUP", "back*", "dev", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/cost, 'backup'}", "${*}"]),
    ("aws:ResourceAccount", Family::Text, &["@owner"], ACCOUNTS),
    ("aws:ResourceOrgID", Family::Text, &["o-exampleorg1", "o-otherorg99"], ORGS),
    ("aws:SecureTransport", Family::Bool, BOOLS, BOOLS),
    ("aws:ViaAWSService", Family::Bool, BOOLS, BOOLS),
    ("aws:RequestedRegion", Family::Text, &["eu-west-1"], &["eu-west-1", "eu-*", "EU-WEST-1", "us-east-1", "eu-west-?"]),
    ("aws:CurrentTime", Family::Date, &["2026-11-22T02:00:00Z"], &["2026-11-22", "2026-11-22T02:00:00Z", "2027-01-01T00:00:00Z", "1795312800"]),
    ("aws:SourceIp", Family::Address, &["203.0.113.9", "2001:db8::1"], &["203.0.113.0/24", "203.0.113.9", "10.0.0.0/8", "2001:db8::/32"]),
    ("aws:SourceAccount", Family::Text, &["111111111111"], ACCOUNTS),
    ("aws:SourceArn", Family::Arn, VAULTS, VAULT_PATTERNS),
    ("aws:MultiFactorAuthAge", Family::Number, &["300", "3600"], &["300", "10.5", "3600"]),
    ("aws:MultiFactorAuthPresent", Family::Bool, BOOLS, BOOLS),
    ("aws:TagKeys", Family::Texts, &["team", "cost"], &["team", "cost", "TEAM", "t*"]),
    ("kms:CallerAccount", Family::Text, &["@account"], ACCOUNTS),
    ("kms:ViaService", Family::Text, &["rds.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com"],
        &["rds.eu-west-1.amazonaws.com", "rds.*.amazonaws.com", "ec2.*.amazonaws.com", "*.amazonaws.com", "RDS.eu-west-1.amazonaws.com",
          "*.${aws:RequestedRegion}.amazonaws.com", "backup.eu-west-1.amazonaws.com"]),
    ("kms:GrantIsForAWSResource", Family::Bool, BOOLS, BOOLS),
    ("kms:GrantOperations", Family::Texts, &["Decrypt", "Encrypt", "CreateGrant"], &["Decrypt", "Encrypt", "DescribeKey", "decrypt", "*crypt"]),
    ("kms:EncryptionContextKeys", Family::Texts, &["aws:ebs:id", "aws:rds:db-id"], &["aws:ebs:id", "aws:*", "AWS:EBS:ID", "aws:pi:service"]),
    ("kms:EncryptionContext:aws:ebs:id", Family::Text, &["vol-0123456789abcdef0"], &["vol-0123456789abcdef0", "vol-*", "VOL-*"]),
    ("backup:CopyTargets", Family::Arns, VAULTS, VAULT_PATTERNS),
    ("backup:CopyTargetOrgPaths", Family::Texts, PATHS, PATH_PATTERNS),
];

/// The operators of each kind of key, in their positive form.
pub fn operators(family: Family) -> &'static [&'static str] {
    match family {
        Family::Text => &[
            "StringEquals",
            "StringEquals",
            "StringLike",
            "StringLike",
            "StringEqualsIgnoreCase",
        ],
        Family::Arn => &[
            "ArnLike",
            "ArnLike",
            "ArnEquals",
            "ArnEquals",
            "StringLike",
            "StringEquals",
        ],
        Family::Bool => &["Bool", "Bool", "Bool", "StringEquals"],
        Family::Number => &[
            "NumericEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        Family::Date => &[
            "DateEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        Family::Address => &["IpAddress"],
        Family::Texts => &["StringEquals", "StringLike", "StringEqualsIgnoreCase"],
        Family::Arns => &["ArnEquals", "ArnLike", "StringLike", "StringEquals"],
    }
}

/// The operator that says the opposite, where there is one.
pub fn negated(operator: &str) -> Option<String> {
    match operator {
        "IpAddress" => Some("NotIpAddress".to_owned()),
        "Bool" => None,
        name if name.contains("Than") => None,
        name => ["String", "Numeric", "Date", "Arn"]
            .into_iter()
            .find_map(|kind| {
                let rest = name.strip_prefix(kind)?;
                Some(format!("{kind}Not{rest}"))
            }),
    }
}
