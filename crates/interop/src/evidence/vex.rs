//! Statements about which known vulnerabilities matter in a product: `CycloneDX`, `OpenVEX`, CSAF.
//!
//! What is said to be affected, or still looked at, is a finding as well; what is not affected or fixed is a statement
//! about findings of others.

use redan_model::evidence::{FindingSeverity, Report, ReportKind, Statement, StatementState};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{entries, items, list, scalar, text as field};

/// How deep products are looked for in a tree of CSAF.
const DEPTH: usize = 32;
/// Most products of one statement.
const MAX_PRODUCTS: usize = 1_000;

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let openvex = value.get("@context").map(scalar).is_some_and(|context| context.contains("openvex"));
    let csaf = value.get("document").map(|document| field(document, "csaf_version"));
    if field(value, "bomFormat") == "CycloneDX" {
        cyclonedx(value)
    } else if openvex && value.get("statements").is_some() {
        open(value)
    } else if let Some(version) = csaf.filter(|version| !version.is_empty()) {
        if version.starts_with("2.") {
            of_csaf(value)
        } else {
            Err(ImportError::NotTheFormat(format!("CSAF {version} is not read, only 2.x")))
        }
    } else {
        Err(ImportError::NotTheFormat("it is neither CycloneDX nor OpenVEX nor CSAF".to_owned()))
    }
}

/// One vulnerability with what is said about it.
struct Said {
    ids: Vec<String>,
    products: Vec<String>,
    state: StatementState,
    because: Option<String>,
    title: String,
    severity: Option<FindingSeverity>,
    cwe: Vec<u32>,
}

fn add(mut said: Said, out: &mut Gather) {
    said.ids.retain(|id| !id.is_empty());
    said.ids.truncate(20);
    said.products.truncate(MAX_PRODUCTS);
    if matches!(said.state, StatementState::Affected | StatementState::InTriage) {
        let id = said.ids.first().cloned().unwrap_or_default();
        let mut found = finding(&id, &said.title, said.severity.unwrap_or(FindingSeverity::Medium));
        found.cwe = said.cwe;
        found.ids.clone_from(&said.ids);
        found.because = (said.state == StatementState::InTriage).then(|| "somebody is looking at it".to_owned());
        let product = said.products.first().cloned().unwrap_or_default();
        (found.package, found.version) = package_of(&product);
        let identity: Vec<&str> = ["vex", id.as_str()].into_iter().chain(said.products.iter().map(String::as_str)).collect();
        out.add_once(&identity, found);
    }
    out.report.statements.push(Statement { ids: said.ids, products: said.products, state: said.state, because: said.because });
}

/// Name and version in a package URL; a product under another name is not a package.
fn package_of(product: &str) -> (Option<String>, Option<String>) {
    let Some(rest) = product.strip_prefix("pkg:") else { return (None, None) };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let (path, version) = path.rsplit_once('@').map_or((path, None), |(path, version)| (path, some(version)));
    (path.split_once('/').and_then(|(_, name)| some(name)), version)
}

/// A reason of one or two fields.
fn reason(parts: [&str; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().map(|part| text::short(&part.replace('_', " "))).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(": "))
}

