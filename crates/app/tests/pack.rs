//! Packs of a project's own, as scripts see them: added, pinned, verified, updated.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const RULE: &str = "id: unread-sign
title: \"Nobody reads the sign at {subject}\"
stride: [repudiation]
on: process
when: \"element.traits.has_sign\"
countered-by: [sign-in-two-languages]
likelihood: {3: \"true\"}
property: [integrity]
why: A sign that visitors cannot read warns nobody.
fix: Write it in two languages. To check, ask a visitor.
examples:
  raises: |
    redan: 1
    name: Example
    elements: {door: {kind: process, tech: badge-reader, traits: [has-sign], controls: {sign-in-two-languages: no}}}
  asks: |
    redan: 1
    name: Example
    elements: {door: {kind: process, tech: badge-reader, traits: [has-sign]}}
  quiet: |
    redan: 1
    name: Example
    elements: {door: {kind: process, tech: badge-reader, traits: [has-sign], controls: [sign-in-two-languages]}}
";
const TRAIT: &str =
    "has-sign: {name: Has a sign, of: [element], what: There is a sign., question: 'Is there a sign at {subject}?', hint: Look.}\n";
const CONTROL: &str = "sign-in-two-languages: {name: Sign in two languages, family: logging, of: [element], what: Everybody can read it., \
     strength: weak, question: 'Is the sign at {subject} in two languages?', hint: Read it.}\n";
const MODEL: &str = "redan: 1\nname: House\nelements: {door: {kind: process, tech: badge-reader, traits: [has-sign]}}\n";

fn redan(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redan")).args(args).current_dir(folder).stdin(Stdio::null()).output().expect("the binary runs")
}

fn fine(folder: &Path, args: &[&str]) -> String {
    let output = redan(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is text")
}

fn write_pack(folder: &Path, version: &str) {
    fs::create_dir_all(folder.join("catalogue")).expect("the folder can be written");
    fs::write(folder.join("pack.yaml"), format!("id: signs\nversion: {version}\nlicence: MIT\nwhat: Signs.\n"))
        .expect("the folder can be written");
    fs::write(folder.join("unread-sign.yaml"), RULE).expect("the folder can be written");
    fs::write(folder.join("catalogue/traits.yaml"), TRAIT).expect("the folder can be written");
    fs::write(folder.join("catalogue/controls.yaml"), CONTROL).expect("the folder can be written");
}

fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("the folder can be written");
    fs::create_dir(folder.path().join(".git")).expect("the folder can be written");
    fs::write(folder.path().join("house.tm.yaml"), MODEL).expect("the folder can be written");
    folder
}

fn git(folder: &Path, args: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(args).current_dir(folder).output().expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_pack_in_the_repository_brings_rules_and_words_and_is_pinned() {
    let house = repository();
    let pack = house.path().join("rules/signs");
    write_pack(&pack, "1.0.0");
    assert!(fine(house.path(), &["rules", "test", "rules/signs"]).contains("3 examples, 0 failed"));
    fine(house.path(), &["pack", "add", "rules/signs"]);
    assert!(fine(house.path(), &["threats", "house.tm.yaml"]).contains("unread-sign@door"));
    assert_eq!(fine(house.path(), &["pack", "verify"]), "pinned  signs 1.0.0\n");
    assert!(fine(house.path(), &["pack", "list"]).contains("rules/signs"));
}

#[test]
fn a_pack_that_changed_after_it_was_pinned_is_not_used_until_it_is_pinned_anew() {
    let house = repository();
    let pack = house.path().join("rules/signs");
    write_pack(&pack, "1.0.0");
    fine(house.path(), &["pack", "add", "rules/signs"]);
    write_pack(&pack, "1.0.1");
    let verified = redan(house.path(), &["pack", "verify"]);
    assert_eq!((verified.status.code(), String::from_utf8_lossy(&verified.stdout).as_ref()), (Some(1), "changed  signs 1.0.0\n"));
    let refused = redan(house.path(), &["threats", "house.tm.yaml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("redan pack update signs"));
    fine(house.path(), &["pack", "update", "signs"]);
    assert_eq!(fine(house.path(), &["pack", "verify"]), "pinned  signs 1.0.1\n");
}

#[test]
fn a_pack_of_another_repository_is_copied_at_its_tag() {
    let source = tempfile::tempdir().unwrap();
    git(source.path(), &["init", "-q"]);
    write_pack(&source.path().join("rules/signs"), "1.0.0");
    git(source.path(), &["add", "."]);
    git(source.path(), &["commit", "-qm", "Signs"]);
    git(source.path(), &["tag", "v1"]);
    write_pack(&source.path().join("rules/signs"), "2.0.0");
    git(source.path(), &["commit", "-qam", "Signs again"]);
    git(source.path(), &["tag", "v2"]);
    let (house, address) = (repository(), format!("file://{}", source.path().display()));
    assert_eq!(redan(house.path(), &["pack", "add", &address]).status.code(), Some(2), "a tag is needed");
    fine(house.path(), &["pack", "add", &address, "--tag", "v1"]);
    assert!(house.path().join("security/packs/signs/catalogue/traits.yaml").is_file());
    let lock = fs::read_to_string(house.path().join("redan.lock")).unwrap();
    assert!(lock.contains("tag = \"v1\"") && lock.contains("commit = ") && lock.contains("version = \"1.0.0\""), "{lock}");
    fine(house.path(), &["pack", "update", "signs", "--tag", "v2"]);
    assert_eq!(fine(house.path(), &["pack", "verify"]), "pinned  signs 2.0.0\n");
    assert_eq!(redan(house.path(), &["pack", "update", "signs", "--tag", "v9"]).status.code(), Some(2), "there is no such tag");
}

#[test]
fn what_is_not_a_pack_is_refused() {
    let house = repository();
    let outside = tempfile::tempdir().unwrap();
    write_pack(&outside.path().join("signs"), "1.0.0");
    let outside = outside.path().join("signs").display().to_string();
    for source in ["nowhere", ".", outside.as_str(), "--upload-pack=x.git"] {
        assert_eq!(redan(house.path(), &["pack", "add", source]).status.code(), Some(2), "{source}");
    }
    assert_eq!(redan(house.path(), &["pack", "update", "nothing"]).status.code(), Some(2));
}
