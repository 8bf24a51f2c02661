//! Why there are no credentials, or AWS takes none of them, in the words of who has to mend it.

use aws_config::profile::ProfileSet;
use aws_types::os_shim_internal::Env;

/// What is wrong with a profile, of what the SDK says of it.
pub fn told(why: &str, profiles: &ProfileSet, env: &Env) -> String {
    let name = profiles.selected_profile();
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    // The SDK keeps the tokens of `aws sso login` there.
    if says(&["SSO token", "sso/cache/", "sso\\cache\\"]) {
        return format!(
            "the profile `{name}` has no session of IAM Identity Center that is still good: `aws sso login --profile {name}` gets one"
        );
    }
    if says(&["the credential provider was not enabled"]) {
        return format!(
            "the profile `{name}` names no credentials: no keys, `role_arn`, `sso_session` or `credential_process`"
        );
    }
    let variable = env.get("AWS_WEB_IDENTITY_TOKEN_FILE").ok();
    let file = variable.or_else(|| profiles.get("web_identity_token_file").map(str::to_owned));
    match file {
        Some(file) if says(&["os error 2"]) && !why.contains(&file) => {
            format!("{why}: the token of the web identity is to be in `{file}`")
        }
        Some(_) | None => why.to_owned(),
    }
}

/// What AWS means by not taking credentials, as what follows its code.
///
/// See <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>.
pub fn meaning(code: &str) -> &'static str {
    match code {
        "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" => {
            ": it knows no such access key; it was deleted, or is of another partition, or its session token is missing"
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            ": the secret access key is not that of the access key, or the clock of this machine is wrong"
        }
        "RequestTimeTooSkewed" => ": the clock of this machine is wrong",
        _ => "",
    }
}
