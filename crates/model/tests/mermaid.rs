//! Reading Mermaid flowcharts: what becomes an element, a zone and a flow, and what is said of broken ones.

use std::fmt::Write as _;

use proptest::prelude::*;
use redan_model::source::Sources;
use redan_model::tree::{Node, Value};
use redan_model::{Span, mermaid};

/// Each entry of each section as one line, and then what is wrong.
fn show(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("m.mmd", text);
    let mut out = Vec::new();
    let root = mermaid::to_node(&mermaid::parse(&sources, Span::new(id, 0, text.len()), &mut out));
    let mut shown = String::new();
    let Value::Map(sections) = root.value else { unreachable!("the root is a mapping") };
    for section in sections {
        let Value::Map(entries) = section.value.value else { unreachable!("a section is a mapping") };
        for entry in entries {
            writeln!(shown, "{} {}: {}", section.key, entry.key, fields(&entry.value)).expect("a string takes it");
        }
    }
    for d in out {
        let at = sources.locate(d.primary.expect("a place"));
        writeln!(shown, "{}:{} {}", at.line, at.column, d.message).expect("a string takes it");
    }
    shown
}

fn fields(node: &Node) -> String {
    let Value::Map(fields) = &node.value else { return String::new() };
    fields.iter().map(|field| format!("{}={}", field.key, field.value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_login_example_of_the_guide_is_read() {
    let text = "flowchart TD
A[User Browser] -->|HTTPS| B(Web App)
B -->|REST /api/login| C[Auth Service]
C -->|validates| D[(User DB)]
B -->|POST /upload| E[File Service]
E -->|store| F[(Object Store)]
B -->|payments| G[Payment Gateway]
subgraph INTERNAL
C
E
F
D
end
";
    insta::assert_snapshot!(show(text), @r#"
    zones INTERNAL: 
    elements A: kind=actor name=User Browser
    elements B: kind=process name=Web App
    elements C: kind=process name=Auth Service zone=INTERNAL
    elements D: kind=store name=User DB zone=INTERNAL
    elements E: kind=process name=File Service zone=INTERNAL
    elements F: kind=store name=Object Store zone=INTERNAL
    elements G: kind=process name=Payment Gateway
    flows a-to-b: from=A to=B protocol=https label=HTTPS
    flows b-to-c: from=B to=C label=REST /api/login
    flows c-to-d: from=C to=D label=validates
    flows b-to-e: from=B to=E label=POST /upload
    flows e-to-f: from=E to=F label=store
    flows b-to-g: from=B to=G label=payments
    "#);
}

#[test]
fn all_shapes_and_labels_are_read() {
    let text = "graph LR; a(\"r [x]\"); b((c)); c{d}; d{{e}}; e[[f]]; f>g]; g[/h/]; h([\"i\"]); i@{ shape: cyl, label: \"Orders\" }; j[\"`**k** l`\"]; k[a<br/>b #quot;c#quot;]; l(((m)))";
    insta::assert_snapshot!(show(text), @r#"
    elements a: kind=process name=r [x]
    elements b: kind=process name=c
    elements c: kind=process name=d
    elements d: kind=process name=e
    elements e: kind=process name=f
    elements f: kind=process name=g
    elements g: kind=process name=h
    elements h: kind=process name=i
    elements i: kind=store name=Orders
    elements j: kind=process name=k l
    elements k: kind=process name=a b "c"
    elements l: kind=process name=m
    "#);
}

#[test]
fn all_arrows_are_read() {
    let text = "flowchart LR
a --> b & c -- text --> d
a -.-> b -. dots .-> c ==> d == thick ==> a
a <--> b --x c --o d --- a
a e1@--> b
e1@{ animate: true }
a ~~~ d
a <-- b
";
    insta::assert_snapshot!(show(text), @r#"
    elements a: kind=process
    elements b: kind=process
    elements c: kind=process
    elements d: kind=process
    flows a-to-b: from=a to=b
    flows a-to-c: from=a to=c
    flows b-to-d: from=b to=d label=text
    flows c-to-d: from=c to=d label=text
    flows a-to-b-2: from=a to=b
    flows b-to-c: from=b to=c label=dots
    flows c-to-d-2: from=c to=d
    flows d-to-a: from=d to=a label=thick
    flows a-to-b-3: from=a to=b both-ways=yes
    flows b-to-c-2: from=b to=c
    flows c-to-d-3: from=c to=d
    flows d-to-a-2: from=d to=a both-ways=yes
    flows a-to-b-4: from=a to=b
    8:1 an arrow is not complete
    "#);
}

#[test]
fn what_a_picture_says_for_screen_readers_may_stand_above_its_kind() {
    let bare = show("flowchart TD\na[A] --> b[B]\n");
    assert_eq!(show("accTitle: Shop\naccDescr: How orders flow\nflowchart TD\na[A] --> b[B]\n"), bare);
    assert_eq!(show("accDescr {\n  How orders\n  flow\n}\nflowchart TD\na[A] --> b[B]\n"), bare);
}

#[test]
fn subgraphs_nest_and_may_have_titles() {
    let text = "---
title: x
---
%%{init: {'theme': 'dark'}}%%
flowchart TB
%% comment
subgraph cloud [The Cloud]
  direction LR
  subgraph \"Data tier\"
    db[(DB)]:::x
  end
  web
end
classDef actor fill:#fff;
person --> web
class person actor
style web fill:#f9f
click web \"https://x\"
linkStyle 0 stroke:red
web --> db;
";
    insta::assert_snapshot!(show(text), @r#"
    zones cloud: name=The Cloud
    zones Data-tier: name=Data tier in=cloud
    elements db: kind=store name=DB zone=Data-tier
    elements web: kind=process zone=cloud
    elements person: kind=actor
    flows person-to-web: from=person to=web
    flows web-to-db: from=web to=db
    "#);
}

#[test]
fn a_broken_line_is_reported_and_the_rest_is_read() {
    insta::assert_snapshot!(show("flowchart TD\na[open --> b\nc --> \nd --> e\nendKey DFD notes:\nsubgraph s\n"), @r#"
    zones s: 
    elements c: kind=process
    elements d: kind=process
    elements e: kind=process
    elements endKey: kind=process
    flows c-to-d: from=c to=d
    flows d-to-e: from=d to=e
    2:1 a label is never closed
    5:1 this is not a node, an arrow or a subgraph
    6:10 this subgraph is never closed
    "#);
}

#[test]
fn another_kind_of_picture_says_nothing() {
    assert_eq!(show("sequenceDiagram\n  a->>b: x\n"), "");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "flowchart TD\n[a-dé\\[\\](){}<>|\"&@:;%=.xo~ \n-]{0,80}") {
        show(&text);
    }
}

#[test]
fn pictures_of_the_corpus_are_read() {
    let Some(corpus) = std::env::var_os("REDAN_CORPUS") else {
        println!("skipped: REDAN_CORPUS is not set");
        return;
    };
    for entry in std::fs::read_dir(std::path::Path::new(&corpus).join("mermaid")).expect("the corpus holds mermaid").flatten() {
        let shown = show(&std::fs::read_to_string(entry.path()).expect("a text"));
        println!("{}\n{shown}", entry.path().display());
    }
}
