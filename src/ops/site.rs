//! Sites: the roots of places, such as `WH1` of `WH1/A-01`, each with a prefix and templates of its own.

use super::Result;
use crate::model::folded;
use crate::store::View;

/// The root of a place: what stands before the first slash.
pub(super) fn root_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Where the settings of a site are kept.
pub(super) fn subject_of(root: &str) -> String {
    format!("site/{}", folded(root))
}

/// The site of a place: its root, and its prefix, which is the root itself until another one is set.
///
/// # Errors
/// What the database says.
pub(super) fn of(view: &View<'_>, path: &str) -> Result<(String, String)> {
    let root = root_of(path);
    let set = view.setting_of(&subject_of(root), "prefix")?.filter(|prefix| !prefix.is_empty());
    Ok((root.to_owned(), set.unwrap_or_else(|| root.to_owned())))
}

/// The template of a site for lots or serials.
///
/// # Errors
/// What the database says.
pub(super) fn template_of(view: &View<'_>, root: &str, word: &str) -> Result<Option<String>> {
    let template = view.setting_of(&subject_of(root), &format!("{word}-template"))?;
    Ok(template.filter(|template| !template.is_empty()))
}
