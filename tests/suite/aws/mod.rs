//! An AWS server of the tests' own, on loopback.
//!
//! It holds an inventory in the format of the program's files and answers the operations that the program uses in AWS's documented
//! wire formats, whatever is asked and in whatever order. So a test can state that collecting what it serves gives the
//! inventory back, and what the program does when AWS refuses, throttles or goes away:
//!
//! ```ignore
//! let server = Server::start(inventory);
//! server.fault(Fault::throttled().operation("kms:DescribeKey").times(2));
//! server.page_size(1);
//!
//! let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
//! server.sign_in(&mut command, "111122223333");        // endpoint and keys of that account, and no other AWS variable;
//!                                                      // the Region is the test's to give
//! let output = command.args(["collect", "--output", path]).output().unwrap();
//!
//! let journal = server.finish();                      // panics if the server was asked what it cannot answer
//! assert_eq!(calls(&journal, "kms:GetKeyPolicy"), 3);
//! assert!(repeats(&journal).is_empty());
//! ```
//!
//! - The caller's account is in its access key, Region and service are in the scope of its signature. `AssumeRole`
//!   gives keys of the role's account.
//! - A gap of the inventory is answered with its error. What the inventory says was looked up and is not there, is not
//!   there. What it is silent about fails the test: `Server::finish`, and dropping the server, panic and name it. So do
//!   operations that the server does not know, and requests that are not of the service's protocol.
//! - It is written from AWS's documentation and knows nothing of the program's types.

#![cfg_attr(
    not(feature = "live"),
    allow(
        dead_code,
        unused_imports,
        reason = "only what asks AWS asks for these faults"
    )
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON values have a few kinds, and most are of no interest"
)]

mod account;
mod backup;
mod call;
mod clock;
mod cloudcontrol;
mod config;
mod dynamodb;
mod ec2;
mod exchange;
mod fault;
mod fsx;
mod http;
mod iam;
mod journal;
mod kms;
mod lists;
mod machines;
mod organizations;
mod paging;
mod protocol;
mod query;
mod rds;
mod scope;
mod server;
mod sts;
mod tests;
mod world;
mod xml;

pub use config::AGGREGATOR;
pub use fault::{Fault, Spoiled};
pub use journal::{Entry, calls, repeats};
pub use server::Server;
