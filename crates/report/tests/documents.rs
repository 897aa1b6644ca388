//! What must hold for documents in formats other than HTML and Markdown, for the views of one audience, for templates,
//! regions and the stages of PASTA.

use std::collections::BTreeSet;
use std::io::Read as _;

use jiff::civil::date;
use redan_engine::depth::{Depth, depth};
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::{Loaded, load_text};
use redan_report::paper::{Audience, Block, Branding, Paper};
use redan_report::{Input, More, docx, html, markdown, pasta, pictures, regions, template, xlsx};

const FULL: &str = include_str!("../../../examples/web-login/web-login.tm.yaml");
const OFFICE: &str = include_str!("../../../examples/physical-office/front-office.tm.yaml");
const EMPTY: &str = "redan: 1\nname: Nothing yet\n";

struct Read {
    knowledge: Knowledge,
    loaded: Loaded,
    policy: Policy,
    analysis: Analysis,
    depth: Depth,
}

impl Read {
    fn of(text: &str) -> Self {
        let knowledge = Knowledge::embedded();
        let loaded = load_text("model.tm.yaml", text, &knowledge.vocabulary());
        let policy = Policy::default();
        let analysis = analyse(&loaded.model, &knowledge, &policy, &Context::on(date(2025, 11, 12)));
        let depth = depth(&loaded.model, &knowledge, &policy, &Context::on(date(2025, 11, 12)), &analysis);
        Self { knowledge, loaded, policy, analysis, depth }
    }

    fn input(&self) -> Input<'_> {
        Input {
            model: &self.loaded.model,
            sources: &self.loaded.sources,
            knowledge: &self.knowledge,
            policy: &self.policy,
            analysis: &self.analysis,
            today: date(2025, 11, 12),
            more: More { depth: Some(&self.depth), history: None },
        }
    }
}

/// The parts of a zip as texts, by name.
fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    (0..zip.len())
        .map(|ix| {
            let mut file = zip.by_index(ix).expect("a part");
            let name = file.name().expect("a name").into_owned();
            let made = file.last_modified().expect("a time");
            assert_eq!((made.year(), made.month(), made.day()), (1980, 1, 1), "{name}");
            let mut content = Vec::new();
            file.read_to_end(&mut content).expect("it can be unpacked");
            (name, String::from_utf8_lossy(&content).into_owned())
        })
        .collect()
}

fn part<'a>(parts: &'a [(String, String)], name: &str) -> &'a str {
    parts.iter().find(|(known, _)| known == name).map_or_else(|| panic!("no {name}"), |(_, text)| text)
}

fn titles(read: &Read, audience: Audience) -> Vec<&'static str> {
    Paper::of(&read.input(), audience).sections.iter().map(|section| section.title).collect()
}

#[test]
fn every_audience_has_sections_of_its_own() {
    let read = Read::of(FULL);
    assert_eq!(titles(&read, Audience::Everybody).len(), 10);
    assert_eq!(titles(&read, Audience::Manager), ["Where we stand", "What it takes", "Decisions needed"]);
    assert_eq!(
        titles(&read, Audience::Developer),
        ["The system", "Work by element", "Flows, zones and data", "Attack paths", "Tests that must pass"]
    );
    for title in ["Method", "Evidence", "Compliance", "Change log"] {
        assert!(titles(&read, Audience::Auditor).contains(&title), "{title}");
    }
}

#[test]
fn a_manager_reads_decisions_and_no_rule_ids_and_a_developer_fixes_and_places() {
    let read = Read::of(FULL);
    let page = |audience| markdown::render(&Paper::of(&read.input(), audience), None);
    let (manager, developer, auditor) = (page(Audience::Manager), page(Audience::Developer), page(Audience::Auditor));
    assert!(manager.contains("Settle the scope") && manager.contains("Platform Team"));
    assert!(!manager.contains("model.tm.yaml") && !manager.contains("auth.RateLimit"), "{manager}");
    assert!(developer.contains("What to do") && developer.contains("auth.RateLimit") && developer.contains("`auth/**`"));
    assert!(!developer.contains("ISO/IEC 27001"));
    assert!(auditor.contains("ISO/IEC 27001") && auditor.contains("First model") && !auditor.contains("`auth/**`"));
}

