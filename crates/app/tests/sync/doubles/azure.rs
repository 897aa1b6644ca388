//! Azure DevOps: queries that give numbers alone, changes as lists of operations with a version, HTML without comments.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::{Issue, Kind, Store, around_text, header, is_around_text, json, number, query, sent};

pub(crate) static AZURE: Kind = Kind {
    option: ["--azure", "acme/Shop"],
    states: ["To Do", "Done", "Removed"],
    answer,
    authorization: |request| header(request, "authorization"),
    write_around: around_text,
    is_around: is_around_text,
};

const API: &str = "/acme/Shop/_apis/wit";

fn answer(store: &mut Store, request: &Request) -> ResponseTemplate {
    assert_eq!(query(request, "api-version").as_deref(), Some("7.1"), "every request names the version");
    let path = request.url.path().to_owned();
    let rest = path.strip_prefix(API).unwrap_or_default();
    match (request.method.as_str(), rest) {
        ("POST", "/wiql") => numbers(store, request),
        ("GET", "/workitems") => {
            let ids = query(request, "ids").unwrap_or_default();
            let ids: Vec<u64> = ids.split(',').map(|id| id.parse().expect("a number")).collect();
            if ids.len() > 200 {
                return json(400, &json!({"message": "too many ids"}));
            }
            let found: Vec<Value> = store.issues.iter().filter(|issue| ids.contains(&issue.number)).map(show).collect();
            json(200, &json!({"count": found.len(), "value": found}))
        }
        ("GET", "/workitemtypes/Task/states") => {
            let states = [("To Do", "Proposed"), ("Doing", "InProgress"), ("Done", "Completed"), ("Removed", "Removed")];
            json(200, &json!({"value": states.map(|(name, category)| json!({"name": name, "category": category}))}))
        }
        ("POST", "/workitems/$Task") => {
            let mut issue = Issue { state: "To Do".to_owned(), ..Issue::default() };
            change(&mut issue, request);
            let made = store.add(issue);
            json(200, &show(store.issue(made).expect("it was just made")))
        }
        (method @ ("GET" | "PATCH"), rest) if number(rest).and_then(|number| store.issue(number)).is_some() => {
            let issue = number(rest).and_then(|number| store.issue(number)).expect("it is there");
            let version = sent(request)[0].clone();
            if method == "PATCH" && version != json!({"op": "test", "path": "/rev", "value": issue.revision}) {
                return json(412, &json!({"message": "the version is another one"}));
            }
            if method == "PATCH" {
                change(issue, request);
                issue.revision += 1;
            }
            let shown = show(issue);
            store.writes.1 += usize::from(method == "PATCH");
            json(200, &shown)
        }
        (method, path) => json(404, &json!({"message": format!("no {method} {path}")})),
    }
}

fn numbers(store: &mut Store, request: &Request) -> ResponseTemplate {
    let sent = sent(request);
    let text = sent["query"].as_str().expect("a query");
    let after = |words: &str| text.split(words).nth(1).unwrap_or_default();
    let label = after("CONTAINS '").split('\'').next().unwrap_or_default();
    let last: u64 = after("[System.Id] > ").split(' ').next().and_then(|last| last.parse().ok()).expect("a number");
    let top: usize = query(request, "$top").and_then(|top| top.parse().ok()).expect("a number");
    store.pages += 1;
    let wanted = |issue: &&Issue| issue.number > last && issue.labels.iter().any(|known| known == label);
    let found: Vec<Value> = store.issues.iter().filter(wanted).take(top).map(|issue| json!({"id": issue.number, "url": "x"})).collect();
    json(200, &json!({"workItems": found}))
}

fn change(issue: &mut Issue, request: &Request) {
    assert_eq!(header(request, "content-type").as_deref(), Some("application/json-patch+json"));
    for operation in sent(request).as_array().expect("a list of operations") {
        let value = operation["value"].as_str().unwrap_or_default().to_owned();
        match (operation["op"].as_str(), operation["path"].as_str()) {
            (Some("test"), Some("/rev")) => {}
            (Some("add"), Some("/fields/System.Title")) => issue.title = value,
            (Some("add"), Some("/fields/System.Description")) => {
                assert!(!value.contains("<!--"), "comments get lost");
                issue.body = Value::from(value);
            }
            (Some("add"), Some("/fields/System.Tags")) => issue.labels = value.split(';').map(|tag| tag.trim().to_owned()).collect(),
            (Some("add"), Some("/fields/System.State")) => issue.state = value,
            other => panic!("Azure DevOps knows no {other:?}"),
        }
    }
}

fn show(issue: &Issue) -> Value {
    json!({
        "id": issue.number, "rev": issue.revision,
        "fields": {
            "System.WorkItemType": "Task", "System.Title": issue.title, "System.State": issue.state, "System.Reason": "Work finished",
            "System.Tags": issue.labels.join("; "), "System.Description": issue.body,
        },
    })
}
