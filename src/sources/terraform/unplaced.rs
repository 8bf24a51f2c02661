//! What of a plan has no account: where it is much of one provider, it is said once.

/// What stands around the address of an object and its provider.
const OBJECT: &str = "the account of ";
const PROVIDER: &str = " is not known: give --account ";
const END: &str = "=ACCOUNT_ID";

/// That the account of an object is not known.
pub fn without_account(address: &str, provider: &str) -> String {
    format!("{OBJECT}{address}{PROVIDER}{provider}{END}")
}

/// The object and the provider of what is said so.
fn parts(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix(OBJECT)?.strip_suffix(END)?;
    text.rsplit_once(PROVIDER)
}

/// What is said, with that of the objects of one provider in a line, where the first of it stands.
pub fn united(texts: Vec<String>) -> Vec<String> {
    let told = |of: &str| {
        let mut all = texts.iter().filter_map(|text| parts(text));
        let first = all.find(|(_, provider)| *provider == of);
        let more = all.filter(|(_, provider)| *provider == of).count();
        first.map(|(first, _)| (first.to_owned(), more.saturating_add(1)))
    };
    let mut all: Vec<String> = Vec::new();
    for text in &texts {
        let of_provider = parts(text).and_then(|(_, of)| Some((of, told(of)?)));
        let text = match of_provider {
            Some((provider, (first, number))) if number > 1 => format!(
                "{OBJECT}the provider `{provider}` ({number} resources, as {first}){PROVIDER}{provider}{END}"
            ),
            Some(_) | None => text.clone(),
        };
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_resources_of_a_provider_lack_is_said_once() {
        let texts = [
            without_account("aws_kms_key.a", "aws"),
            "resources of type x are not read".to_owned(),
            without_account("aws_kms_key.b", "aws.dr"),
            without_account("aws_kms_key.c", "aws"),
        ];
        assert_eq!(
            united(texts.to_vec()),
            [
                "the account of the provider `aws` (2 resources, as aws_kms_key.a) is not known: give --account aws=ACCOUNT_ID",
                "resources of type x are not read",
                "the account of aws_kms_key.b is not known: give --account aws.dr=ACCOUNT_ID",
            ]
        );
    }
}
