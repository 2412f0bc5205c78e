//! Files and folders, written so that an interruption leaves the old state or the new one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{digest, project};

/// Writes a file by way of a neighbour that takes its name when complete.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    make_parent(path)?;
    let partial = partial(path);
    fs::write(&partial, bytes).with_context(|| cannot("write", &partial))?;
    fs::rename(&partial, path).with_context(|| cannot("write", path))
}

/// Like [`write()`], but leaves a file alone that holds these bytes already, so that whoever
/// watches it sees no change.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(false);
    }
    write(path, bytes)?;
    Ok(true)
}

/// Copies a file by way of a neighbour, unless the content is there already.
pub fn copy_if_changed(from: &Path, to: &Path) -> Result<bool> {
    let length = |path| fs::metadata(path).map(|metadata| metadata.len()).ok();
    if length(from) == length(to) && digest::of_file(from)? == digest::of_file(to)? {
        return Ok(false);
    }
    copy(from, to)?;
    Ok(true)
}

/// Copies a file, with its permissions, by way of a neighbour.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    make_parent(to)?;
    let partial = partial(to);
    fs::copy(from, &partial).with_context(|| cannot("copy", from))?;
    fs::rename(&partial, to).with_context(|| cannot("write", to))
}

/// Makes the folder of a file.
pub fn make_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) => make_folder(parent),
        None => Ok(()),
    }
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| cannot("make the folder", path))
}

/// Removes a file, a link or a whole folder; nothing there is as good as removed.
pub fn remove(path: &Path) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let removed = if metadata.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    removed.with_context(|| cannot("remove", path))
}

/// Every file under a folder, sorted by path.
pub fn all_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| cannot("read", &folder))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A path as shown to a person: inside the workspace, from its root.
pub fn shown(path: &Path) -> String {
    let inside = path.strip_prefix(project::root()).unwrap_or(path);
    inside.display().to_string()
}

/// What to say when the system refuses.
pub fn cannot(what: &str, path: &Path) -> String {
    format!("can't {what} {}", shown(path))
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_only_what_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a/b.txt");
        assert!(write_if_changed(&file, b"one").expect("written"));
        assert!(!write_if_changed(&file, b"one").expect("left alone"));
        assert!(write_if_changed(&file, b"two").expect("written"));
        let copied = folder.path().join("c.txt");
        assert!(copy_if_changed(&file, &copied).expect("copied"));
        assert!(!copy_if_changed(&file, &copied).expect("left alone"));
        fs::write(&copied, b"tow").expect("changed");
        assert!(copy_if_changed(&file, &copied).expect("copied"));
        assert_eq!(fs::read(&copied).expect("read"), b"two");
        let names: Vec<_> = all_under(folder.path()).expect("listed");
        assert_eq!(names, [file, copied]);
    }

    #[test]
    fn removes_what_is_there_and_minds_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        write(&inner.join("file"), b"x").expect("written");
        remove(&inner).expect("removed");
        remove(&inner).expect("nothing to remove");
        assert!(!inner.exists());
    }
}
