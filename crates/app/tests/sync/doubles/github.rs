//! GitHub: issues by page with a header `Link`, pull requests among them.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::{Issue, Kind, Store, around_text, header, is_around_text, json, number, query, sent, texts};

pub(crate) static GITHUB: Kind = Kind {
    option: ["--github", "acme/shop"],
    states: ["open", "closed", "closed"],
    answer,
    authorization: |request| header(request, "authorization"),
    write_around: around_text,
    is_around: is_around_text,
};

fn answer(store: &mut Store, request: &Request) -> ResponseTemplate {
    let path = request.url.path().to_owned();
    match (request.method.as_str(), path.as_str()) {
        ("GET", "/repos/acme/shop/issues") => {
            assert_eq!(query(request, "state").as_deref(), Some("all"));
            let page = query(request, "page").and_then(|page| page.parse().ok()).unwrap_or(1);
            let (issues, more) = store.page(&query(request, "labels").unwrap_or_default(), page);
            let mut list: Vec<Value> = issues.iter().map(show).collect();
            list.push(json!({"number": 9_999, "title": "A pull request", "state": "open", "labels": [], "pull_request": {}}));
            let answer = json(200, &Value::Array(list));
            let mut next = request.url.clone();
            let labels = query(request, "labels").unwrap_or_default();
            next.query_pairs_mut().clear().extend_pairs([
                ("labels", labels.as_str()),
                ("state", "all"),
                ("per_page", "100"),
                ("page", &(page + 1).to_string()),
            ]);
            if more { answer.insert_header("link", format!("<{next}>; rel=\"next\", <{next}>; rel=\"last\"").as_str()) } else { answer }
        }
        ("POST", "/repos/acme/shop/issues") => {
            let sent = sent(request);
            if sent["title"].as_str().is_none_or(str::is_empty) {
                return json(422, &json!({"message": "Validation Failed"}));
            }
            let issue = Issue {
                title: text(&sent["title"]),
                body: sent["body"].clone(),
                labels: texts(&sent["labels"]),
                state: "open".to_owned(),
                ..Issue::default()
            };
            let made = store.add(issue);
            json(201, &show(store.issue(made).expect("it was just made")))
        }
        (method @ ("GET" | "PATCH"), path) if path.starts_with("/repos/acme/shop/issues/") => {
            if number(path).and_then(|number| store.issue(number)).is_none() {
                return json(404, &json!({"message": "Not Found"}));
            }
            store.writes.1 += usize::from(method == "PATCH");
            let issue = number(path).and_then(|number| store.issue(number)).expect("it is there");
            if method == "PATCH" {
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
            "body" => issue.body = value.clone(),
            "labels" => issue.labels = texts(value),
            "state" => issue.state = text(value),
            "state_reason" => issue.reason = value.as_str().map(str::to_owned),
            other => panic!("GitHub knows no {other}"),
        }
    }
}

fn show(issue: &Issue) -> Value {
    let labels: Vec<Value> = issue.labels.iter().map(|name| json!({"name": name})).collect();
    json!({
        "number": issue.number, "title": issue.title, "body": issue.body, "labels": labels, "state": issue.state, "state_reason": issue.reason,
        "html_url": format!("https://github.example/acme/shop/issues/{}", issue.number),
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
