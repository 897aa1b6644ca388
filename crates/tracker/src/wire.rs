//! Requests and answers, without the connection: what leaves goes through [`Transport`], and what comes back is checked.
//!
//! The token is added here and nowhere else, goes only to the server that was named, and never into a message.

use std::fmt;

use serde_json::Value;

use crate::error::Error;
use crate::patience;

/// How often one request is sent while the server asks to wait.
const MOST_TRIES: usize = 5;
/// Characters of a server's own words that a message repeats.
const MOST_WORDS: usize = 200;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes, or searches.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
}

impl Method {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it does.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// Names and values; the token is among them.
    pub headers: Vec<(&'static str, Secret)>,
    /// What is sent along.
    pub body: Option<Vec<u8>>,
}

/// One answer.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The number that says how it went.
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// What came along.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The connection, which is not the affair of this crate.
pub trait Transport {
    /// Sends a request and gives the answer, whatever its status. Redirects are not followed.
    ///
    /// # Errors
    /// Why there is no answer, as a phrase for people.
    fn send(&mut self, request: &Request) -> Result<Response, String>;

    /// Does nothing for some seconds, and says why.
    fn pause(&mut self, seconds: u64, why: &str);
}

/// A text that is sent and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the connection alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// A checked answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// What came along; null if nothing did.
    pub(crate) value: Value,
    /// Path and query of the next page.
    pub(crate) next: Option<String>,
}

/// A connection to one server, with the token and with patience.
pub struct Wire<'a> {
    transport: &'a mut dyn Transport,
    base: String,
    headers: Vec<(&'static str, Secret)>,
    hint: &'static str,
    patience: u64,
}

