//! The server itself: connections, and the way of a request through it.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use serde_json::{Value, json};

use super::call::{Call, Failure, No, Service};
use super::fault::{self, Fault, Kind};
use super::http::{Request, Response};
use super::journal::Entry;
use super::paging::Wish;
use super::scope::{Scope, Unsigned, user_keys};
use super::world::{World, without_nulls};
use super::{account, backup, dynamodb, ec2, iam, kms, organizations, rds, sts};

const SERVICES: &[&Service] = &[
    &account::SERVICE,
    &backup::SERVICE,
    &dynamodb::SERVICE,
    &ec2::SERVICE,
    &iam::SERVICE,
    &kms::SERVICE,
    &organizations::SERVICE,
    &rds::SERVICE,
    &sts::SERVICE,
];

/// A running server. Dropping it panics where the test has gone beyond what the server can answer.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    connections: AtomicUsize,
    stopped: AtomicBool,
}

struct State {
    world: World,
    faults: Vec<Fault>,
    journal: Vec<Entry>,
    page_size: Option<usize>,
    /// What the server could not answer, for want of knowledge and not because AWS would not.
    complaints: BTreeSet<String>,
}

impl Server {
    /// Serves an inventory in the contract's format.
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
    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock means that a request could not be answered, which is a complaint by then.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn told(complaints: &[String]) -> String {
    format!(
        "the AWS server could not answer:\n- {}",
        complaints.join("\n- ")
    )
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(shared);
        thread::spawn(move || converse(&stream, &shared));
    }
}

/// Answers the requests of one connection until it ends.
fn converse(stream: &TcpStream, shared: &Shared) {
    // Without it, the second of two small packets waits for the other side's delayed acknowledgement.
    drop(stream.set_nodelay(true));
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let request = match Request::read(&mut reader) {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(error) => {
                if error.kind() == std::io::ErrorKind::InvalidData {
                    shared
                        .state()
                        .complaints
                        .insert(format!("not HTTP: {error}"));
                }
                return;
            }
        };
        let reply = catch_unwind(AssertUnwindSafe(|| reply(&request, shared)));
        let sent = match reply {
            Ok(Reply::Whole(response)) => response.write(&mut writer).is_ok(),
            Ok(Reply::Half(response)) => {
                let half = response.body.len() / 2;
                drop(response.write_part(&mut writer, half));
                false
            }
            Ok(Reply::Nothing) => false,
            Err(_) => {
                let what = format!("{} {}: the server panicked", request.method, request.path);
                shared.state().complaints.insert(what);
                false
            }
        };
        if !sent || !request.keeps_alive() {
            drop(stream.shutdown(Shutdown::Both));
            return;
        }
    }
}

/// What goes down the connection.
enum Reply {
    Whole(Response),
    /// As much as half of the body, and then the end.
    Half(Response),
    /// The end of the connection.
    Nothing,
}

fn reply(request: &Request, shared: &Shared) -> Reply {
    let id = format!(
        "00000000-0000-4000-8000-{:012}",
        shared.state().journal.len()
    );
    let mut reply = decide(request, shared, &id);
    if let Reply::Whole(response) | Reply::Half(response) = &mut reply {
        let header = ("x-amzn-RequestId".to_owned(), id);
        response.headers.push(header);
    }
    reply
}

