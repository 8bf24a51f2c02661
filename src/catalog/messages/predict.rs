//! The status message that a copy will fail with, with the names filled in.

use super::category::Category;
use super::table::{MessageId, Text, message};
use crate::catalog::{Family, Kind};
use crate::known::{Arn, Region};

/// The status message that a copy job will end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// Which message.
    pub id: MessageId,
    /// Its text, complete.
    pub text: String,
    /// What AWS will file it under.
    pub category: Option<Category>,
}

/// A message whose first wording is a literal, as a prediction. `None` for those with names to fill in, and patterns.
#[must_use]
pub fn predict(id: MessageId) -> Option<Predicted> {
    fill(id, &[])
}

/// E5: AWS's answer to a route that a type cannot take.
#[must_use]
pub fn route_unsupported(kind: Kind, from: &Region, to: &Region) -> Option<Predicted> {
    fill(
        MessageId::E5,
        &[
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("type", kind.resource_type().as_str()),
        ],
    )
}

/// What a copy fails with whose backup is on an AWS managed key: E8 for the RDS family, E11 for EC2, E12 for EBS. The
/// key's ARN goes into E8; for other kinds no page quotes a message.
#[must_use]
pub fn source_key_aws_managed(kind: Kind, key: Option<&Arn>) -> Option<Predicted> {
    of_source_key(kind, key, MessageId::E11, MessageId::E12)
}

fn of_source_key(
    kind: Kind,
    key: Option<&Arn>,
    of_ec2: MessageId,
    of_ebs: MessageId,
) -> Option<Predicted> {
    match kind.family() {
        Family::RdsInstance | Family::RdsCluster => rds_key(key),
        Family::Ec2 => predict(of_ec2),
        Family::Ebs if kind == Kind::Ebs => predict(of_ebs),
        Family::Ebs
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => None,
    }
}

/// What a copy fails with whose backup's key is not shared with the destination: E8 for the RDS family, E7 for EC2,
/// E6 for EBS. The key's ARN goes into E8; for other kinds no page quotes a message.
#[must_use]
pub fn source_key_not_shared(kind: Kind, key: Option<&Arn>) -> Option<Predicted> {
    of_source_key(kind, key, MessageId::E7, MessageId::E6)
}

/// What a copy fails with that the key of the destination vault keeps AWS Backup from: E6 for EBS and EC2, else E9.
#[must_use]
pub fn destination_key_refuses(kind: Kind) -> Option<Predicted> {
    match kind.family() {
        Family::Ebs | Family::Ec2 => predict(MessageId::E6),
        Family::RdsInstance
        | Family::RdsCluster
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => predict(MessageId::E9),
    }
}

/// E37: the copy role does not exist, or may not do what AWS Backup does with it.
#[must_use]
pub fn role_missing(role: &Arn) -> Option<Predicted> {
    fill(MessageId::E37, &[("role", role.as_str())])
}

/// E16: what RDS says of a snapshot whose option group the destination lacks; the names of the options go into it.
#[must_use]
pub fn option_group_required(options: &str) -> Option<Predicted> {
    fill(MessageId::E16, &[("options", options)])
}

fn rds_key(key: Option<&Arn>) -> Option<Predicted> {
    fill(MessageId::E8, &[("key", key?.as_str())])
}

fn fill(id: MessageId, names: &[(&str, &str)]) -> Option<Predicted> {
    let message = message(id);
    let text = match message.texts.first()? {
        Text::Literal(text) => (*text).to_owned(),
        Text::Template(text) => names
            .iter()
            .fold((*text).to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            }),
        Text::Pattern(_) | Text::Sign(_) => return None,
    };
    (!text.contains('{')).then_some(Predicted {
        id,
        text,
        category: message.category,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_have_the_names_filled_in() {
        let key = Arn::parse("arn:aws:kms:us-east-2:111122223333:key/1").unwrap();
        let predicted = source_key_not_shared(Kind::Rds, Some(&key)).unwrap();
        assert_eq!(
            predicted.text,
            "The source snapshot KMS key [arn:aws:kms:us-east-2:111122223333:key/1] does not exist, is not enabled \
             or you do not have permissions to access it."
        );
        assert_eq!(source_key_not_shared(Kind::Rds, None), None);
        assert_eq!(
            source_key_not_shared(Kind::Ebs, None).unwrap().id,
            MessageId::E6
        );
        assert_eq!(
            source_key_aws_managed(Kind::Ebs, None).unwrap().id,
            MessageId::E12
        );
        assert_eq!(
            source_key_aws_managed(Kind::Ec2, None).unwrap().category,
            Some(Category::AccessDenied)
        );
        assert_eq!(source_key_aws_managed(Kind::FsxLustre, Some(&key)), None);
        let route = route_unsupported(
            Kind::Rds,
            &Region::new("us-west-2"),
            &Region::new("us-east-1"),
        );
        assert_eq!(
            route.unwrap().text,
            "Copy job from us-west-2 to us-east-1 cannot be initiated for RDS resources. Feature is not supported \
             for provided resource type."
        );
        assert_eq!(predict(MessageId::E8), None);
        assert_eq!(predict(MessageId::E26), None);
    }
}
