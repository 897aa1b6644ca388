//! Titles and descriptions with the names of an interaction filled in.

/// A text with `{source.Name}`, `{target.Name}` and `{flow.Name}` replaced; case does not count, other braces stay.
pub fn fill(text: &str, [source, target, flow]: [&str; 3]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        let word = rest[1..close].trim();
        let name = [("source.name", source), ("target.name", target), ("flow.name", flow)];
        match name.iter().find(|(place, _)| word.eq_ignore_ascii_case(place)) {
            Some((_, name)) => {
                out.push_str(name);
                rest = &rest[close + 1..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_nothing_else_is_touched() {
        let names = ["A", "B{flow.Name}", "C"];
        assert_eq!(fill("{source.name} to {Target.Name} by { flow.Name } {x {source.Name} {", names), "A to B{flow.Name} by C {x A {");
    }
}