#[test]
fn what_a_manager_reads_stays_short_for_a_large_model() {
    let mut text = "redan: 1\nname: Large\nmitigations:\n".to_owned();
    (0..60).for_each(|ix| text.push_str(&format!("  m{ix}: {{title: Do thing {ix}, due: 2025-01-01}}\n")));
    let page = markdown::render(&Paper::of(&Read::of(&text).input(), Audience::Manager), None);
    assert!(page.lines().count() < 90, "{page}");
    assert!(page.contains("And 50 more"));
}

#[test]
fn a_word_document_is_well_formed_whatever_a_model_says() {
    let evil = FULL.replace("Web login", "\"<w:p/>&amp; \u{202e} ]]> \\x01 'q'\"");
    for text in [FULL, OFFICE, EMPTY, &evil] {
        let read = Read::of(text);
        let bytes = docx::render(&Paper::of(&read.input(), Audience::Everybody), &Branding::default(), date(2025, 11, 12)).expect("a file");
        let parts = parts(&bytes);
        for (name, xml) in parts.iter().filter(|(name, _)| name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".svg")) {
            assert_eq!(balance(xml), 0, "{name}");
        }
        let body = part(&parts, "word/document.xml");
        assert!(!body.contains("<w:p/>&amp;"));
        let relations = part(&parts, "word/_rels/document.xml.rels");
        for id in body.split("r:embed=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or("")) {
            assert!(relations.contains(&format!("Id=\"{id}\"")), "{id}");
        }
        let marks: Vec<&str> =
            body.split("<w:bookmarkStart ").skip(1).filter_map(|rest| rest.split("w:name=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(marks.len(), marks.iter().collect::<BTreeSet<_>>().len(), "bookmarks are unique");
        for to in body.split("w:anchor=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or("")) {
            assert!(marks.contains(&to), "{to} leads nowhere");
        }
    }
}

/// Opened minus closed elements; enough to notice text that became markup.
fn balance(xml: &str) -> i64 {
    let mut depth = 0;
    for tag in xml.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or("")) {
        match tag.as_bytes() {
            [b'?' | b'!', ..] => {}
            [b'/', ..] => depth -= 1,
            [.., b'/'] => {}
            _ => depth += 1,
        }
    }
    depth
}

#[test]
fn a_word_document_has_the_ten_sections_and_the_pictures_without_variables() {
    let read = Read::of(FULL);
    let bytes = docx::render(&Paper::of(&read.input(), Audience::Everybody), &Branding::default(), date(2025, 11, 12)).expect("a file");
    let parts = parts(&bytes);
    let body = part(&parts, "word/document.xml");
    for number in 1..=10 {
        assert!(body.contains(&format!(">{number}. ")), "{number}");
    }
    let pictures: Vec<&(String, String)> = parts.iter().filter(|(name, _)| name.ends_with(".svg")).collect();
    assert!(pictures.len() >= 6, "{}", pictures.len());
    assert!(pictures.iter().all(|(_, svg)| !svg.contains("var(") && !svg.contains("@media")));
}

#[test]
fn the_same_model_gives_the_same_files() {
    let read = Read::of(FULL);
    let word = || docx::render(&Paper::of(&read.input(), Audience::Everybody), &Branding::default(), date(2025, 11, 12)).expect("a file");
    let book = || xlsx::render(&read.input(), &Branding::default()).expect("a file");
    assert!(word() == word());
    assert!(book() == book());
}

#[test]
fn no_cell_of_a_workbook_is_a_formula_or_a_link() {
    let evil = FULL
        .replace("Credential stuffing on login", "\"=HYPERLINK(1)\"")
        .replace("Platform Team", "\"+1+cmd\"")
        .replace("User PII", "\"https://evil.test\"");
    let bytes = xlsx::render(&Read::of(&evil).input(), &Branding::default()).expect("a file");
    let parts = parts(&bytes);
    for (name, xml) in parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet")) {
        assert!(!xml.contains("<f>") && !xml.contains("<hyperlink"), "{name}");
    }
    assert!(part(&parts, "xl/sharedStrings.xml").contains("=HYPERLINK(1)"));
    assert!(parts.iter().all(|(name, _)| !name.contains("externalLink")));
}

#[test]
fn sheets_have_filters_a_head_that_stays_and_lists_to_choose_from() {
    let bytes = xlsx::render(&Read::of(FULL).input(), &Branding::default()).expect("a file");
    let parts = parts(&bytes);
    let book = part(&parts, "xl/workbook.xml");
    for name in ["Overview", "Threats", "Mitigations", "Assets", "Questions", "Tests"] {
        assert!(book.contains(&format!("name=\"{name}\"")), "{name}");
    }
    let threats = part(&parts, "xl/worksheets/sheet2.xml");
    for piece in ["<autoFilter", "state=\"frozen\"", "not-applicable", "<formula1>1</formula1><formula2>5</formula2>"] {
        assert!(threats.contains(piece), "{piece}");
    }
    assert!(part(&parts, "xl/worksheets/sheet4.xml").contains("low,medium,high"), "levels of assets");
    assert!(part(&parts, "xl/worksheets/sheet5.xml").contains("yes,no,partial,unknown"), "answers to questions");
}