impl<'a> Wire<'a> {
    /// A connection to the interface at `base`.
    ///
    /// `headers` go along with every request. `hint` says where the token comes from, and `patience` how many seconds may be spent with
    /// waiting in all.
    pub fn new(
        transport: &'a mut dyn Transport,
        base: &str,
        headers: Vec<(&'static str, Secret)>,
        hint: &'static str,
        patience: u64,
    ) -> Self {
        Self { transport, base: base.trim_end_matches('/').to_owned(), headers, hint, patience }
    }

    /// Reads what is at a path.
    pub(crate) fn get(&mut self, path: &str) -> Result<Reply, Error> {
        let url = format!("{}{path}", self.base);
        self.send(Method::Get, url, None, "application/json")
    }

    /// Reads what is at a path, or nothing if there is nothing any more.
    pub(crate) fn get_if_there(&mut self, path: &str) -> Result<Option<Value>, Error> {
        match self.get(path) {
            Ok(reply) => Ok(Some(reply.value)),
            Err(Error::NotFound { .. } | Error::Moved { .. } | Error::Refused { status: 410, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the next page. Only path and query of its address count, so that the token goes to no other server.
    pub(crate) fn get_next(&mut self, path: &str) -> Result<Reply, Error> {
        let url = format!("{}{path}", origin(&self.base));
        self.send(Method::Get, url, None, "application/json")
    }

    /// Sends a value along.
    pub(crate) fn put(&mut self, method: Method, path: &str, body: &Value) -> Result<Value, Error> {
        self.put_as(method, path, body, "application/json")
    }

    /// Sends a value along, with a name for what it is.
    pub(crate) fn put_as(&mut self, method: Method, path: &str, body: &Value, kind: &'static str) -> Result<Value, Error> {
        let url = format!("{}{path}", self.base);
        self.send(method, url, Some(body), kind).map(|reply| reply.value)
    }

    fn send(&mut self, method: Method, url: String, body: Option<&Value>, kind: &'static str) -> Result<Reply, Error> {
        let path = url.strip_prefix(origin(&self.base)).unwrap_or(&url);
        let what = format!("{} {}", method.as_str(), path.split('?').next().unwrap_or(path));
        let mut headers = vec![("accept", Secret::new("application/json"))];
        headers.extend(self.headers.iter().cloned());
        let body = body.map(|value| value.to_string().into_bytes());
        if body.is_some() {
            headers.push(("content-type", Secret::new(kind)));
        }
        let request = Request { method, url, headers, body };
        let mut asked = 0;
        for _ in 0..MOST_TRIES {
            let response =
                self.transport.send(&request).map_err(|why| Error::Unreachable { server: self.server(), why: self.without_token(&why) })?;
            let Some(seconds) = patience::asked(&response) else { return self.checked(what, &response) };
            if seconds > self.patience {
                return Err(Error::TooBusy { server: self.server(), seconds, left: self.patience });
            }
            (self.patience, asked) = (self.patience - seconds, seconds);
            let why = format!("{} asks to wait {seconds} s before the next request", self.server());
            self.transport.pause(seconds, &why);
        }
        Err(Error::TooBusy { server: self.server(), seconds: asked, left: self.patience })
    }

    fn checked(&self, what: String, response: &Response) -> Result<Reply, Error> {
        let parsed = if response.body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&response.body).ok() };
        let said = || self.words(parsed.as_ref());
        match response.status {
            // Azure DevOps sends its page to sign in to who is not known.
            203 | 401 => Err(Error::Unauthorized { server: self.server(), hint: self.hint }),
            200..=299 => {
                let value = parsed.ok_or_else(|| Error::Unexpected { what, why: "it is not JSON".to_owned() })?;
                Ok(Reply { value, next: response.header("link").and_then(next_of) })
            }
            300..=399 => Err(Error::Moved { what }),
            403 => Err(Error::Forbidden { what, said: said() }),
            404 => Err(Error::NotFound { what, said: said() }),
            409 | 412 => Err(Error::Changed),
            status => Err(Error::Refused { what, status, said: said() }),
        }
    }

    /// What the server says about a fault, in one short line.
    fn words(&self, value: Option<&Value>) -> String {
        let Some(value) = value else { return "without a reason".to_owned() };
        let mut words: Vec<String> = Vec::new();
        for key in ["message", "errorMessages", "errors", "error", "error_description"] {
            match &value[key] {
                Value::Null => {}
                Value::String(text) => words.push(text.trim().to_owned()),
                other => words.push(other.to_string()),
            }
        }
        let line = words.join("; ").split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = self.without_token(&line).chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect();
        if line.is_empty() { "without a reason".to_owned() } else { line }
    }

    /// A text in which the token would be hidden, should the other side repeat it.
    fn without_token(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (_, secret) in &self.headers {
            for part in secret.reveal().split(' ').filter(|part| part.len() > 6) {
                out = out.replace(part, "(secret)");
            }
        }
        out
    }

    fn server(&self) -> String {
        origin(&self.base).to_owned()
    }
}

/// A text as headers of the kind `Basic` hold it.
pub fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

/// Path and query of the next page, from a header `Link`.
fn next_of(header: &str) -> Option<String> {
    let link = header.split(',').find(|link| link.split(';').skip(1).any(|part| part.trim().replace('"', "") == "rel=next"))?;
    let url = link.split(';').next()?.trim().strip_prefix('<')?.strip_suffix('>')?;
    let path = url.strip_prefix(origin(url)).filter(|path| path.starts_with('/'))?;
    Some(path.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A connection that gives prepared answers and remembers what was asked.
    #[derive(Default)]
    pub(crate) struct Prepared {
        pub(crate) answers: Vec<Response>,
        pub(crate) sent: Vec<Request>,
        pub(crate) pauses: Vec<u64>,
    }

    impl Transport for Prepared {
        fn send(&mut self, request: &Request) -> Result<Response, String> {
            self.sent.push(request.clone());
            if self.answers.is_empty() { Err("no answer".to_owned()) } else { Ok(self.answers.remove(0)) }
        }

        fn pause(&mut self, seconds: u64, _why: &str) {
            self.pauses.push(seconds);
        }
    }

    pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    fn ask(answers: Vec<Response>, patience: u64) -> (Result<Reply, Error>, Prepared) {
        let mut transport = Prepared { answers, ..Prepared::default() };
        let headers = vec![("authorization", Secret::new("Bearer geheim-1234"))];
        let reply = Wire::new(&mut transport, "https://git.example.org/api/v3/", headers, "set TOKEN", patience).get("/issues?a=b");
        (reply, transport)
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_up_to_the_limit() {
        let busy = || answer(429, &[("Retry-After", "7")], "");
        let (reply, transport) = ask(vec![busy(), busy(), answer(200, &[], "[]")], 20);
        assert_eq!(reply.unwrap().value, serde_json::json!([]));
        assert_eq!((transport.pauses, transport.sent.len()), (vec![7, 7], 3));
        let (reply, transport) = ask(vec![busy(), busy()], 10);
        assert_eq!(
            reply.unwrap_err().to_string(),
            "https://git.example.org asks to wait 7 s before the next request, and 3 s are left to wait; run the same command again later"
        );
        assert_eq!(transport.pauses, [7]);
    }

    #[test]
    fn a_server_that_never_stops_asking_is_left_alone() {
        let (reply, transport) = ask((0..9).map(|_| answer(429, &[("Retry-After", "0")], "")).collect(), 10);
        assert!(matches!(reply, Err(Error::TooBusy { .. })));
        assert_eq!(transport.sent.len(), MOST_TRIES);
    }

    #[test]
    fn the_token_is_in_the_request_and_in_no_message() {
        let (reply, transport) =
            ask(vec![answer(422, &[], r#"{"message":"bad header: Bearer geheim-1234\n","errors":[{"code":"x"}]}"#)], 0);
        let text = reply.unwrap_err().to_string();
        assert_eq!(text, r#"GET /api/v3/issues was answered with 422 (bad header: Bearer (secret); [{"code":"x"}])"#);
        assert!(!format!("{:?}", transport.sent).contains("geheim"), "{:?}", transport.sent);
        assert!(transport.sent[0].headers.iter().any(|(name, value)| *name == "authorization" && value.reveal() == "Bearer geheim-1234"));
    }

    #[test]
    fn the_next_page_is_asked_from_the_same_server_whatever_its_link_says() {
        let link = r#"<https://evil.example/api/v3/issues?page=1>; rel="prev", <https://evil.example/api/v3/issues?page=3>; rel="next""#;
        let (reply, _) = ask(vec![answer(200, &[("link", link)], "[]")], 0);
        assert_eq!(reply.unwrap().next.as_deref(), Some("/api/v3/issues?page=3"));
        assert_eq!(next_of("<https://a/b>; rel=\"last\""), None);
        let mut transport = Prepared { answers: vec![answer(200, &[], "[]")], ..Prepared::default() };
        Wire::new(&mut transport, "https://git.example.org/api/v3", Vec::new(), "", 0).get_next("/api/v3/issues?page=3").unwrap();
        assert_eq!(transport.sent[0].url, "https://git.example.org/api/v3/issues?page=3");
    }

    #[test]
    fn an_issue_that_was_deleted_or_moved_away_is_none() {
        for status in [301, 404, 410] {
            let mut transport = Prepared { answers: vec![answer(status, &[], "")], ..Prepared::default() };
            assert_eq!(Wire::new(&mut transport, "https://a", Vec::new(), "", 0).get_if_there("/1").unwrap(), None);
        }
    }

    #[test]
    fn answers_that_are_no_success_are_told_apart() {
        let text = |status, body: &str| ask(vec![answer(status, &[], body)], 0).0.unwrap_err().to_string();
        assert_eq!(text(401, ""), "https://git.example.org does not know the token, or it has ended; set TOKEN");
        assert_eq!(text(404, "{}"), "GET /api/v3/issues: not there, or the token may not see it (without a reason)");
        assert_eq!(text(200, "<html>"), "GET /api/v3/issues was answered with something unexpected: it is not JSON");
        assert_eq!(text(301, ""), "GET /api/v3/issues: it is somewhere else now; name the place where it is");
        assert_eq!(ask(Vec::new(), 0).0.unwrap_err().to_string(), "cannot reach https://git.example.org: no answer");
    }
}
