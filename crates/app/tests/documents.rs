//! `report` in its formats and for its audiences, `render`, and `pasta`, as scripts see them.

mod support;

use std::fs;

use support::{MODEL, redan, repository, run};

const SHOP: &str = "redan: 1\nname: Shop\nzones: {internet: {trust: untrusted}}\nelements:\n  app: {kind: process, zone: internet}\n";
const TODAY: [&str; 2] = ["--today", "2026-03-01"];

#[test]
fn the_name_of_the_output_file_decides_the_format() {
    let folder = repository(SHOP);
    for (name, start) in
        [("a.docx", &b"PK\x03\x04"[..]), ("a.xlsx", b"PK\x03\x04"), ("a.json", b"{"), ("a.md", b"# Threat model"), ("a.html", b"<!DOCTYPE")]
    {
        run(&folder, &["report", MODEL, "-o", name, TODAY[0], TODAY[1]], 0);
        let bytes = fs::read(folder.path().join(name)).unwrap();
        assert!(bytes.starts_with(start), "{name}");
        run(&folder, &["report", MODEL, "-o", "again", "--format", name.split('.').nth(1).unwrap(), TODAY[0], TODAY[1]], 0);
        assert!(fs::read(folder.path().join("again")).unwrap() == bytes, "{name} is the same on every run");
    }
}

#[cfg(not(feature = "pdf"))]
#[test]
fn without_pdf_the_way_to_it_is_said() {
    let (_, err) = run(&repository(SHOP), &["report", MODEL, "-o", "a.pdf"], 2);
    assert!(err.contains("--features pdf") && err.contains("HTML"), "{err}");
}

#[test]
fn an_audience_is_for_pages_and_not_for_tables() {
    let folder = repository(SHOP);
    let (page, _) = run(&folder, &["report", MODEL, "--audience", "manager", "--format", "md"], 0);
    assert!(page.contains("Decisions needed"));
    run(&folder, &["report", MODEL, "--audience", "manager", "--format", "xlsx"], 2);
}

#[test]
fn a_template_of_ones_own_is_filled_and_a_slip_in_it_has_its_place() {
    let folder = repository(SHOP);
    fs::write(folder.path().join("t.txt"), "{{ model.name }}: {{ questions | length }}").unwrap();
    let (text, _) = run(&folder, &["report", MODEL, "--template", "t.txt"], 0);
    assert!(text.starts_with("Shop: "), "{text}");
    fs::write(folder.path().join("t.txt"), "\n{{ modle.name }}").unwrap();
    let (_, err) = run(&folder, &["report", MODEL, "--template", "t.txt"], 2);
    assert!(err.contains("t.txt:2"), "{err}");
}

#[test]
fn branding_comes_from_the_project_and_never_from_outside_of_it() {
    let folder = repository(SHOP);
    fs::write(folder.path().join("logo.svg"), "<svg width='10' height='10'/>").unwrap();
    fs::write(folder.path().join("redan.toml"), "[report]\nlogo = 'logo.svg'\ncolour = '#0b57a4'\nclassification = 'Internal'\n").unwrap();
    let (page, _) = run(&folder, &["report", MODEL], 0);
    assert!(page.contains("data:image/svg+xml;base64,") && page.contains(">Internal<"));
    for outside in ["../../../../../../etc/passwd", "missing.png", "redan.toml"] {
        fs::write(folder.path().join("redan.toml"), format!("[report]\nlogo = '{outside}'\n")).unwrap();
        let (_, err) = run(&folder, &["report", MODEL], 2);
        assert!(err.contains("logo"), "{err}");
    }
}

#[test]
fn stale_regions_are_found_refreshed_and_then_fresh() {
    let folder = repository(SHOP);
    let readme = folder.path().join("README.md");
    fs::write(&readme, "# Shop\n\n<!-- redan:begin elements -->\n<!-- redan:end -->\n").unwrap();
    let args = |mode| ["render", mode, "README.md", "--model", MODEL];
    let (diff, _) = run(&folder, &args("--check"), 1);
    assert!(diff.contains("+| App |"), "{diff}");
    run(&folder, &args("--in-place"), 0);
    run(&folder, &args("--check"), 0);
    let once = fs::read_to_string(&readme).unwrap();
    run(&folder, &args("--in-place"), 0);
    assert_eq!(fs::read_to_string(&readme).unwrap(), once);
}

#[test]
fn a_model_in_markdown_shows_itself() {
    let folder = repository(SHOP);
    let page = format!("# Shop\n\n```yaml redan\n{SHOP}```\n\n<!-- redan:begin diagram -->\n<!-- redan:end -->\n");
    fs::write(folder.path().join("shop.tm.md"), page).unwrap();
    run(&folder, &["render", "--in-place", "shop.tm.md"], 0);
    run(&folder, &["render", "--check", "shop.tm.md"], 0);
    assert!(fs::read_to_string(folder.path().join("shop.tm.md")).unwrap().contains("```mermaid"));
}

#[test]
fn an_unknown_region_stops_before_anything_is_written() {
    let folder = repository(SHOP);
    let good = "<!-- redan:begin elements -->\n<!-- redan:end -->\n";
    fs::write(folder.path().join("a.md"), good).unwrap();
    fs::write(folder.path().join("b.md"), "<!-- redan:begin elments -->\n<!-- redan:end -->\n").unwrap();
    let (_, err) = run(&folder, &["render", "--in-place", "a.md", "b.md", "--model", MODEL], 2);
    assert!(err.contains("b.md:1") && err.contains("did you mean `elements`?"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("a.md")).unwrap(), good);
    fs::write(folder.path().join("c.md"), "nothing").unwrap();
    assert_eq!(redan(folder.path(), &["render", "--check", "c.md", "--model", MODEL]).status.code(), Some(2));
}

#[test]
fn pasta_names_its_stages_in_every_format() {
    let folder = repository(SHOP);
    for format in ["human", "json", "md"] {
        let (text, _) = run(&folder, &["pasta", MODEL, "--format", format], 0);
        assert!(text.contains("Decompose the application") && text.contains("app.tech"), "{format}: {text}");
    }
}
