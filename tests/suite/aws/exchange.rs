//! The way of a request through the server: who asks, what, what goes wrong with it, and what AWS would say.

use std::io::BufReader;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use serde_json::{Value, json};

use super::call::{Call, Failure, No, Service};
use super::fault::{self, Kind, Spoiled};
use super::http::{Request, Response};
use super::journal::Entry;
use super::paging::Wish;
use super::scope::{Scope, Unsigned};
use super::server::{Shared, State};
use super::world::{World, without_nulls};
use super::{
    account, backup, cloudcontrol, config, dynamodb, ec2, fsx, iam, kms, lists, organizations, rds,
    sts,
};

const SERVICES: &[&Service] = &[
    &account::SERVICE,
    &backup::SERVICE,
    &cloudcontrol::SERVICE,
    &config::SERVICE,
    &dynamodb::SERVICE,
    &ec2::SERVICE,
    &fsx::SERVICE,
    &iam::SERVICE,
    &kms::SERVICE,
    &lists::BACKUP_GATEWAY,
    &lists::SAP,
    &lists::STORAGE_GATEWAY,
    &organizations::SERVICE,
    &rds::SERVICE,
    &sts::SERVICE,
];

/// Takes connections until the server is stopped.
pub fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
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
            Ok(Reply::Large(response)) => {
                drop(response.write_head(&mut writer, "Content-Length: 68719476736"));
                false
            }
            Ok(Reply::NoEnd(response)) => {
                drop(response.write_without_end(&mut writer));
                false
            }
            Ok(Reply::Drip(response)) => {
                drop(response.drip(&mut writer));
                false
            }
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
    /// The announcement of a large body.
    Large(Response),
    /// A body without end.
    NoEnd(Response),
    /// The body, a byte now and then.
    Drip(Response),
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
    let (service, call) = match understand(request, shared, id) {
        Ok(understood) => understood,
        Err(refusal) => return Reply::Whole(refusal),
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
        fault: "",
    };
    let at = state.journal.len();
    let fault = fault::take(&mut state.faults, &entry, &names);
    let entry = Entry {
        fault: fault.as_ref().map_or("", Kind::name),
        ..entry
    };
    state.journal.push(entry);
    if let Some(Kind::Slow(time)) = fault {
        // Not with the lock held: other connections go on.
        drop(state);
        thread::sleep(time);
        state = shared.state();
    }
    let wish = Wish {
        size: state.page_size,
        endless: matches!(fault, Some(Kind::Endless)),
        repeated: matches!(fault, Some(Kind::Repeated)),
        empty_first: matches!(fault, Some(Kind::EmptyFirst)),
    };
    let error = |(status, code): (u16, &str), why: &str| {
        let what = format!("{why}: {}:{}", service.name, call.operation);
        Err(No::failure(status, code, what))
    };
    let output = match &fault {
        Some(Kind::Reset) => return Reply::Nothing,
        Some(Kind::Garbage) => {
            state.journal[at].status = 200;
            return Reply::Whole(service.garbage());
        }
        Some(Kind::Denied) => error(service.denied, "User is not authorized to perform"),
        Some(Kind::Throttled) => error(service.throttled, "Rate exceeded"),
        Some(Kind::Error { status, code }) => error((*status, code), "This went wrong"),
        Some(Kind::Broken) => error((500, "InternalFailure"), "Something broke"),
        Some(Kind::Spoiled(Spoiled::ErrorWith200)) => {
            error((200, service.denied.1), "User is not authorized to perform")
        }
        Some(
            Kind::CutOff
            | Kind::Slow(_)
            | Kind::Endless
            | Kind::Repeated
            | Kind::EmptyFirst
            | Kind::Spoiled(_),
        )
        | None => answer(&state.world, service, &call, &names, wish),
    };
    let response = write(&mut state, service, &call, output, id);
    if matches!(fault, Some(Kind::CutOff)) {
        return Reply::Half(response);
    }
    if let Some(Kind::Spoiled(how)) = fault {
        return spoiled(response, how);
    }
    state.journal[at].status = response.status;
    Reply::Whole(response)
}

