//! OWASP ZAP, in XML and in JSON. All numbers are texts, and the date is in the words of the machine.

use redan_model::evidence::{FindingSeverity, FindingStatus, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{items, text as field};
use crate::xml;

/// What of an alert is taken over.
struct Alert<'a> {
    rule: &'a str,
    name: &'a str,
    risk: &'a str,
    confidence: &'a str,
    cwe: &'a str,
    address: &'a str,
    site: &'a str,
}

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Report, ImportError> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') { from_xml(text) } else { from_json(&text::json(text)?) }
}

fn from_json(value: &Json) -> Result<Report, ImportError> {
    let sites: Vec<&Json> = match value.get("site") {
        Some(Json::Array(sites)) => sites.iter().collect(),
        Some(site @ Json::Object(_)) => vec![site],
        _ => return Err(ImportError::NotTheFormat("it has no `site`".to_owned())),
    };
    let mut out = Gather::new(ReportKind::Zap, "OWASP ZAP");
    out.report.version = some(&field(value, "@version"));
    out.taken(["created", "@created", "@generated"].into_iter().find_map(|key| text::time(&field(value, key))));
    for site in &sites {
        for alert in items(site, "alerts") {
            let get = |key: &str| field(alert, key);
            let first = items(alert, "instances").first().unwrap_or(alert);
            let rule = if get("alertRef").is_empty() { get("pluginid") } else { get("alertRef") };
            let name = if get("name").is_empty() { get("alert") } else { get("name") };
            let (risk, confidence, cwe) = (get("riskcode"), get("confidence"), get("cweid"));
            let (address, host) = (field(first, "uri"), field(site, "@name"));
            let alert = Alert { rule: &rule, name: &name, risk: &risk, confidence: &confidence, cwe: &cwe, address: &address, site: &host };
            add(&alert, &mut out)?;
        }
    }
    let empty = sites.is_empty();
    Ok(out.ran_unless(empty))
}

fn from_xml(text: &str) -> Result<Report, ImportError> {
    let root = xml::parse_declared(text)?;
    if root.name != "OWASPZAPReport" {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, not `OWASPZAPReport`", root.name)));
    }
    let mut out = Gather::new(ReportKind::Zap, "OWASP ZAP");
    out.report.version = root.attribute("version").and_then(some);
    out.taken(["created", "generated"].into_iter().filter_map(|key| root.attribute(key)).find_map(text::time));
    for site in root.all("site") {
        for alert in site.items("alerts").iter().filter(|alert| alert.name == "alertitem") {
            let either = |first: &'static str, second: &'static str| {
                if alert.text_of(first).is_empty() { alert.text_of(second) } else { alert.text_of(first) }
            };
            let instance = alert.items("instances").first().map_or_else(|| alert.text_of("uri"), |one| one.text_of("uri"));
            let alert = Alert {
                rule: either("alertRef", "pluginid"),
                name: either("name", "alert"),
                risk: alert.text_of("riskcode"),
                confidence: alert.text_of("confidence"),
                cwe: alert.text_of("cweid"),
                address: instance,
                site: site.attribute("name").unwrap_or_default(),
            };
            add(&alert, &mut out)?;
        }
    }
    let empty = root.child("site").is_none();
    Ok(out.ran_unless(empty))
}

fn add(alert: &Alert<'_>, out: &mut Gather) -> Result<(), ImportError> {
    out.item()?;
    let severity = match alert.risk {
        "3" => FindingSeverity::High,
        "2" => FindingSeverity::Medium,
        "1" => FindingSeverity::Low,
        _ => FindingSeverity::Info,
    };
    let mut found = finding(alert.rule, alert.name, severity);
    text::add(&mut found.cwe, alert.cwe.parse().ok());
    found.url = text::address(alert.address).or_else(|| text::address(alert.site));
    if alert.confidence == "0" {
        (found.status, found.because) = (FindingStatus::Suppressed, Some("marked as a false positive".to_owned()));
    }
    out.add(&["zap", alert.rule, alert.name, alert.site], found);
    Ok(())
}
