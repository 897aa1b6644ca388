//! Input that is not what it should be: each kind is refused with a place, quickly, with exit code 2.

mod support;

use std::fs;

use support::{MODEL, redan, repository, run};

/// A model that cannot be relied on: every command that reads it says what is wrong at a place such as `2:7`.
fn refused_at(bytes: impl AsRef<[u8]>, place: &str, message: &str) {
    let folder = repository(bytes);
    for args in [&["check", MODEL][..], &["threats", MODEL], &["report", MODEL, "-o", "r.html"]] {
        says(&folder, args, place, message);
    }
    let (json, _) = run(&folder, &["check", MODEL, "--format", "json"], 2);
    assert!(json.contains("\"passed\": false"), "{json}");
    assert!(!folder.path().join("r.html").exists(), "nothing is written");
}

/// A text that cannot be read: no command lays it out or edits it either, and it stays as it is.
fn unreadable_at(bytes: impl AsRef<[u8]>, place: &str, message: &str) {
    refused_at(&bytes, place, message);
    let folder = repository(&bytes);
    for args in [&["fmt", MODEL][..], &["set", MODEL, "model.name=x"], &["rename", MODEL, "a", "b"]] {
        says(&folder, args, place, message);
    }
    assert_eq!(fs::read(folder.path().join(MODEL)).expect("the file is there"), bytes.as_ref());
}

fn says(folder: &tempfile::TempDir, args: &[&str], place: &str, message: &str) {
    let (_, err) = run(folder, args, 2);
    assert!(err.contains(&format!("{MODEL}:{place}")), "{args:?}: no {place} in\n{err}");
    assert!(err.contains(message), "{args:?}: no `{message}` in\n{err}");
}

#[test]
fn a_binary_file_is_no_text() {
    unreadable_at([0x7f, b'E', b'L', b'F', 0x02, 0xff, 0x00], "1:6", "not UTF-8");
    unreadable_at([0xff, 0xfe, 0x00, 0x01, 0x80], "1:1", "not UTF-8");
}

#[test]
fn a_broken_character_is_shown_where_it_is() {
    unreadable_at(b"redan: 1\nname: caf\xe9\n", "2:10", "not UTF-8");
}

#[test]
fn a_zero_byte_is_shown_where_it_is() {
    unreadable_at(b"redan: 1\nname: a\0b\n", "2:8", "zero byte");
}

#[test]
fn utf_16_is_refused_with_a_word_about_text() {
    let text: Vec<u8> = [0xff, 0xfe].into_iter().chain("redan: 1\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    unreadable_at(text, "1:1", "UTF-8");
}

#[test]
fn a_tab_as_indentation_is_named() {
    unreadable_at("redan: 1\nname: x\nelements:\n\tapp: {kind: process}\n", "4:2", "tab");
}

#[test]
fn a_key_given_twice_shows_both_places() {
    let text = "redan: 1\nname: a\nzones: {}\nname: b\n";
    refused_at(text, "4:1", "first given here");
    unreadable_at(text, "4:1", "`name` is given twice");
}

#[test]
fn an_unknown_reference_names_the_nearest_and_all_few() {
    let text = "redan: 1\nname: a\nzones: {internet: {trust: untrusted}, edge: {}}\nelements:\n  app: {kind: process, zone: internt}\n";
    refused_at(text, "5:30", "did you mean `internet`? there is `internet`, `edge`");
}

#[test]
fn an_alias_bomb_is_refused_where_it_goes_off() {
    let mut text = "redan: 1\nname: a\nx-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let previous = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("x-{i}: &a{i} [{previous}]\n"));
    }
    unreadable_at(text, "", "aliases stand for more than");
}

#[test]
fn nesting_is_bounded_in_every_style() {
    let deep = 10_000;
    unreadable_at(format!("redan: 1\nname: {}x{}\n", "[".repeat(deep), "]".repeat(deep)), "2:", "deep");
    unreadable_at(format!("redan: 1\nx: {}1{}\n", "{a: ".repeat(deep), "}".repeat(deep)), "2:", "deep");
    unreadable_at(format!("redan: 1\nx:\n  {}x\n", "- ".repeat(deep)), "3:", "deep");
    unreadable_at(format!("redan: 1\nx: {}\n", "[".repeat(deep)), "2:", "deep");
    let block: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    unreadable_at(block, "65:", "deep");
}

