//! What other tools find in their own samples, and what is found here: nothing that they know may be missing, and nobody
//! gets more to read than from them. The samples lie in the corpus, which is not part of the project.

#[cfg(test)]
mod peers {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use serde_json::Value as Json;

    /// The folder with the samples of a tool, if the corpus is there.
    fn samples(tool: &str) -> Option<PathBuf> {
        let folder = std::env::var_os("REDAN_CORPUS").map(|corpus| Path::new(&corpus).join(tool)).filter(|folder| folder.is_dir());
        if folder.is_none() {
            println!("skipped: REDAN_CORPUS is not set");
        }
        folder
    }

    fn redan(args: &[&str], file: &Path) -> Json {
        let output = Command::new(env!("CARGO_BIN_EXE_redan"))
            .args(args)
            .arg(file)
            .args(["--format", "json", "--today", "2020-06-01"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The first columns of a table, without its heading.
    fn rows(file: &Path) -> Vec<(String, String)> {
        let text = std::fs::read_to_string(file).unwrap();
        let row = |line: &str| {
            line.split_once('\t').map(|(first, rest)| (first.to_owned(), rest.split('\t').next().unwrap_or_default().to_owned()))
        };
        text.lines().skip(1).filter_map(row).collect()
    }

    /// A threat of ours: what it is about, whom it stands for, and where it stands.
    struct Found {
        id: String,
        subjects: BTreeSet<String>,
        counterparts: BTreeSet<String>,
        status: String,
    }

    fn texts(value: &Json) -> BTreeSet<String> {
        value.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    fn found(file: &Path) -> Vec<Found> {
        let threats = redan(&["threats"], file)["threats"].as_array().unwrap().clone();
        let text = |threat: &Json, key: &str| threat[key].as_str().unwrap_or_default().to_owned();
        threats
            .iter()
            .map(|threat| Found {
                id: text(threat, "id"),
                subjects: texts(&threat["subjects"]),
                counterparts: texts(&threat["counterparts"]),
                status: text(threat, "status"),
            })
            .collect()
    }

    fn count(threats: &[Found], statuses: &[&str]) -> usize {
        threats.iter().filter(|threat| statuses.contains(&threat.status.as_str())).count()
    }

    fn table(tool: &str, all: usize, missing: &[String], threats: &[Found]) {
        let statuses = ["open", "question", "mitigated", "accepted"].map(|status| format!("{} {status}", count(threats, &[status])));
        println!("{tool}: {} of {all} have a counterpart; here {}", all - missing.len(), statuses.join(", "));
        for missing in missing {
            println!("  without: {missing}");
        }
    }

    #[test]
    fn what_threagile_finds_in_its_sample_is_found_in_less_to_read() {
        let Some(folder) = samples("threagile") else { return };
        let file = folder.join("example-0.9.1.yaml");
        let (threats, risks) = (found(&file), rows(&folder.join("example-0.9.1.risks.tsv")));
        let (mut missing, mut known) = (Vec::new(), 0);
        for (category, id) in &risks {
            let parts: BTreeSet<String> = id.split('@').skip(1).map(|part| part.replace('>', "-")).collect();
            let fits = |threat: &&Found| {
                let same = threat.counterparts.contains(&format!("threagile:{category}")) || threat.id.starts_with(category.as_str());
                same && !threat.subjects.is_disjoint(&parts)
            };
            let fitting: Vec<&Found> = threats.iter().filter(fits).collect();
            if fitting.is_empty() {
                missing.push(id.clone());
            }
            known += usize::from(fitting.iter().any(|threat| threat.status != "question"));
        }
        table("threagile", risks.len(), &missing, &threats);
        println!("  {known} settled by what the file states");
        assert!(missing.len() <= 4, "{missing:#?}");
        assert!(known >= 60, "{known}");
        assert!(count(&threats, &["open"]) < risks.len());
        assert!(count(&threats, &["open", "question"]) <= 126);
    }

    #[test]
    fn what_pytm_finds_in_its_sample_is_found_on_the_same_thing() {
        let Some(folder) = samples("pytm") else { return };
        let file = folder.join("sample-output.json");
        let (threats, findings) = (found(&file), rows(&folder.join("sample-findings.tsv")));
        let model = redan(&["import"], &file)["model"].clone();
        let mut ids: BTreeMap<&str, &str> = BTreeMap::new();
        for (section, key) in [("elements", "name"), ("flows", "label")] {
            for (id, entry) in model[section].as_object().unwrap() {
                ids.insert(entry[key].as_str().unwrap_or(id), id);
            }
        }
        let is_met = |(target, finding): &&(String, String)| {
            let subject = ids[target.as_str()];
            threats.iter().any(|threat| threat.subjects.contains(subject) && threat.counterparts.contains(&format!("pytm:{finding}")))
        };
        let missing: Vec<String> =
            findings.iter().filter(|row| !is_met(row)).map(|(target, finding)| format!("{finding} at {target}")).collect();
        table("pytm", findings.len(), &missing, &threats);
        assert!(missing.len() * 100 <= findings.len() * 5, "{missing:#?}");
        assert!(count(&threats, &["open"]) < findings.len());
        assert!(count(&threats, &["open", "question"]) * 2 <= findings.len() * 3);
    }
}