#[test]
fn branding_is_on_every_format_and_never_loaded_from_elsewhere() {
    let logo = redan_report::brand::logo(
        br#"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><script>alert(1)</script></svg>"#.to_vec(),
    );
    let branding = Branding {
        logo: Some(logo.expect("a logo")),
        colour: Some("#0b57a4".to_owned()),
        classification: Some("Internal & secret".to_owned()),
    };
    let read = Read::of(EMPTY);
    for audience in [Audience::Everybody, Audience::Manager] {
        let page = html::render(&read.input(), audience, &branding).expect("a page");
        assert_eq!(page.matches("Internal &amp; secret").count() + page.matches("Internal &#38; secret").count(), 2);
        assert!(page.contains("src=\"data:image/svg+xml;base64,") && page.contains("--accent:#0b57a4"));
        assert_eq!(page.matches("<script").count(), 1, "only our own");
    }
    let word = parts(&docx::render(&Paper::of(&read.input(), Audience::Everybody), &branding, date(2025, 11, 12)).expect("a file"));
    assert!(part(&word, "word/header1.xml").contains("Internal &amp; secret") && part(&word, "word/styles.xml").contains("0b57a4"));
    let book = parts(&xlsx::render(&read.input(), &branding).expect("a file"));
    assert!(part(&book, "xl/worksheets/sheet1.xml").contains("<headerFooter>"));
}

#[test]
fn a_template_says_what_the_json_says_and_escapes_it_for_its_ending() {
    let read = Read::of(&FULL.replace("Credential stuffing on login", "\"<b>Stuffing</b>\""));
    let source = "{% for t in threats if t.status == 'open' %}{{ t.id }} {{ t.title }}\n{% endfor %}{{ summary.open }} {{ model.name }}";
    let page = template::render(&read.input(), "list.html.j2", source).expect("a page");
    assert!(page.contains("T1 &lt;b&gt;Stuffing"), "{page}");
    let text = template::render(&read.input(), "list.txt", source).expect("a text");
    assert!(text.contains("T1 <b>Stuffing</b>") && text.ends_with("5 Web login"), "{text}");
}

#[test]
fn a_template_reads_nothing_and_ends() {
    let read = Read::of(EMPTY);
    let fault = |source: &str| template::render(&read.input(), "t.html", source).expect_err(source);
    for source in ["{% include '/etc/passwd' %}", "{% import '../x' as x %}", "{% extends 'other.html' %}"] {
        fault(source);
    }
    let endless = "{% for a in range(10000) %}{% for b in range(10000) %}{% set x = a * b %}{% endfor %}{% endfor %}";
    assert!(fault(endless).message.contains("too much work"));
    fault("{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}");
    fault("{{ 'x' * 100000000 }}");
    let typo = fault("one\n{{ thraets }}");
    assert_eq!(typo.line, Some(2), "{typo}");
}

#[test]
fn regions_are_filled_and_filling_them_again_changes_nothing() {
    let read = Read::of(FULL);
    for end in ["\n", "\r\n"] {
        let names = regions::REGIONS.map(|(name, _)| format!("<!-- redan:begin {name} -->\nstale words\n<!-- redan:end -->\n"));
        let page = format!("# Read me\n\n{}\nlast words, no line end", names.concat()).replace('\n', end);
        let once = regions::render(&read.input(), &page).expect("known names");
        assert!(!once.contains("stale words") && once.starts_with("# Read me") && once.ends_with("last words, no line end"));
        assert_eq!(regions::render(&read.input(), &once).expect("known names"), once);
        assert_eq!(once.matches(end).count(), once.matches('\n').count(), "line ends stay as they are");
    }
}

#[test]
fn a_region_shows_its_own_part() {
    let read = Read::of(FULL);
    let of =
        |name: &str| regions::render(&read.input(), &format!("<!-- redan:begin {name} -->\n<!-- redan:end -->\n")).expect("a known name");
    assert!(of("diagram").contains("```mermaid\nflowchart"));
    assert!(of("threats").contains("Credential stuffing on login") && of("threats").contains("more depend"));
    assert!(of("mitigations").contains("Rotate session id after login"));
    assert!(of("summary").contains("5 threats are open") && !of("summary").contains("Without any control"));
    assert!(of("risk").contains("Without any control") && of("questions").contains("redan questions"));
}

