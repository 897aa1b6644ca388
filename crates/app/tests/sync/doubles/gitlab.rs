//! GitLab: issues by page with a header `Link`, labels by addition and removal, states by events.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::{Issue, Kind, Store, around_text, header, is_around_text, json, number, query, sent};

pub(crate) static GITLAB: Kind = Kind {
    option: ["--gitlab", "acme/shop"],
    states: ["opened", "closed", "closed"],
    answer,
    authorization: |request| header(request, "private-token"),
    write_around: around_text,
    is_around: is_around_text,
};

const ISSUES: &str = "/api/v4/projects/acme%2Fshop/issues";

fn answer(store: &mut Store, request: &Request) -> ResponseTemplate {
    let path = request.url.path().to_owned();
    match (request.method.as_str(), path.as_str()) {
        ("GET", ISSUES) => {
            let page = query(request, "page").and_then(|page| page.parse().ok()).unwrap_or(1);
            let (issues, more) = store.page(&query(request, "labels").unwrap_or_default(), page);
            let answer = json(200, &Value::Array(issues.iter().map(show).collect()));
            let next = format!("<https://gitlab.example{ISSUES}?labels=redan&state=all&per_page=100&page={}>; rel=\"next\"", page + 1);
            if more { answer.insert_header("link", next.as_str()) } else { answer }
        }
        ("POST", ISSUES) => {
            let sent = sent(request);
            assert!(!text(&sent["description"]).lines().any(|line| line.starts_with('/')), "a line is a command");
            let labels = words(&sent["labels"]);
            let issue = Issue {
                title: text(&sent["title"]),
                body: sent["description"].clone(),
                labels,
                state: "opened".to_owned(),
                ..Issue::default()
            };
            let made = store.add(issue);
            json(201, &show(store.issue(made).expect("it was just made")))
        }
        (method @ ("GET" | "PUT"), path) if path.starts_with(ISSUES) => {
            if number(path).and_then(|number| store.issue(number)).is_none() {
                return json(404, &json!({"message": "404 Not found"}));
            }
            store.writes.1 += usize::from(method == "PUT");
            let issue = number(path).and_then(|number| store.issue(number)).expect("it is there");
            if method == "PUT" {
                change(issue, &sent(request));
            }
            json(200, &show(issue))
        }
        (method, path) => json(404, &json!({"message": format!("no {method} {path}")})),
    }
}

fn change(issue: &mut Issue, sent: &Value) {
    for (name, value) in sent.as_object().into_iter().flatten() {
        match name.as_str() {
            "title" => issue.title = text(value),
            "description" => issue.body = value.clone(),
            "add_labels" => issue.labels.extend(words(value)),
            "remove_labels" => issue.labels.retain(|label| !words(value).contains(label)),
            "state_event" => issue.state = if value == "close" { "closed" } else { "opened" }.to_owned(),
            other => panic!("GitLab knows no {other}"),
        }
    }
}

fn words(value: &Value) -> Vec<String> {
    text(value).split(',').map(str::to_owned).collect()
}

fn show(issue: &Issue) -> Value {
    json!({
        "id": issue.number + 5_000, "iid": issue.number, "title": issue.title, "description": issue.body, "labels": issue.labels, "state": issue.state,
        "web_url": format!("https://gitlab.example/acme/shop/-/issues/{}", issue.number), "moved_to_id": null,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
