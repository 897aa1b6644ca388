//! "Did you mean": the nearest of the names that are allowed.

/// The allowed name nearest to `given`, if one is near enough to be a likely slip of the fingers.
///
/// Ties go to a name that begins alike, for few slips are at the first letter, and then to the one that comes first in
/// `allowed`, so the answer does not depend on hashing.
pub fn nearest<'a>(given: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = normalise(given);
    // Every name of two letters is one slip away from every other.
    let length = wanted.chars().count();
    let limit = if length < 3 { 0 } else { (length / 3).max(1) };
    let mut best: Option<((usize, bool), &str)> = None;
    for name in allowed {
        let other = normalise(name);
        let distance = (strsim::damerau_levenshtein(&wanted, &other), wanted.chars().next() != other.chars().next());
        if distance.0 <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Names that are listed beside the nearest one; more than these nobody reads.
const MOST_BESIDE: usize = 10;

/// What to write instead, in words: the nearest name, and all that are allowed, where these are few or none is near.
pub fn advice(near: Option<&str>, allowed: &[impl AsRef<str>]) -> String {
    let list = || allowed.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ");
    match near {
        Some(near) if allowed.len() > MOST_BESIDE => format!("did you mean `{near}`?"),
        Some(near) => format!("did you mean `{near}`? allowed: {}", list()),
        None => format!("allowed: {}", list()),
    }
}

/// Names that differ only in case or in `_` for `-` are the same name to a reader.
fn normalise(name: &str) -> String {
    name.chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_names_equally_near_the_one_that_begins_alike_is_meant() {
        assert_eq!(nearest("htps", ["ftps", "https"]), Some("https"));
        assert_eq!(nearest("cat", ["bat", "hat"]), Some("bat"), "else the first");
    }
}