fn decide(request: &Request, shared: &Shared, id: &str) -> Reply {
    let complain = |what: String| {
        shared.state().complaints.insert(what);
    };
    let scope = match Scope::read(request) {
        Ok(scope) => scope,
        Err(Unsigned::UnknownKeys { service }) => {
            return Reply::Whole(match service_of(&service) {
                Some(service) => service.protocol.fail(&service.unknown_keys(), id),
                None => plain(&not_implemented("no such service")),
            });
        }
        Err(Unsigned::NoSignature) => {
            complain(format!("{} {} is not signed", request.method, request.path));
            return Reply::Whole(plain(&not_implemented("the request is not signed")));
        }
    };
    let Some(service) = service_of(&scope.service) else {
        complain(format!(
            "the service {}: {} {}",
            scope.service, request.method, request.path
        ));
        return Reply::Whole(plain(&not_implemented("no such service")));
    };
    let (operation, args) = match service.protocol.read(request) {
        Ok(read) => read,
        Err(error) => {
            complain(format!("{}: {error}", service.name));
            return Reply::Whole(service.protocol.fail(&not_implemented(&error), id));
        }
    };
    let call = Call {
        scope,
        operation,
        args,
    };
    let mut state = shared.state();
    let names = (service.names)(&state.world, &call);
    let entry = Entry {
        account: call.scope.account.clone(),
        region: call.scope.region.clone(),
        service: service.name.to_owned(),
        operation: call.operation.clone(),
        subject: names.first().cloned().unwrap_or_default(),
        page: call.arg(service.pager.ask).map(str::to_owned),
        args: call.args.to_string(),
        status: 0,
    };
    let at = state.journal.len();
    state.journal.push(entry.clone());
    let mut kind = fault::take(&mut state.faults, &entry, &names);
    drop(state);
    if let Some(Kind::Slow(time)) = kind {
        thread::sleep(time);
        kind = None;
    }
    let denied = |(status, code): (u16, &str), why: &str| Failure {
        status,
        code: code.to_owned(),
        message: format!(
            "{why}: {}:{} on {}",
            service.name, call.operation, entry.subject
        ),
    };
    let mut wish = Wish {
        size: shared.state().page_size,
        ..Wish::default()
    };
    let failed = match &kind {
        Some(Kind::Reset) => return Reply::Nothing,
        Some(Kind::Garbage) => {
            shared.state().journal[at].status = 200;
            return Reply::Whole(service.garbage());
        }
        Some(Kind::Denied) => Some(denied(service.denied, "User is not authorized to perform")),
        Some(Kind::Throttled) => Some(denied(service.throttled, "Rate exceeded")),
        Some(Kind::Error { status, code }) => Some(denied((*status, code), "This went wrong")),
        Some(Kind::Broken) => Some(denied((500, "InternalFailure"), "Something broke")),
        Some(Kind::Endless) => {
            wish.endless = true;
            None
        }
        Some(Kind::EmptyFirst) => {
            wish.empty_first = true;
            None
        }
        Some(Kind::CutOff | Kind::Slow(_)) | None => None,
    };
    let mut state = shared.state();
    let output = match failed {
        Some(failure) => Err(No::Failure(failure)),
        None => answer(&state.world, service, &call, &names, wish),
    };
    let response = match output {
        Ok(output) => service
            .protocol
            .write(&call.operation, without_nulls(output), id),
        Err(No::Failure(failure)) => {
            if failure.code == service.pager.bad_token && call.arg(service.pager.ask).is_some() {
                state
                    .complaints
                    .insert(format!("{}: {}", entry.name(), failure.message));
            }
            service.protocol.fail(&failure, id)
        }
        Err(No::Incomplete(what)) => {
            let asked = format!("{} in {} of {}", entry.name(), entry.region, entry.account);
            state
                .complaints
                .insert(format!("{asked}: the inventory is incomplete: {what}"));
            service.protocol.fail(&not_implemented(&what), id)
        }
        Err(No::Unknown) => {
            state
                .complaints
                .insert(format!("the operation {}", entry.name()));
            service
                .protocol
                .fail(&not_implemented("no such operation"), id)
        }
    };
    state.journal[at].status = response.status;
    match kind {
        Some(Kind::CutOff) => Reply::Half(response),
        _ => Reply::Whole(response),
    }
}

fn answer(
    world: &World,
    service: &Service,
    call: &Call,
    names: &[String],
    wish: Wish,
) -> Result<Value, No> {
    let place = world.known_region(&call.scope.account, &call.scope.region);
    // In a Region that an account has not opted in to, AWS does not know the account's keys.
    if !service.global && place.is_some_and(|place| place["opt_in_status"] == "not-opted-in") {
        return Err(No::Failure(service.unknown_keys()));
    }
    match world.gap(service, call, names) {
        Some(Some(code)) => {
            let (status, usual) = service.denied;
            let status = if code == usual { status } else { 400 };
            let message = format!("{}:{} is not to be had", service.name, call.operation);
            Err(No::failure(status, code, message))
        }
        Some(None) => Err(No::Incomplete(
            "it has a gap here that nobody had asked about".to_owned(),
        )),
        None => {
            let answer = (service.answer)(world, call)?;
            service.pager.page(call, answer, wish)
        }
    }
}

fn service_of(signing_name: &str) -> Option<&'static Service> {
    SERVICES
        .iter()
        .copied()
        .find(|service| service.signing_name == signing_name)
}

fn not_implemented(why: &str) -> Failure {
    Failure {
        status: 400,
        code: "UnknownOperationException".to_owned(),
        message: why.to_owned(),
    }
}

/// An error where the protocol is not known.
fn plain(failure: &Failure) -> Response {
    let body = json!({"message": failure.message}).to_string();
    Response::new(failure.status, "application/json", body).with("x-amzn-ErrorType", &failure.code)
}
