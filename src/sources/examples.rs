//! Inventories that are built into the program, to be looked at without an account.

/// An example, by its name, with what it shows.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its name, as `--example` takes it.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// The inventory.
    pub text: &'static str,
}

macro_rules! examples {
    ($($name:literal: $about:literal),* $(,)?) => {
        /// Every example.
        pub const EXAMPLES: &[Example] = &[$(Example {
            name: $name,
            about: $about,
            text: include_str!(concat!("examples/", $name, ".json")),
        }),*];
    };
}

examples! {
    "aws-storage-blog": "DynamoDB and RDS between two accounts, in the three scenarios of AWS's blog on encryption",
    "field-notes-rds": "RDS on a customer managed key, shared with the backup account",
    "field-notes-rds-before": "the same before key policy and vault policy were changed",
    "opstree-two-step": "RDS from Mumbai to Hyderabad: shared key, AWS managed key, and the two steps around it",
    "lagv-primer": "logically air-gapped vaults and a locked backup account, for each way of encryption",
    "organization": "two accounts whose plans and an organization's backup policy copy to a backup account, for `audit` and `backtest`",
}

/// The example of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}