#[test]
fn an_unknown_region_gets_the_nearest_name_and_its_place() {
    let page = "a\n<!-- redan:begin thraets -->\n<!-- redan:end -->\n";
    let bad = regions::render(&Read::of(EMPTY).input(), page).expect_err("no such region");
    assert_eq!((bad[0].near, bad[0].at.start), (Some("threats"), 2));
}

#[test]
fn pasta_has_seven_stages_and_names_every_missing_field() {
    let empty = Read::of(EMPTY);
    let stages = pasta::stages(&empty.input());
    assert_eq!(stages.iter().map(|stage| stage.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let missing: Vec<&str> = stages.iter().flat_map(|stage| &stage.missing).map(|lack| lack.field.as_str()).collect();
    for field in ["scope.target", "elements", "assets", "attackers", "attack-trees", "mitigations"] {
        assert!(missing.contains(&field), "{field}: {missing:?}");
    }
    assert!(stages.iter().all(|stage| stage.state() != "done"));
}

#[test]
fn pasta_lists_inputs_by_id_and_lacks_what_a_threat_has_no_numbers_for() {
    let read = Read::of(FULL);
    let stages = pasta::stages(&read.input());
    let has = |stage: usize, id: &str| stages[stage - 1].inputs.iter().any(|given| given.id == id);
    assert!(has(1, "user-credentials") && has(2, "web-app") && has(3, "visit.carries") && has(4, "opportunist"));
    assert!(has(5, "auth.controls.mfa") && has(5, "CWE-307") && has(6, "steal-pii") && has(7, "rate-limit-login"));
    assert!(stages[6].missing.iter().any(|lack| lack.field == "threats.T4.likelihood"));
    assert!(stages[5].missing.iter().any(|lack| lack.field.contains("Dump table")));
    assert!(stages[0].missing.is_empty(), "{:?}", stages[0].missing);
}

#[test]
fn pictures_escape_names_and_their_texts_do_not_touch() {
    let read = Read::of(
        &FULL
            .replace("name: User PII", "name: \"<b>&PII\"")
            .replace("name: Web App", "name: \"A very long <i>name</i> of an application that nobody would draw\""),
    );
    let input = read.input();
    let mut all = pictures::sequences(&input, "t");
    all.extend(
        [pictures::of_risk(&input, "t"), pictures::of_coverage(&input, "t"), pictures::of_assets(&input, "t")].into_iter().flatten(),
    );
    assert_eq!(all.len(), 4);
    for picture in &all {
        assert_eq!(balance(&picture.svg), 0, "{}", picture.title);
        assert!(!picture.svg.contains("<b>") && !picture.svg.contains("<i>"), "{}", picture.title);
        let starts: Vec<&str> = picture.svg.split("<text ").skip(1).filter_map(|t| t.split(" x=\"").nth(1)?.split("\">").next()).collect();
        assert_eq!(starts.len(), starts.iter().collect::<BTreeSet<_>>().len(), "{}: two texts at one place", picture.title);
    }
}

#[test]
fn a_detailed_diagram_that_a_model_defines_is_in_its_report() {
    let read = Read::of(FULL);
    let titles: Vec<String> = pictures::diagrams(&read.input()).into_iter().map(|picture| picture.title).collect();
    assert_eq!(
        titles,
        ["Data flow diagram, level 0: overview", "Data flow diagram, level 1: in detail", "Data flow diagram, level 1: Login"]
    );
}

#[test]
fn every_format_holds_what_proves_a_claim() {
    let text = FULL.replace("controls: [encryption-at-rest]", "controls: {encryption-at-rest: {is: yes, evidence: kms-2025.pdf}}");
    let read = Read::of(&text);
    let page = html::render(&read.input(), Audience::Everybody, &Branding::default()).expect("a page");
    let paper = Paper::of(&read.input(), Audience::Everybody);
    assert!(page.contains("kms-2025.pdf") && markdown::render(&paper, None).contains("kms-2025.pdf"));
    let listed = |block: &Block| matches!(block, Block::Table(table) if table.rows.iter().flatten().flatten().any(|run| run.words() == "kms-2025.pdf"));
    assert!(paper.sections.iter().flat_map(|s| &s.blocks).any(listed));
}
