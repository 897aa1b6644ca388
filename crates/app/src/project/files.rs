//! Reading below a root: nothing outside of it, nothing too large, nothing that is not a plain file.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use redan_model::Files;
use redan_model::limits::MAX_FILE_BYTES;

use crate::memory;

/// The files below a folder. Symbolic links are followed only as long as they stay below it.
#[derive(Debug)]
pub(crate) struct FilesBelow {
    root: PathBuf,
}

impl FilesBelow {
    /// The files below `root`, which is absolute and without symbolic links.
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for FilesBelow {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let wanted = self.root.join(path);
        let real = fs::canonicalize(&wanted).map_err(|error| phrase(&error))?;
        if !real.starts_with(&self.root) {
            return Err("it is outside the repository".to_owned());
        }
        let bytes = read_limited(&real)?;
        memory::large_pages_for(bytes.len());
        Ok(bytes)
    }
}

/// The bytes of a plain file that is not too large; its size is asked before anything is read.
pub(crate) fn read_limited(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| phrase(&error))?;
    if metadata.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    if metadata.len() > MAX_FILE_BYTES as u64 {
        return Err(too_large(metadata.len()));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(size);
    let file = File::open(path).map_err(|error| phrase(&error))?;
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| phrase(&error))?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// The text of such a file; what is not UTF-8 is shown with its place in the file that is `shown` so.
pub(crate) fn read_text(path: &Path, shown: &str) -> Result<String, String> {
    let bytes = read_limited(path).map_err(|why| format!("cannot read `{shown}`: {why}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let good = String::from_utf8_lossy(&error.as_bytes()[..end]).into_owned();
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{shown}:{line}:{column}: there is a byte here that is not UTF-8, so it is not a text")
    })
}

fn too_large(size: u64) -> String {
    format!("it has {} MB, and the limit is {} MB", size / 1_000_000, MAX_FILE_BYTES / 1_000_000)
}

fn phrase(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A path below `root` as the user would write it: relative to `cwd` where the user's own path was relative.
pub(crate) fn shown_path(root: &Path, below: &str, cwd: &Path, absolute: bool) -> String {
    let full = root.join(below);
    let shown = if absolute { full } else { relative_to(&full, cwd) };
    shown.to_string_lossy().replace('\\', "/")
}

fn relative_to(path: &Path, cwd: &Path) -> PathBuf {
    let path: Vec<Component<'_>> = path.components().collect();
    let cwd: Vec<Component<'_>> = cwd.components().collect();
    let common = path.iter().zip(&cwd).take_while(|(a, b)| a == b).count();
    std::iter::repeat_n(Component::ParentDir, cwd.len() - common).chain(path[common..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_the_user_would_write_them() {
        let root = Path::new("/repo");
        assert_eq!(shown_path(root, "a/b.yaml", Path::new("/repo"), false), "a/b.yaml");
        assert_eq!(shown_path(root, "a/b.yaml", Path::new("/repo/c"), false), "../a/b.yaml");
        assert_eq!(shown_path(root, "a/b.yaml", Path::new("/elsewhere"), true), "/repo/a/b.yaml");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_that_leaves_the_root_is_refused() {
        let outside = tempfile::tempdir().unwrap();
        let inside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.yaml"), "x").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.yaml"), inside.path().join("link.yaml")).unwrap();
        let files = FilesBelow::new(&fs::canonicalize(inside.path()).unwrap());
        assert_eq!(files.read("link.yaml"), Err("it is outside the repository".to_owned()));
        assert_eq!(files.read("none.yaml"), Err("no such file".to_owned()));
        assert_eq!(files.read("."), Err("it is a folder".to_owned()));
    }

    #[test]
    #[cfg(unix)]
    fn a_huge_file_is_refused_by_its_size_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.yaml");
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert!(read_limited(&path).unwrap_err().contains("the limit is"));
    }
}
