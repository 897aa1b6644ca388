//! Jira: a search by pages with tokens, descriptions that have to be valid documents, and a workflow.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::{Issue, Kind, PAGE, Store, adf, header, json, sent, texts};

pub(crate) static JIRA: Kind = Kind {
    option: ["--jira", "SHOP"],
    states: ["To Do", "Done", "Won't do"],
    answer,
    authorization: |request| header(request, "authorization"),
    write_around,
    is_around,
};

/// States and their categories.
const STATES: [(&str, &str); 4] = [("To Do", "new"), ("In Progress", "indeterminate"), ("Won't do", "done"), ("Done", "done")];

fn answer(store: &mut Store, request: &Request) -> ResponseTemplate {
    let path = request.url.path().to_owned();
    let rest = path.strip_prefix("/rest/api/3/issue/SHOP-").unwrap_or_default();
    let (number, tail) = rest.split_once('/').unwrap_or((rest, ""));
    let number: Option<u64> = number.parse().ok();
    match (request.method.as_str(), path.as_str(), tail) {
        ("POST", "/rest/api/3/search/jql", _) => search(store, &sent(request)),
        ("POST", "/rest/api/3/issue", _) => {
            let sent = sent(request);
            let fields = &sent["fields"];
            if let Err(why) = adf::check(&fields["description"]) {
                return json(400, &json!({"errorMessages": [why]}));
            }
            let issue = Issue {
                title: text(&fields["summary"]),
                body: rewritten(&fields["description"]),
                labels: texts(&fields["labels"]),
                state: "To Do".to_owned(),
                property: property(&sent),
                ..Issue::default()
            };
            let made = store.add(issue);
            json(201, &json!({"id": (made + 10_000).to_string(), "key": format!("SHOP-{made}")}))
        }
        (method, _, tail) if number.and_then(|number| store.issue(number)).is_some() => {
            store.writes.1 += usize::from(method != "GET");
            let issue = number.and_then(|number| store.issue(number)).expect("it is there");
            of_issue(issue, method, tail, &sent(request))
        }
        _ => json(404, &json!({"errorMessages": ["Issue does not exist or you do not have permission to see it."]})),
    }
}

fn of_issue(issue: &mut Issue, method: &str, tail: &str, sent: &Value) -> ResponseTemplate {
    match (method, tail) {
        ("GET", "") => json(200, &show(issue)),
        ("GET", "transitions") => {
            let arrow = |(at, (name, category)): (usize, &(&str, &str))| json!({"id": at.to_string(), "name": name, "to": {"name": name, "statusCategory": {"key": category}}});
            json(200, &json!({"transitions": STATES.iter().enumerate().map(arrow).collect::<Vec<_>>()}))
        }
        ("POST", "transitions") => {
            let id: usize = text(&sent["transition"]["id"]).parse().expect("an id of a transition");
            issue.state = STATES[id].0.to_owned();
            ResponseTemplate::new(204)
        }
        ("PUT", "") => {
            let fields = &sent["fields"];
            if !fields["description"].is_null() {
                if let Err(why) = adf::check(&fields["description"]) {
                    return json(400, &json!({"errorMessages": [why]}));
                }
                issue.body = rewritten(&fields["description"]);
            }
            if let Some(title) = fields["summary"].as_str() {
                issue.title = title.to_owned();
            }
            for change in sent["update"]["labels"].as_array().into_iter().flatten() {
                issue.labels.extend(change["add"].as_str().map(str::to_owned));
                issue.labels.retain(|label| Some(label.as_str()) != change["remove"].as_str());
            }
            issue.property = property(sent);
            ResponseTemplate::new(204)
        }
        other => panic!("Jira knows no {other:?}"),
    }
}

fn search(store: &mut Store, sent: &Value) -> ResponseTemplate {
    let jql = text(&sent["jql"]);
    let label = jql.split("labels = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
    assert!(jql.starts_with("project = \"SHOP\" AND ") && sent["maxResults"] == PAGE, "{sent}");
    assert!(sent["fields"].is_array() && sent["properties"] == json!(["redan"]), "fields have to be named: {sent}");
    let page = sent["nextPageToken"]
        .as_str()
        .map_or(1, |token| token.strip_prefix("page-").and_then(|page| page.parse().ok()).expect("a token of ours"));
    let (issues, more) = store.page(&label, page);
    let mut answer = json!({"issues": issues.iter().map(show).collect::<Vec<_>>(), "isLast": !more});
    if more {
        answer["nextPageToken"] = Value::from(format!("page-{}", page + 1));
    }
    json(200, &answer)
}

fn property(sent: &Value) -> Value {
    let property = &sent["properties"][0];
    assert_eq!(property["key"], "redan");
    property["value"].clone()
}

fn show(issue: &Issue) -> Value {
    let category = STATES.iter().find(|(name, _)| *name == issue.state).map_or("", |(_, category)| category);
    json!({
        "id": (issue.number + 10_000).to_string(), "key": format!("SHOP-{}", issue.number),
        "fields": {
            "summary": issue.title, "description": issue.body, "labels": issue.labels, "resolution": null,
            "status": {"name": issue.state, "statusCategory": {"key": category}},
        },
        "properties": {"redan": issue.property},
    })
}

/// Jira writes documents in its own way: it gives boxes a number.
fn rewritten(document: &Value) -> Value {
    let mut document = document.clone();
    for node in document["content"].as_array_mut().into_iter().flatten().filter(|node| node["type"] == "expand") {
        node["attrs"]["localId"] = Value::from("0f0f");
    }
    document
}

fn words(text: &str) -> Value {
    json!({"type": "panel", "attrs": {"panelType": "note"}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]})
}

fn write_around(document: &mut Value) {
    let content = document["content"].as_array_mut().expect("a document");
    content.insert(0, words("Ana: please wait"));
    content.push(words("Bob: why?"));
}

fn is_around(document: &Value) -> bool {
    let content = document["content"].as_array().expect("a document");
    content.len() == 3 && content[0] == words("Ana: please wait") && content[2] == words("Bob: why?")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
