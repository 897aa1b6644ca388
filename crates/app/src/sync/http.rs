//! The connection to a tracker: HTTP with limits on time and size, and without following anybody elsewhere.

use std::io::Read;
use std::thread;
use std::time::Duration;

use redan_tracker::{Method, Request, Response, Transport};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use crate::terminal::Terminal;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one request may take in all.
const WHOLE: Duration = Duration::from_secs(60);
/// Bytes of one answer that are read at most.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// A connection that tells the person in front of it when it has to wait.
pub(crate) struct Http<'t> {
    agent: Agent,
    terminal: &'t mut Terminal,
}

impl<'t> Http<'t> {
    /// A connection; nothing is sent yet. The certificates that the system trusts count, so that servers of a company work.
    pub(crate) fn new(terminal: &'t mut Terminal) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("redan/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), terminal }
    }
}

impl Transport for Http<'_> {
    fn send(&mut self, request: &Request) -> Result<Response, String> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
        };
        let mut builder = http::Request::builder().method(method).uri(&request.url);
        for (name, value) in &request.headers {
            // A value that cannot be sent is not repeated.
            let value =
                http::HeaderValue::from_str(value.reveal()).map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
            builder = builder.header(*name, value);
        }
        let answer = match &request.body {
            Some(body) => self.agent.run(builder.body(body.as_slice()).map_err(|error| error.to_string())?),
            None => self.agent.run(builder.body(()).map_err(|error| error.to_string())?),
        };
        let answer = answer.map_err(|error| error.to_string())?;
        let header =
            |(name, value): (&http::HeaderName, &http::HeaderValue)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
        let (status, headers) = (answer.status().as_u16(), answer.headers().iter().filter_map(header).collect());
        let mut body = Vec::new();
        let read = answer.into_body().into_reader().take(MOST_BYTES + 1).read_to_end(&mut body);
        read.map_err(|error| error.to_string())?;
        if body.len() as u64 > MOST_BYTES {
            return Err(format!("its answer has more than {} MB", MOST_BYTES / 1024 / 1024));
        }
        Ok(Response { status, headers, body })
    }

    fn pause(&mut self, seconds: u64, why: &str) {
        self.terminal.note(why);
        thread::sleep(Duration::from_secs(seconds));
    }
}
