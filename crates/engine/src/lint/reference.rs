//! The generated reference of lints: what each says, why it matters, and how to silence it.

use std::fmt::Write as _;

use super::LINTS;

/// The reference as one Markdown page.
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    for spec in LINTS {
        let _ = writeln!(
            out,
            "| `{}` | {} | {}. {} | {} |",
            spec.code,
            spec.severity.as_str(),
            cell(spec.title),
            cell(spec.why),
            sentence(spec.fix)
        );
    }
    out
}

const HEAD: &str = "# Lints

`redan check` looks for faults of the model itself. Errors fail the gate; warnings and hints do not, unless `redan.toml` says so.

A lint that does not apply is silenced under `suppress`, for the whole model or for one thing, and always with the reason:

```yaml
suppress:
  unread-store: the archive is read by auditors, who are not drawn
  dangling-element@legacy-app: it is switched off in March
```

An error stays an error until a reason is given, and an entry that silences nothing is itself reported.

| code | severity | what it says | what to do |
|---|---|---|---|
";

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A phrase as a sentence.
fn sentence(text: &str) -> String {
    format!("{}.", redan_model::naming::capitalised(&cell(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_row_for_every_lint() {
        let page = markdown();
        for spec in LINTS {
            assert!(page.contains(&format!("| `{}` | {} |", spec.code, spec.severity.as_str())), "{}", spec.code);
        }
        assert!(page.lines().filter(|line| line.starts_with("| ")).all(|line| line.matches(" | ").count() == 3));
    }

    #[test]
    fn the_examples_of_the_page_name_lints() {
        for line in HEAD.lines().filter(|line| line.starts_with("  ")) {
            let code = line.trim().split([':', '@']).next().unwrap_or_default();
            assert!(LINTS.iter().any(|spec| spec.code == code), "{code}");
        }
    }
}
