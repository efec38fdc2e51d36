//! The scanner profile of this station, in a file of its own beside the config file.

use std::path::Path;

use serde::Deserialize;

use super::failure::Failure;
use super::output::safe;
use crate::codes::Profile;
use crate::disk::write_whole;
use crate::store::read_ordinary_text;

/// A profile, and where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StationProfile {
    /// What is undone in every scan.
    pub profile: Profile,
    /// When it was made, as RFC 3339.
    pub made: String,
    /// Who made it.
    pub by: String,
    /// What the calibration found that cannot be undone, in sentences.
    pub losses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    made: String,
    #[serde(default)]
    by: String,
    settings: Vec<String>,
    #[serde(default)]
    losses: Vec<String>,
}

impl StationProfile {
    /// Reads the file; `None` when there is none.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn read(path: &Path) -> Result<Option<StationProfile>, Failure> {
        let text = match read_ordinary_text(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(damaged(path, "it is no text"));
            }
            Err(error) => return Err(Failure::file(&path.display().to_string(), &error)),
        };
        let file: File = toml::from_str(&text).map_err(|error| damaged(path, error.message()))?;
        let mut profile = Profile::default();
        for setting in &file.settings {
            profile.set(setting).map_err(|fault| damaged(path, &fault.to_string()))?;
        }
        Ok(Some(StationProfile { profile, made: file.made, by: file.by, losses: file.losses }))
    }

    /// Puts it on disk: the old file is there, or the new one, whatever happens.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let wrong = |error: std::io::Error| Failure::file(&path.display().to_string(), &error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        write_whole(path, self.text().as_bytes()).map_err(wrong)
    }

    fn text(&self) -> String {
        let list = |texts: &[String]| texts.iter().map(|text| format!("  {},\n", quoted(text))).collect::<String>();
        format!(
            "# What scantrail undoes in every scan of this station, made by `scantrail scanner`; see docs/scanners.md.\n\
             made = {}\nby = {}\nsettings = [\n{}]\nlosses = [\n{}]\n",
            quoted(&safe(&self.made)),
            quoted(&safe(&self.by)),
            list(&self.profile.settings()),
            list(&self.losses)
        )
    }
}

/// A text without control characters as a basic string of TOML.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn damaged(path: &Path, why: &str) -> Failure {
    Failure::usage(format!(
        "the scanner profile {} is not understood: {why}\n  scantrail scanner forget removes it, and scanner calibrate makes \
         a new one; --as-scanned goes without it",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/scanner.toml");
        assert_eq!(StationProfile::read(&path).unwrap(), None);
        let mut profile = Profile::default();
        for setting in ["gs=TAB", "prefix=\"\\x5C'", "char=\"@", "char=ß-", "dead=´=", "same=AB \"\\x5C", "lost=\\x1B#"]
        {
            profile.set(setting).unwrap();
        }
        let losses = vec![r#"" \ all arrive as @"#.to_owned()];
        let kept = StationProfile { profile, made: "2026-11-23".to_owned(), by: "A\"n\\n".to_owned(), losses };
        kept.write(&path).unwrap();
        let read = StationProfile::read(&path).unwrap().unwrap();
        assert_eq!(read.profile, kept.profile);
        assert_eq!((read.losses, read.by), (kept.losses, "A\"n\\x5Cn".to_owned()));
        for damaged in ["settings = [\"nonsense\"]", "settings = 1", "", "settings = []\ncolour = 1", "\u{0}"] {
            std::fs::write(&path, damaged).unwrap();
            assert!(matches!(StationProfile::read(&path), Err(Failure::Usage(_))), "{damaged}");
        }
        std::fs::write(&path, [0xFF]).unwrap();
        assert!(StationProfile::read(&path).is_err());
    }
}
