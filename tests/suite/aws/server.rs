//! The server as a test holds it.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::exchange::accept;
use super::fault::Fault;
use super::journal::Entry;
use super::scope::user_keys;
use super::world::World;

/// A running server. Dropping it panics where the test has gone beyond what the server can answer.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the connections share.
pub struct Shared {
    state: Mutex<State>,
    pub connections: AtomicUsize,
    pub stopped: AtomicBool,
}

/// What changes while the server runs.
pub struct State {
    pub world: World,
    pub faults: Vec<Fault>,
    pub journal: Vec<Entry>,
    pub page_size: Option<usize>,
    /// What the server could not answer, for want of knowledge and not because AWS would not.
    pub complaints: BTreeSet<String>,
}

impl Server {
    /// Serves an inventory, in the format of the program's files.
    pub fn start(inventory: Value) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                world: World::new(inventory),
                faults: Vec::new(),
                journal: Vec::new(),
                page_size: None,
                complaints: BTreeSet::new(),
            }),
            connections: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || accept(&listener, &shared))
        };
        Self {
            address,
            shared,
            acceptor: Some(acceptor),
        }
    }

    /// What `AWS_ENDPOINT_URL` is to be.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The access key and the secret key of a user of an account.
    pub fn account_keys(account: &str) -> (String, String) {
        user_keys(account)
    }

    /// Gives a command this server as its AWS and the keys of an account, and takes away all else that it may have
    /// inherited of AWS.
    pub fn sign_in(&self, command: &mut Command, account: &str) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let (id, secret) = user_keys(account);
        command
            .env("AWS_ENDPOINT_URL", self.url())
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    }

    /// Adds a fault behind those that are there.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// No page has more than so many things.
    pub fn page_size(&self, size: usize) {
        self.state().page_size = Some(size);
    }

    /// Only with this external id may the role be assumed.
    pub fn require_external_id(&self, role: &str, id: &str) {
        let ids = &mut self.state().world.external_ids;
        ids.insert(role.to_owned(), id.to_owned());
    }

    /// Makes a member account a delegated administrator of its organization.
    pub fn delegate(&self, account: &str) {
        self.state().world.delegated.insert(account.to_owned());
    }

    /// Lets another account describe a key.
    pub fn share_key(&self, key: &str, account: &str) {
        let keys = &mut self.state().world.shared_keys;
        keys.insert((key.to_owned(), account.to_owned()));
    }

    /// The calls so far.
    pub fn journal(&self) -> Vec<Entry> {
        self.state().journal.clone()
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// What the server could not answer so far, and forgets: for tests that expect it.
    pub fn take_complaints(&self) -> Vec<String> {
        std::mem::take(&mut self.state().complaints)
            .into_iter()
            .collect()
    }

    /// Ends the server and gives its journal.
    ///
    /// # Panics
    ///
    /// Where the server was asked something that it could not answer.
    pub fn finish(mut self) -> Vec<Entry> {
        self.stop();
        let journal = self.journal();
        let complaints = self.take_complaints();
        assert!(complaints.is_empty(), "{}", told(&complaints));
        journal
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    fn stop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        if let Some(acceptor) = self.acceptor.take() {
            // It waits for a connection, and this is one.
            drop(TcpStream::connect(self.address));
            drop(acceptor.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        let complaints = self.take_complaints();
        if !thread::panicking() {
            assert!(complaints.is_empty(), "{}", told(&complaints));
        }
    }
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock means that a request could not be answered, which is a complaint by then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(complaints: &[String]) -> String {
    format!(
        "the AWS server could not answer:\n- {}",
        complaints.join("\n- ")
    )
}
