//! Folders that are made for something, and go again if that fails.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::whole::sync_folder;

/// Folders that were missing. When they are dropped they are removed, the empty ones of them, unless they are kept.
#[derive(Debug, Default)]
pub struct NewFolders {
    /// The outermost first.
    made: Vec<PathBuf>,
}

impl NewFolders {
    /// Makes a folder, and those it is in.
    ///
    /// # Errors
    /// What the file system says; what was made is removed.
    pub fn make(folder: &Path) -> io::Result<NewFolders> {
        let mut missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|one| !one.as_os_str().is_empty() && fs::symlink_metadata(one).is_err())
            .collect();
        missing.reverse();
        let mut folders = NewFolders::default();
        for one in missing {
            match fs::create_dir(one) {
                Ok(()) => folders.made.push(one.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(folders)
    }

    /// Keeps them, also through a power cut.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep(mut self) -> io::Result<()> {
        std::mem::take(&mut self.made).iter().try_for_each(|one| sync_folder(one.parent().unwrap_or(Path::new("."))))
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for one in self.made.iter().rev() {
            let _ = fs::remove_dir(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_goes_and_what_was_there_or_is_used_stays() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        drop(NewFolders::make(&here.join("a/b/../c")).unwrap());
        assert!(!here.join("a").exists());
        let made = NewFolders::make(&here.join("a/b")).unwrap();
        fs::write(here.join("a/file"), "").unwrap();
        drop(made);
        assert!(here.join("a").exists() && !here.join("a/b").exists());
        NewFolders::make(&here.join("a/b")).unwrap().keep().unwrap();
        drop(NewFolders::make(&here.join("a/b")).unwrap());
        assert!(here.join("a/b").exists());
        assert!(NewFolders::make(&here.join("x/y\0")).is_err());
        assert!(!here.join("x").exists());
    }
}