#[test]
fn a_gigabyte_of_dots_is_refused_by_its_size() {
    let folder = repository("");
    let file = fs::File::create(folder.path().join(MODEL)).expect("a file can be made");
    file.set_len(1 << 30).expect("a sparse file can be made");
    for args in [&["check", MODEL][..], &["threats", MODEL], &["set", MODEL, "model.name=x"], &["fmt", MODEL, "--check"]] {
        let (_, err) = run(&folder, args, 2);
        assert!(err.contains("1073 MB") && err.contains("limit is"), "{args:?}: {err}");
    }
    fs::write(folder.path().join("b.tm.yaml"), "redan: 1\nname: b\nuse: {huge: m.tm.yaml}\n").expect("a file can be written");
    let (_, err) = run(&folder, &["check", "b.tm.yaml"], 2);
    assert!(err.contains("b.tm.yaml:3:13") && err.contains("limit is"), "{err}");
}

#[test]
fn files_that_use_each_other_are_shown_as_a_circle() {
    let folder = repository("redan: 1\nname: a\nuse: {b: b.tm.yaml}\n");
    fs::write(folder.path().join("b.tm.yaml"), "redan: 1\nname: b\nuse:\n  a: m.tm.yaml\n").expect("a file can be written");
    let (_, err) = run(&folder, &["check", MODEL], 2);
    assert!(err.contains("b.tm.yaml:4:6") && err.contains("m.tm.yaml -> b.tm.yaml -> m.tm.yaml"), "{err}");
    fs::write(folder.path().join(MODEL), "redan: 1\nname: a\nuse: {a: ./m.tm.yaml}\n").expect("a file can be written");
    let (_, err) = run(&folder, &["check", MODEL], 2);
    assert!(err.contains("m.tm.yaml:3:10") && err.contains("circle"), "{err}");
}

#[test]
fn a_used_file_outside_of_the_repository_is_never_read() {
    for path in ["../secret.yaml", "../../etc/passwd", "/etc/passwd", "a/../../secret.yaml"] {
        refused_at(format!("redan: 1\nname: a\nuse:\n  x: {path}\n"), "4:6", "leads out of the repository");
    }
}

#[test]
#[cfg(unix)]
fn a_link_out_of_the_repository_is_never_followed() {
    let outside = repository("redan: 1\nname: secret-of-others\n");
    let folder = repository("redan: 1\nname: a\nuse:\n  x: link.tm.yaml\n  y: folder/m.tm.yaml\n");
    std::os::unix::fs::symlink(outside.path().join(MODEL), folder.path().join("link.tm.yaml")).expect("a link can be made");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("folder")).expect("a link can be made");
    let (out, err) = run(&folder, &["check", MODEL, "--format", "json"], 2);
    assert_eq!(out.matches("outside the repository").count(), 2, "{out}");
    assert!(!out.contains("secret-of-others") && !err.contains("secret-of-others"));
}

#[test]
fn line_ends_and_a_byte_order_mark_of_other_systems_are_fine() {
    let text = "redan: 1\nname: Shop\nelements:\n  app: {kind: process} # kept\n";
    for text in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
        let folder = repository(&text);
        let (_, err) = run(&folder, &["threats", MODEL], 0);
        assert!(!err.contains("error"), "{err}");
        run(&folder, &["set", MODEL, "app.name=Application"], 0);
        let after = support::text_of(&folder);
        assert_eq!(after.replace(", name: Application", ""), text, "only the value was added");
        let (_, err) = run(&folder, &["set", MODEL, "app.zone=nowhere"], 2);
        assert!(err.contains("m.tm.yaml:4:"), "{err}");
    }
}

#[test]
fn nothing_at_all_is_not_a_model() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "\u{feff}"] {
        let folder = repository(text);
        let output = redan(folder.path(), &["check", MODEL]);
        assert_eq!(output.status.code(), Some(2), "{text:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("redan"), "{text:?}");
    }
}
