//! What must hold for the report of every model: all ten sections, nothing made up, nothing that a text can break.

use std::collections::BTreeSet;

use jiff::civil::date;
use redan_engine::depth::depth;
use redan_engine::{Context, Knowledge, Policy, analyse};
use redan_model::load_text;
use redan_report::paper::{Audience, Branding, Paper};
use redan_report::{Input, More, html, markdown};

const SECTIONS: [&str; 10] = [
    "Scope",
    "Executive summary",
    "System and data flow diagram",
    "Assets and their security properties",
    "Threat inventory",
    "Attack trees",
    "Mitigation plan",
    "Test plan and results",
    "Residual risk and acceptance",
    "Appendix",
];
const FULL: &str = include_str!("../../../examples/web-login/web-login.tm.yaml");
const OFFICE: &str = include_str!("../../../examples/physical-office/front-office.tm.yaml");
const EMPTY: &str = "redan: 1\nname: Nothing yet\n";

fn rendered(text: &str) -> (String, String) {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("model.tm.yaml", text, &knowledge.vocabulary());
    let policy = Policy::default();
    let today = date(2026, 3, 1);
    let analysis = analyse(&loaded.model, &knowledge, &policy, &Context::on(today));
    let depth = depth(&loaded.model, &knowledge, &policy, &Context::on(today), &analysis);
    let more = More { depth: Some(&depth), history: None };
    let input =
        Input { model: &loaded.model, sources: &loaded.sources, knowledge: &knowledge, policy: &policy, analysis: &analysis, today, more };
    let page = html::render(&input, Audience::Everybody, &Branding::default()).expect("the report renders");
    (page, markdown::render(&Paper::of(&input, Audience::Everybody), None))
}

/// The text after each occurrence of `start`, up to `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap_or("")).collect()
}

#[test]
fn full_and_empty_models_have_the_ten_sections_in_order() {
    for text in [FULL, OFFICE, EMPTY] {
        let (page, markdown) = rendered(text);
        let html_titles: Vec<String> =
            between(&page, "<h2><span class=\"no\">", "</h2>").iter().map(|t| t.replace("</span>", "")).collect();
        let markdown_titles: Vec<&str> = markdown.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let numbered = |dot: &str| SECTIONS.iter().enumerate().map(|(ix, title)| format!("{}{dot} {title}", ix + 1)).collect::<Vec<_>>();
        assert_eq!(html_titles, numbered(""));
        assert_eq!(markdown_titles, numbered("."));
    }
}

#[test]
fn what_a_model_does_not_hold_is_not_recorded() {
    let (page, markdown) = rendered(EMPTY);
    for path in [
        "version",
        "authors",
        "scope.target",
        "scope.in",
        "scope.out",
        "zones",
        "assets",
        "attack-trees",
        "mitigations",
        "reviews",
        "changelog",
    ] {
        assert!(page.contains(&format!("not recorded <code>{path}</code>")), "{path} in HTML");
        assert!(markdown.contains(&format!("*not recorded* (`{path}`)")), "{path} in Markdown");
    }
}

#[test]
fn anchors_are_unique_and_links_lead_to_them() {
    for text in [FULL, OFFICE, EMPTY] {
        let (page, _) = rendered(text);
        let ids = between(&page, " id=\"", "\"");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id stands twice");
        for link in between(&page, "href=\"#", "\"") {
            assert!(known.contains(link), "#{link} leads nowhere");
        }
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let (page, _) = rendered(FULL);
    for attribute in [" src=\"", " href=\"", "url("] {
        for value in between(&page, attribute, "\"") {
            assert!(value.starts_with('#'), "{attribute}{value}");
        }
    }
    assert!(!page.contains("@import"));
    assert!(!page.contains("<link"));
}

#[test]
fn every_table_header_says_what_it_heads() {
    let (page, _) = rendered(FULL);
    let heads = between(&page, "<th", ">");
    assert!(heads.len() > 50);
    assert!(heads.iter().all(|head| head.contains("scope=") || head.starts_with("ead")));
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    assert_eq!(rendered(FULL), rendered(FULL));
}

#[test]
fn hostile_text_stays_text() {
    let evil =
        r"</title><script>alert(1)</script> | `x` [go](javascript:alert(1)) ![i](http://evil.test/i.png) <img src=x onerror=alert(1)>";
    let long = "W".repeat(3000);
    let mut text = FULL.to_owned();
    for plain in ["Web login", "Web App", "Get admin access", "Dump table", "Credential stuffing on login", "Platform Team", "INTERNAL"] {
        assert!(text.contains(plain), "{plain}");
        text = text.replace(plain, "EVIL");
    }
    let text = text.replace("EVIL", &format!("\"{} {long}\"", evil)).replace("\"\"", "\"");
    let (page, markdown) = rendered(&text);
    assert_eq!(page.matches("<script").count(), 1, "only our own script");
    assert!(!page.contains("<img"));
    assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
    let prose = markdown.split("```").step_by(2).collect::<String>().replace("\\]", "");
    assert!(prose.contains("alert(1)"));
    for made in ["<script", "<img", "](javascript", "](http"] {
        assert!(!prose.contains(made), "{made} in Markdown");
    }
    for line in prose.lines().filter(|line| line.starts_with("| ") && line.contains("alert")) {
        assert!(line.contains("\\|"), "{line}");
    }
}

#[test]
fn trees_mark_what_nothing_stands_against_in_words_and_draw_shared_steps_once() {
    let text = "redan: 1\nname: Trees\nattack-trees:\n  steal:\n    goal: Steal it\n    any:\n      - all: [{ref: inside}, {do: Break the lock}]\n      - seq: [{ref: inside}, {do: Copy it}]\n    nodes:\n      inside: {do: Get inside}\n";
    let (page, _) = rendered(text);
    let picture = between(&page, "class=\"redan-tree\"", "</svg>").concat();
    assert_eq!(between(&picture, "class=\"name\"", "</text>").iter().filter(|t| t.ends_with(">Get inside")).count(), 1);
    assert_eq!(picture.matches("no mitigation").count(), 3);
    for word in [">OR<", ">AND<", ">SEQ<"] {
        assert!(picture.contains(word), "{word}");
    }
}

#[test]
fn steps_that_are_shared_at_each_level_are_listed_once() {
    let mut text = "redan: 1\nname: Deep\nattack-trees:\n  t:\n    goal: G\n    any: [{ref: n0}, {ref: n0}]\n    nodes:\n".to_owned();
    for ix in 0..40 {
        text.push_str(&format!("      n{ix}: {{id: n{ix}x, any: [{{ref: n{}}}, {{ref: n{}}}]}}\n", ix + 1, ix + 1));
    }
    text.push_str("      n40: {do: End}\n");
    let (page, _) = rendered(&text);
    assert!(page.len() < 400_000);
}
