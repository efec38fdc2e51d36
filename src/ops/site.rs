//! Sites: the roots of places, such as `WH1` of `WH1/A-01`, each with a prefix and templates of its own. Goods between
//! two sites are in transit until they are received by scan on the other side.

use super::masters::{clean, draft, not_valid};
use super::record::record;
use super::{Content, Recorded, Request, Result, numbers};
use crate::ledger::{Code, Refusal};
use crate::model::{PlacePath, folded};
use crate::store::{Store, View};

/// A site as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The root of its places.
    pub root: String,
    /// What its numbers begin with.
    pub prefix: String,
    /// How lots are made there, where the item does not say.
    pub lot_template: Option<String>,
    /// How serials are made there.
    pub serial_template: Option<String>,
}

/// `location set`: what is not given stays as it is, an empty text takes a template away.
#[derive(Debug, Clone, Default)]
pub struct SetSite {
    /// The root of its places.
    pub root: String,
    /// What its numbers begin with.
    pub prefix: Option<String>,
    /// How lots are made there.
    pub lot_template: Option<String>,
    /// How serials are made there.
    pub serial_template: Option<String>,
}

const BEGINNING: &str = "site/";
const NAME: &str = "name";
const PREFIX: &str = "prefix";
const TEMPLATES: [(&str, &str); 2] = [("lot", "lot-template"), ("serial", "serial-template")];

/// The root of a place: what stands before the first slash.
pub(super) fn root_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

fn subject_of(root: &str) -> String {
    format!("{BEGINNING}{}", folded(root))
}

/// Do two places belong to two sites? Where no sites were made, all places are of one.
///
/// # Errors
/// What the database says.
pub(super) fn are_apart(view: &View<'_>, one: &str, other: &str) -> Result<bool> {
    let differs = !root_of(one).eq_ignore_ascii_case(root_of(other));
    Ok(differs && is_site(view, one)? && is_site(view, other)?)
}

/// The site of a place: its root, and its prefix, which is the root itself until another one is set.
///
/// # Errors
/// What the database says.
pub(super) fn of(view: &View<'_>, path: &str) -> Result<(String, String)> {
    let root = root_of(path);
    let set = view.setting_of(&subject_of(root), PREFIX)?.filter(|prefix| !prefix.is_empty());
    Ok((root.to_owned(), set.unwrap_or_else(|| root.to_owned())))
}

/// True when the root of a place was made a site.
///
/// # Errors
/// What the database says.
pub(super) fn is_site(view: &View<'_>, path: &str) -> Result<bool> {
    Ok(view.setting_of(&subject_of(root_of(path)), NAME)?.is_some())
}

/// The template of a site for lots or serials.
///
/// # Errors
/// What the database says.
pub(super) fn template_of(view: &View<'_>, root: &str, word: &str) -> Result<Option<String>> {
    let template = view.setting_of(&subject_of(root), &format!("{word}-template"))?;
    Ok(template.filter(|template| !template.is_empty()))
}

/// All sites, by their roots.
///
/// # Errors
/// What the database says.
pub fn sites(view: &View<'_>) -> Result<Vec<Site>> {
    let roots = view.subjects_with(BEGINNING, NAME)?;
    let site = |root: String| {
        Ok(Site {
            prefix: of(view, &root)?.1,
            lot_template: template_of(view, &root, "lot")?,
            serial_template: template_of(view, &root, "serial")?,
            root,
        })
    };
    roots.into_iter().map(site).collect()
}

/// Makes a root a site, or changes what holds for it.
///
/// # Errors
/// `not-valid`, `unknown-location`: no place has this root.
pub fn set_site(store: &Store, change: &SetSite, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("location set", request);
    content.flag("root", Some(&change.root));
    content.flag("prefix", change.prefix.as_deref());
    content.flag("lot-template", change.lot_template.as_deref());
    content.flag("serial-template", change.serial_template.as_deref());
    record(store, request, content.digest(), |writer| {
        let root = PlacePath::new(&change.root).map_err(|error| {
            not_valid(format!("the site cannot be kept: {error}"), "name the root of its places, such as WH1")
        })?;
        let root = root.as_str();
        if root_of(root) != root {
            let message = format!("{root} is a place within {}, and a site is a root of places", root_of(root));
            return Err(not_valid(message, &format!("scantrail location set {}", root_of(root))).into());
        }
        let key = folded(root);
        let of_site = |path: &str| folded(root_of(path)) == key;
        if !writer.own_places()?.iter().any(|place| of_site(&place.path)) {
            let message = format!("no place begins with {root}");
            let hint = format!("make one first: scantrail location add {root}/A-01");
            return Err(Refusal::new(Code::UnknownLocation, message, hint).into());
        }
        let subject = subject_of(root);
        if writer.setting_of(&subject, NAME)?.is_none() {
            writer.set_setting(&subject, NAME, root)?;
        }
        if let Some(prefix) = change.prefix.as_deref().map(str::trim) {
            writer.set_setting(&subject, PREFIX, &clean(prefix)?)?;
        }
        let given = [&change.lot_template, &change.serial_template];
        for ((word, name), text) in TEMPLATES.iter().zip(given) {
            if let Some(text) = text.as_deref().map(str::trim) {
                if !text.is_empty() {
                    numbers::parsed(text, word)?;
                }
                writer.set_setting(&subject, name, text)?;
            }
        }
        Ok(draft(
            "location-set",
            serde_json::json!({
                "site": root, "prefix": change.prefix, "lot_template": change.lot_template,
                "serial_template": change.serial_template,
            }),
        ))
    })
}
