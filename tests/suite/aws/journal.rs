//! Every call that was made, in the order in which the server read them.

use std::collections::BTreeSet;
use std::fmt;

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    pub account: String,
    pub region: String,
    /// By its name in IAM actions.
    pub service: String,
    pub operation: String,
    /// What the call is about, as an ARN where it has one; empty for the account or Region as a whole.
    pub subject: String,
    /// The token of the page that it asks for; none for the first.
    pub page: Option<String>,
    /// The parameters, as JSON: what tells two calls of one operation and one subject apart.
    pub args: String,
    /// The HTTP status of the answer; zero while there is none, and where the connection ended before all of it.
    pub status: u16,
    /// The fault that it met; empty for none.
    pub fault: &'static str,
}

impl Entry {
    /// `service:Operation`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{} {} in {} of {} -> {}",
            self.service, self.operation, self.args, self.region, self.account, self.status
        )
    }
}

/// The calls that were answered more than once though nothing in them differs.
pub fn repeats(journal: &[Entry]) -> Vec<&Entry> {
    let mut seen = BTreeSet::new();
    let answered = journal.iter().filter(|entry| entry.status == 200);
    answered.filter(|entry| !seen.insert(*entry)).collect()
}

/// How often an operation was called, each page counted.
pub fn calls(journal: &[Entry], name: &str) -> usize {
    journal.iter().filter(|entry| entry.name() == name).count()
}
