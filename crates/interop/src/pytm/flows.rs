//! Flows. An answer is a flow of its own, as in the file: it has its own data, controls and findings.

use serde_json::Value as Json;

use super::{Maker, controls, extras, word};
use crate::draft::{Entry, Section};
use crate::read::{flag, items, text};

/// Fields that have no place of their own.
const KEPT: &[&str] = &[
    "order",
    "srcPort",
    "dstPort",
    "tlsVersion",
    "isResponse",
    "responseTo",
    "response",
    "levels",
    "maxClassification",
    "controls",
    "usesVPN",
];

/// Protocols that our catalogue knows by the same word.
const KNOWN: &[&str] = &[
    "http",
    "https",
    "soap",
    "rest",
    "grpc",
    "ws",
    "wss",
    "websocket",
    "sql",
    "mysql",
    "postgresql",
    "odbc",
    "jdbc",
    "tds",
    "redis",
    "mongodb",
    "ldap",
    "ldaps",
    "smtp",
    "smtps",
    "imap",
    "imaps",
    "pop3",
    "ftp",
    "ftps",
    "sftp",
    "scp",
    "ssh",
    "telnet",
    "rdp",
    "tcp",
    "tls",
    "udp",
    "dns",
    "ntp",
    "amqp",
    "amqps",
    "mqtt",
    "mqtts",
    "kafka",
    "nfs",
    "smb",
    "snmp",
    "syslog",
    "quic",
    "http2",
    "http3",
    "git",
    "rpc",
];

/// Those among them that encrypt by themselves.
const ENCRYPTED: &[&str] =
    &["https", "wss", "ldaps", "smtps", "imaps", "ftps", "sftp", "scp", "ssh", "tls", "amqps", "mqtts", "quic", "http3"];

impl Maker<'_> {
    /// Every flow.
    pub(super) fn flows(&mut self) {
        for flow in items(self.file, "flows") {
            let name = text(flow, "name").into_owned();
            let (source, sink) = (text(flow, "source"), text(flow, "sink"));
            let (Some(from), Some(to)) = (self.elements.get(source.as_ref()).cloned(), self.elements.get(sink.as_ref()).cloned()) else {
                self.draft.dangling(format!("the flow {name} from `{source}` to `{sink}`"), "flows");
                continue;
            };
            let id = self.draft.id_for_name(Section::Flows, &name, "flow");
            let protocol = self.protocol(flow, &name);
            let mut entry = Entry::new().text("from", &from).text("to", &to).text("protocol", &protocol).text("label", &name);
            entry = entry.text("description", &[text(flow, "description"), text(flow, "note")].join("\n"));
            let carries = self.data_of(flow, &name);
            if !carries.is_empty() {
                // Everything goes to the sink; what comes back is another flow.
                entry = entry.value("carries", carries.into()).value("returns", Json::Array(Vec::new()));
            }
            entry = controls::of_flow(entry, flow, ENCRYPTED.contains(&protocol.as_str()));
            // Its flows are connections between programs, without radio, voices or hand-overs.
            entry = tls(entry, flow).fact("traits", "*", "no");
            if !controls::algorithm(flow).is_empty() {
                self.draft.dropped(format!("the algorithm {} of {name}", controls::algorithm(flow)), "flows");
            }
            if flow.get("inScope").is_some() && !flag(flow, "inScope") {
                entry = entry.text("out-of-scope", "out of scope in the pytm model");
            }
            self.draft.add(Section::Flows, &id, extras(entry, flow, KEPT));
        }
    }

    /// The protocol, where our catalogue knows its name.
    fn protocol(&mut self, flow: &Json, name: &str) -> String {
        let word = text(flow, "protocol").to_lowercase();
        if word.is_empty() || KNOWN.contains(&word.as_str()) {
            return word;
        }
        self.draft.dropped(format!("the protocol `{word}` of {name}"), "flows");
        String::new()
    }
}

/// A version of TLS encrypts, the old ones no longer well.
fn tls(entry: Entry, flow: &Json) -> Entry {
    match word(flow, "tlsVersion").as_str() {
        "TLSv12" | "TLSv13" | "6" | "7" => {
            entry.fact("controls", "encryption-in-transit", "yes").fact("controls", "message-integrity", "yes")
        }
        "SSLv1" | "SSLv2" | "SSLv3" | "TLSv10" | "TLSv11" | "1" | "2" | "3" | "4" | "5" => {
            entry.fact("controls", "encryption-in-transit", "partial")
        }
        _ => entry,
    }
}
