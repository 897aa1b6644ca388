//! Trackers on this machine that keep what is written to them: one module a kind, all over one store.

mod adf;
mod azure;
mod github;
mod gitlab;
mod jira;

use std::fs;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tempfile::TempDir;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// The token that every double asks for.
pub(crate) const TOKEN: &str = "geheim-0123456789";
/// Issues that a page of a double has.
pub(crate) const PAGE: usize = 100;

/// An issue of a double.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: Value,
    pub(crate) labels: Vec<String>,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) property: Value,
    pub(crate) revision: u64,
}

/// What a double keeps.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) issues: Vec<Issue>,
    /// Issues made and issues changed.
    pub(crate) writes: (usize, usize),
    /// Pages of issues that were given out.
    pub(crate) pages: usize,
    /// Answers that come before all others.
    pub(crate) first: Vec<ResponseTemplate>,
}

impl Store {
    /// Adds an issue and gives its number.
    fn add(&mut self, issue: Issue) -> u64 {
        let number = self.issues.len() as u64 + 1;
        self.issues.push(Issue { number, revision: 1, ..issue });
        self.writes.0 += 1;
        number
    }

    /// The issue with a number.
    pub(crate) fn issue(&mut self, number: u64) -> Option<&mut Issue> {
        self.issues.iter_mut().find(|issue| issue.number == number)
    }

    /// The issues with a label, as a page from 1 and whether there is another one.
    fn page(&mut self, label: &str, page: usize) -> (Vec<Issue>, bool) {
        self.pages += 1;
        let of_label: Vec<&Issue> = self.issues.iter().filter(|issue| issue.labels.iter().any(|known| known == label)).collect();
        let some = of_label.iter().skip((page - 1) * PAGE).take(PAGE).map(|issue| (*issue).clone()).collect();
        (some, of_label.len() > page * PAGE)
    }
}

/// A kind of tracker.
pub(crate) struct Kind {
    /// The option and the project.
    pub(crate) option: [&'static str; 2],
    /// The state of an issue that is open, of one that is done, and of one that will not be done.
    pub(crate) states: [&'static str; 3],
    /// The answer to a request with the right token.
    answer: fn(&mut Store, &Request) -> ResponseTemplate,
    /// The value of a header that holds the token.
    authorization: fn(&Request) -> Option<String>,
    /// Puts words of people before and behind everything.
    pub(crate) write_around: fn(&mut Value),
    /// Whether those words are still there, and as they were.
    pub(crate) is_around: fn(&Value) -> bool,
}

pub(crate) use azure::AZURE;
pub(crate) use github::GITHUB;
pub(crate) use gitlab::GITLAB;
pub(crate) use jira::JIRA;

/// A running double with a project beside it.
pub(crate) struct Double {
    pub(crate) kind: &'static Kind,
    server: MockServer,
    store: Arc<Mutex<Store>>,
    pub(crate) folder: TempDir,
}

struct Answers {
    kind: &'static Kind,
    store: Arc<Mutex<Store>>,
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut store = self.store.lock().expect("no answer panics");
        if !store.first.is_empty() {
            return store.first.remove(0);
        }
        if !(self.kind.authorization)(request).is_some_and(|value| value.contains(TOKEN) || value == basic()) {
            return ResponseTemplate::new(401).set_body_string(r#"{"message":"Bad credentials"}"#);
        }
        (self.kind.answer)(&mut store, request)
    }
}

/// `ana:TOKEN` and `:TOKEN` as headers hold them.
fn basic() -> String {
    "Basic OmdlaGVpbS0wMTIzNDU2Nzg5".to_owned()
}

impl Double {
    /// A tracker without issues, and a model with one planned mitigation for each of so many threats.
    pub(crate) fn new(kind: &'static Kind, tasks: usize) -> Self {
        let store: Arc<Mutex<Store>> = Arc::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(Answers { kind, store: Arc::clone(&store) }).mount(&server).await;
            server
        });
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
        let double = Self { kind, server, store, folder };
        double.write_model(&model(tasks));
        double
    }

    pub(crate) fn write_model(&self, text: &str) {
        fs::write(self.folder.path().join("shop.tm.yaml"), text).expect("a file can be written");
    }

    pub(crate) fn model(&self) -> String {
        fs::read_to_string(self.folder.path().join("shop.tm.yaml")).expect("the model is there")
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().expect("no answer panics")
    }

    /// Issues made and changed since this was asked last.
    pub(crate) fn writes(&self) -> (usize, usize) {
        std::mem::take(&mut self.store().writes)
    }

    /// Loses the links.
    pub(crate) fn lose_links(&self) {
        fs::remove_file(self.folder.path().join("shop.backlog.yaml")).expect("there was a file of links");
    }

    /// Runs `backlog sync` with more words: exit code, output, notes.
    pub(crate) fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        self.run_with(TOKEN, words)
    }

    pub(crate) fn run_with(&self, token: &str, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_redan"));
        command.args(["backlog", "sync", "--server", &self.server.uri()]).args(self.kind.option).args(words);
        command.args(["--today", "2026-03-11", "--packs", "none", "shop.tm.yaml"]).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in [
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
            "GH_TOKEN",
            "JIRA_EMAIL",
            "SYSTEM_ACCESSTOKEN",
        ] {
            command.env_remove(name);
        }
        for name in ["GITHUB_TOKEN", "GITLAB_TOKEN", "JIRA_TOKEN", "AZURE_DEVOPS_TOKEN"] {
            command.env(name, token);
        }
        let output = command.output().expect("the binary runs");
        let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(!err.contains("panicked"), "{err}");
        assert!(!out.contains(TOKEN) && !err.contains(TOKEN), "the token is shown: {out}{err}");
        (output.status.code(), out, err)
    }

    /// Runs it, expects success, and gives its JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let (code, out, err) = self.run(&[words, &["--format", "json"]].concat());
        assert_eq!(code, Some(0), "{out}{err}");
        serde_json::from_str(&out).expect("output is JSON")
    }
}

/// A model with one planned mitigation for each of so many threats.
pub(crate) fn model(tasks: usize) -> String {
    let mut text =
        "redan: 1\nid: shop\nname: Shop\nzones: {inside: {trust: internal}}\nelements: {web: {kind: process, zone: inside}}\nthreats:\n"
            .to_owned();
    for n in 1..=tasks {
        text += &format!("  T{n}: {{title: Threat {n}, on: [web], stride: [spoofing], likelihood: 5, impact: 4, mitigations: [m{n}]}}\n");
    }
    text += "mitigations:\n";
    for n in 1..=tasks {
        text += &format!("  m{n}: {{title: Do {n}, status: planned, acceptance: [{{text: it is done}}, {{text: it is tested}}]}}\n");
    }
    text
}

/// What a request asks for in its query.
fn query(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// What is sent along.
fn sent(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// The value of a header.
fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn json(status: u16, value: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(value.to_string(), "application/json")
}

/// The number at the end of a path.
fn number(path: &str) -> Option<u64> {
    path.rsplit('/').next()?.parse().ok()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

const BEFORE: &str = "Ana: please wait\r\n\u{a0}| a | b |\r\n\r\n";
const BEHIND: &str = "\r\n\tBob: why? <b>\u{e9}</b>  ";

/// Words of people around a text.
fn around_text(body: &mut Value) {
    *body = Value::from(format!("{BEFORE}{}{BEHIND}", body.as_str().unwrap_or_default()));
}

fn is_around_text(body: &Value) -> bool {
    body.as_str().is_some_and(|body| body.starts_with(BEFORE) && body.ends_with(BEHIND) && body.len() > BEFORE.len() + BEHIND.len())
}
