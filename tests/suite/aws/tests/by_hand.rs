//! The server for clients other than the program: AWS's command line, or Python's SDK.

use super::super::Server;

/// `AWS_SERVER_INVENTORY=FILE cargo test --test suite serves_a_file -- --ignored --nocapture` serves a file until Enter
/// is pressed, and then tells what it could not answer.
#[test]
#[ignore = "it waits for other clients"]
fn serves_a_file_until_standard_input_has_a_line() {
    let file = std::env::var("AWS_SERVER_INVENTORY").unwrap();
    let inventory = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let server = Server::start(inventory);
    println!("AWS_ENDPOINT_URL={}", server.url());
    std::io::stdin().read_line(&mut String::new()).unwrap();
    assert!(!server.finish().is_empty(), "nobody came");
}