fn cyclonedx(value: &Json) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::Vex, "CycloneDX");
    out.taken(value.get("metadata").and_then(|metadata| text::time(&field(metadata, "timestamp"))));
    let product = value.get("metadata").and_then(|metadata| metadata.get("component"));
    let components: Vec<&Json> = product.into_iter().chain(items(value, "components")).collect();
    for one in items(value, "vulnerabilities") {
        out.item()?;
        let nothing = Json::Null;
        let analysis = one.get("analysis").unwrap_or(&nothing);
        let state = match field(analysis, "state").as_ref() {
            "resolved" | "resolved_with_pedigree" => StatementState::Fixed,
            "not_affected" | "false_positive" => StatementState::NotAffected,
            "in_triage" => StatementState::InTriage,
            _ => StatementState::Affected,
        };
        let ids =
            std::iter::once(field(one, "id").into_owned()).chain(items(one, "references").iter().map(|r| field(r, "id").into_owned()));
        let products = items(one, "affects").iter().map(|affected| resolve(&field(affected, "ref"), &components)).collect();
        let mut cwe = Vec::new();
        list(one, "cwes").iter().for_each(|number| text::add(&mut cwe, number.parse().ok()));
        let said = Said {
            ids: ids.collect(),
            products,
            state,
            because: reason([&field(analysis, "justification"), &field(analysis, "detail")]),
            title: field(one, "description").into_owned(),
            severity: rating(one),
            cwe,
        };
        add(said, &mut out);
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// The severity of the newest kind of score that rates it.
fn rating(one: &Json) -> Option<FindingSeverity> {
    let rank = |rating: &&Json| match field(rating, "method").as_ref() {
        "CVSSv4" => 4,
        "CVSSv31" => 3,
        "CVSSv3" => 2,
        "CVSSv2" => 1,
        _ => 0,
    };
    let best = items(one, "ratings").iter().max_by_key(rank)?;
    let score = || field(best, "score").parse::<f64>().ok().map(FindingSeverity::of_score);
    FindingSeverity::from_word(&field(best, "severity")).or_else(score)
}

/// The package behind a reference: of this file, or the end of a link into another one.
fn resolve(reference: &str, components: &[&Json]) -> String {
    let target = reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')).map_or(reference, |(_, target)| target);
    let here = components.iter().find(|component| field(component, "bom-ref") == target);
    let purl = here.and_then(|component| some(&field(component, "purl")));
    purl.unwrap_or_else(|| percent_encoding::percent_decode_str(target).decode_utf8_lossy().chars().take(300).collect())
}

fn open(value: &Json) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::Vex, "OpenVEX");
    out.taken(["last_updated", "timestamp"].into_iter().find_map(|key| text::time(&field(value, key))));
    for one in items(value, "statements") {
        out.item()?;
        let state = match field(one, "status").as_ref() {
            "not_affected" => StatementState::NotAffected,
            "fixed" => StatementState::Fixed,
            "affected" => StatementState::Affected,
            _ => StatementState::InTriage,
        };
        let nothing = Json::Null;
        let about = one.get("vulnerability").unwrap_or(&nothing);
        let mut ids = vec![scalar(about).into_owned()];
        ids.extend(["name", "@id"].map(|key| field(about, key).rsplit('/').next().unwrap_or_default().to_owned()));
        ids.extend(list(about, "aliases"));
        ids.retain(|id| !id.is_empty());
        ids.dedup();
        let said = Said {
            ids,
            products: items(one, "products").iter().flat_map(products_of).collect(),
            state,
            because: reason([&field(one, "justification"), &field(one, "impact_statement")]),
            title: field(about, "description").into_owned(),
            severity: None,
            cwe: Vec::new(),
        };
        add(said, &mut out);
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// The parts that are meant where some are named, else the product itself.
fn products_of(product: &Json) -> Vec<String> {
    let name = |one: &Json| {
        let purl = one.get("identifiers").and_then(|identifiers| some(&field(identifiers, "purl")));
        purl.or_else(|| some(&field(one, "@id"))).or_else(|| some(&scalar(one)))
    };
    let parts: Vec<String> = items(product, "subcomponents").iter().filter_map(name).collect();
    if parts.is_empty() { name(product).into_iter().collect() } else { parts }
}

fn of_csaf(value: &Json) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::Vex, "CSAF");
    let nothing = Json::Null;
    let tracking = value.get("document").and_then(|document| document.get("tracking")).unwrap_or(&nothing);
    out.taken(text::time(&field(tracking, "current_release_date")));
    let mut names = Vec::new();
    products(value.get("product_tree").unwrap_or(&nothing), DEPTH, &mut names);
    for one in items(value, "vulnerabilities") {
        out.item()?;
        for (status, ids) in entries(one, "product_status") {
            let state = match status {
                "known_not_affected" => StatementState::NotAffected,
                "fixed" | "first_fixed" => StatementState::Fixed,
                "known_affected" | "first_affected" | "last_affected" => StatementState::Affected,
                "under_investigation" => StatementState::InTriage,
                _ => continue,
            };
            let resolved = ids.as_array().into_iter().flatten().map(|id| {
                let id = scalar(id);
                names.iter().find(|(known, _)| *known == id).map_or_else(|| id.clone().into_owned(), |(_, name)| name.clone())
            });
            let flag = items(one, "flags").first().map(|flag| field(flag, "label")).unwrap_or_default();
            let score = items(one, "scores").first().and_then(|score| score.get("cvss_v3")).map(|cvss| field(cvss, "baseSeverity"));
            let said = Said {
                ids: vec![field(one, "cve").into_owned()],
                products: resolved.take(MAX_PRODUCTS).collect(),
                state,
                because: reason([&flag, ""]),
                title: field(one, "title").into_owned(),
                severity: score.and_then(|word| FindingSeverity::from_word(&word)),
                cwe: one.get("cwe").map(|cwe| text::cwe(&field(cwe, "id"))).unwrap_or_default(),
            };
            add(said, &mut out);
        }
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// Ids of products with the package that each stands for.
fn products(tree: &Json, depth: usize, out: &mut Vec<(String, String)>) {
    if depth == 0 || out.len() > super::MAX_ITEMS {
        return;
    }
    let mut take = |product: &Json| {
        let purl = product.get("product_identification_helper").and_then(|helper| some(&field(helper, "purl")));
        out.push((field(product, "product_id").into_owned(), purl.unwrap_or_else(|| field(product, "name").into_owned())));
    };
    items(tree, "full_product_names").iter().for_each(&mut take);
    tree.get("product").into_iter().for_each(&mut take);
    items(tree, "branches").iter().for_each(|branch| products(branch, depth - 1, out));
}
