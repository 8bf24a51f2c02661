//! As much of HTTP/1.1 as an AWS client speaks: keep-alive, bodies by length and in chunks.

use std::io::{self, BufRead, Read, Write};

/// A request, as it came.
pub struct Request {
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// What stands after the question mark, still percent-encoded.
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The next request of a connection; `None` where the client has closed it.
    pub fn read(stream: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(start) = line(stream)? else {
            return Ok(None);
        };
        let mut words = start.split(' ');
        let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next())
        else {
            return Err(broken("not a request line"));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers(stream)?,
            body: Vec::new(),
        };
        request.body = body(stream, &request)?;
        Ok(Some(request))
    }

    /// A header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether the client wants to go on with this connection.
    pub fn keeps_alive(&self) -> bool {
        !self
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// An answer, before it is bytes.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn new(status: u16, content_type: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_part(out, self.body.len())
    }

    /// Sends the status, the headers and one more.
    pub fn write_head(&self, out: &mut impl Write, more: &str) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("{more}\r\n\r\n"));
        out.write_all(head.as_bytes())?;
        out.flush()
    }

    /// Sends white space for ever, and never the body.
    pub fn write_without_end(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_head(out, "Transfer-Encoding: chunked")?;
        let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
        loop {
            out.write_all(chunk.as_bytes())?;
        }
    }

    /// Sends the body in single bytes, ten a second.
    pub fn drip(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_head(out, &format!("Content-Length: {}", self.body.len()))?;
        for byte in self.body.bytes() {
            out.write_all(&[byte])?;
            out.flush()?;
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Ok(())
    }

    /// Announces the whole body and sends no more than the first `bytes` of it.
    pub fn write_part(&self, out: &mut impl Write, bytes: usize) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut all = head.into_bytes();
        all.extend(self.body.bytes().take(bytes));
        out.write_all(&all)?;
        out.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Unspecified",
    }
}

fn headers(stream: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        match line(stream)? {
            None => return Err(broken("the headers end early")),
            Some(text) if text.is_empty() => return Ok(headers),
            Some(text) => {
                let (name, value) = text
                    .split_once(':')
                    .ok_or_else(|| broken("a header without a colon"))?;
                headers.push((name.to_owned(), value.trim().to_owned()));
            }
        }
    }
}

fn body(stream: &mut impl BufRead, request: &Request) -> io::Result<Vec<u8>> {
    let chunked = request
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    if chunked {
        return chunks(stream);
    }
    let length = match request.header("content-length") {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| broken("a content length that is no number"))?,
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let head = line(stream)?.ok_or_else(|| broken("the chunks end early"))?;
        let size = head.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| broken("a chunk without a size"))?;
        if size == 0 {
            headers(stream)?;
            return Ok(body);
        }
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        if line(stream)?.is_some_and(|rest| !rest.is_empty()) {
            return Err(broken("a chunk that is longer than its size"));
        }
    }
}

fn line(stream: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    if stream.take(64 * 1024).read_line(&mut text)? == 0 {
        return Ok(None);
    }
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