/// What becomes of an answer that is spoiled.
fn spoiled(mut answer: Response, how: Spoiled) -> Reply {
    let kind = |answer: &mut Response| {
        for (name, value) in &mut answer.headers {
            if name == "Content-Type" {
                "text/html".clone_into(value);
            }
        }
    };
    let length = answer.body.len();
    match how {
        Spoiled::Cut(part) => cut(&mut answer.body, length * part / 1000),
        Spoiled::WithoutItsEnd => cut(&mut answer.body, length.saturating_sub(1)),
        Spoiled::Empty => answer.body.clear(),
        Spoiled::Braces => answer.body = "{}".to_owned(),
        Spoiled::ErrorWith200 => {}
        Spoiled::NoContent => {
            answer.status = 204;
            answer.body.clear();
        }
        Spoiled::Html => {
            answer.body = "<html><body><p>Please sign in.</p></body></html>".to_owned();
            kind(&mut answer);
        }
        Spoiled::OtherType => kind(&mut answer),
        Spoiled::Large => return Reply::Large(answer),
        Spoiled::NoEnd => return Reply::NoEnd(answer),
        Spoiled::Drip => return Reply::Drip(answer),
        Spoiled::TooMany => {
            answer.status = 429;
            answer.body.clear();
        }
    }
    Reply::Whole(answer)
}

fn cut(text: &mut String, mut at: usize) {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    text.truncate(at);
}

/// What a request asks for; the answer to it where that cannot be said.
fn understand(
    request: &Request,
    shared: &Shared,
    id: &str,
) -> Result<(&'static Service, Call), Response> {
    let place = format!("{} {}", request.method, request.path);
    let complain = |what: String| {
        shared.state().complaints.insert(what);
    };
    let scope = Scope::read(request).map_err(|unsigned| match unsigned {
        Unsigned::UnknownKeys { service } => match service_of(&service) {
            Some(service) => service.protocol.fail(&service.unknown_keys(), id),
            None => plain(&not_implemented("no such service")),
        },
        Unsigned::NoSignature => {
            complain(format!("{place} is not signed"));
            plain(&not_implemented("the request is not signed"))
        }
    })?;
    let service = service_of(&scope.service).ok_or_else(|| {
        complain(format!("the service {}: {place}", scope.service));
        plain(&not_implemented("no such service"))
    })?;
    let (operation, args) = service.protocol.read(request).map_err(|error| {
        complain(format!("{}: {error}", service.name));
        service.protocol.fail(&not_implemented(&error), id)
    })?;
    let call = Call {
        scope,
        operation,
        args,
    };
    Ok((service, call))
}

/// Puts what a service says in its protocol, and remembers what it could not say.
fn write(
    state: &mut State,
    service: &Service,
    call: &Call,
    output: Result<Value, No>,
    id: &str,
) -> Response {
    let name = format!("{}:{}", service.name, call.operation);
    let (complaint, failure) = match output {
        Ok(output) => {
            let output = without_nulls(output);
            return service.protocol.write(&call.operation, output, id);
        }
        Err(No::Failure(failure)) => {
            let token =
                failure.code == service.pager.bad_token && call.arg(service.pager.ask).is_some();
            (
                token.then(|| format!("{name}: {}", failure.message)),
                failure,
            )
        }
        Err(No::Incomplete(what)) => {
            let Scope {
                region, account, ..
            } = &call.scope;
            let complaint =
                format!("{name} in {region} of {account}: the inventory is incomplete: {what}");
            (Some(complaint), not_implemented(&what))
        }
        Err(No::Unknown) => {
            let complaint = format!("the operation {name}");
            (Some(complaint), not_implemented("no such operation"))
        }
    };
    state.complaints.extend(complaint);
    service.protocol.fail(&failure, id)
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
