//! Licences of everything that is linked, built or tested with, against the list of `deny.toml`.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use super::read;

pub(super) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let deny: toml::Table = read(&root.join("deny.toml"))?.parse()?;
    let allowed = deny
        .get("licenses")
        .and_then(|table| table.get("allow"))
        .and_then(toml::Value::as_array)
        .context("deny.toml has no list of licences")?;
    let allowed: Vec<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let host = host()?;
    // Only what this machine builds is sure to be on its disk, and nothing is fetched here.
    let arguments = ["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", &host];
    let output = Command::new(cargo).args(arguments).current_dir(root).output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("metadata lists packages")?;
    let excepted = |package: &serde_json::Value, licence: &str| {
        let exceptions = deny.get("licenses").and_then(|table| table.get("exceptions")).and_then(toml::Value::as_array);
        let mut own =
            exceptions.into_iter().flatten().filter(|one| one.get("crate").and_then(toml::Value::as_str) == package["name"].as_str());
        own.any(|one| {
            let more = one.get("allow").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str);
            is_allowed(licence, &more.collect::<Vec<_>>())
        })
    };
    let is_fine = |package: &serde_json::Value| {
        package["license"].as_str().is_some_and(|licence| is_allowed(licence, &allowed) || excepted(package, licence))
    };
    let bad = packages.iter().filter(|package| !is_fine(package));
    Ok(bad.map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"])).collect())
}

/// The platform of this machine.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names its host")
}

/// Whether an SPDX expression leaves a way that is allowed. `AND` binds tighter than `OR`; `/` is an old `OR`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace('/', " OR ");
    if let Some(open) = expression.rfind('(')
        && let Some(close) = expression[open..].find(')')
    {
        let inner = if is_allowed(&expression[open + 1..open + close], allowed) { "ALLOWED" } else { "REFUSED" };
        return is_allowed(&format!("{}{inner}{}", &expression[..open], &expression[open + close + 1..]), allowed);
    }
    let one = |licence: &str| licence == "ALLOWED" || allowed.contains(&licence);
    expression.split(" OR ").any(|way| way.split(" AND ").all(|licence| one(licence.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_way_is_enough_and_every_part_of_it_counts() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
        assert!(is_allowed("GPL-3.0 OR MIT", &allowed));
        assert!(is_allowed("MIT/Apache-2.0", &allowed));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
    }
}
