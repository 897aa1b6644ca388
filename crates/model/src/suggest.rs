//! "Did you mean": the nearest of the names that are allowed.

/// The allowed name nearest to `given`, if one is near enough to be a likely slip of the fingers.
///
/// Ties go to the name that comes first in `allowed`, so the answer does not depend on hashing.
pub fn nearest<'a>(given: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = normalise(given);
    // Every name of two letters is one slip away from every other.
    let length = wanted.chars().count();
    let limit = if length < 3 { 0 } else { (length / 3).max(1) };
    let mut best: Option<(usize, &str)> = None;
    for name in allowed {
        let distance = strsim::damerau_levenshtein(&wanted, &normalise(name));
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Names that differ only in case or in `_` for `-` are the same name to a reader.
fn normalise(name: &str) -> String {
    name.chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}
