//! What is on a disk once the power is gone, reckoned from what the shim recorded.
//!
//! A file is what its last good sync left. Data that a failed sync should have written is lost even when a later sync of the
//! file ends well, unless it is written anew (Linux takes the pages for clean). A name is on disk once its folder was synced,
//! or, as ext4 does it, the file itself; so are the names of the folders above it. Nothing else is: a real disk may have
//! more, and nobody may count on it.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The files of a folder, as they are seen and as they are on disk.
pub struct Disk {
    folder: PathBuf,
    record: PathBuf,
    contents: Vec<Content>,
    /// Which content the inodes of the record are now.
    inodes: HashMap<u64, usize>,
    /// The names that are on disk.
    names: BTreeMap<PathBuf, usize>,
    /// Changes of names that are not, in their order.
    renaming: Vec<Naming>,
    /// The names as they are seen.
    seen: BTreeMap<PathBuf, usize>,
    /// How much of the record was read.
    read: usize,
    /// How many calls of each kind were recorded.
    counts: BTreeMap<char, usize>,
}

/// What is in a file; nothing in a folder.
#[derive(Default, Clone)]
struct Content {
    is_folder: bool,
    on_disk: Vec<u8>,
    unsynced: Vec<Change>,
    seen: Vec<u8>,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Clone)]
enum Naming {
    Added(PathBuf, usize),
    Removed(PathBuf, usize),
    Renamed(PathBuf, PathBuf, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(at, written) => {
                let end = at + written.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*at..end].copy_from_slice(written);
            }
            Change::Cut(length) => bytes.resize(*length, 0),
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        let remove = |names: &mut BTreeMap<PathBuf, usize>, path: &PathBuf, id: usize| {
            if names.get(path) == Some(&id) {
                names.remove(path);
            }
        };
        match self {
            Naming::Added(path, id) => drop(names.insert(path.clone(), *id)),
            Naming::Removed(path, id) => remove(names, path, *id),
            Naming::Renamed(from, to, id) => {
                remove(names, from, *id);
                names.insert(to.clone(), *id);
                // What is in a folder goes with it.
                let inside: Vec<PathBuf> =
                    names.keys().filter(|path| path.starts_with(from) && *path != from).cloned().collect();
                for path in inside {
                    if let (Ok(rest), Some(id)) = (path.strip_prefix(from), names.remove(&path)) {
                        names.insert(to.join(rest), id);
                    }
                }
            }
        }
    }

    /// The name that is there afterwards.
    fn made(&self) -> Option<(&Path, usize)> {
        match self {
            Naming::Added(path, id) | Naming::Renamed(_, path, id) => Some((path, *id)),
            Naming::Removed(..) => None,
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Naming::Added(path, _) | Naming::Removed(path, _) => path.parent() == Some(folder),
            Naming::Renamed(from, to, _) => from.parent() == Some(folder) || to.parent() == Some(folder),
        }
    }
}

impl Disk {
    /// A folder all of which is on disk, and the record of what will happen there.
    pub fn of(folder: &Path, record: &Path) -> Disk {
        let mut disk = Disk {
            folder: folder.to_owned(),
            record: record.to_owned(),
            contents: Vec::new(),
            inodes: HashMap::new(),
            names: BTreeMap::new(),
            renaming: Vec::new(),
            seen: BTreeMap::new(),
            read: 0,
            counts: BTreeMap::new(),
        };
        for path in std::iter::once(folder.to_owned()).chain(paths_below(folder)) {
            let found = std::fs::symlink_metadata(&path).unwrap();
            let bytes = if found.is_dir() { Vec::new() } else { std::fs::read(&path).unwrap() };
            let content =
                Content { is_folder: found.is_dir(), on_disk: bytes.clone(), seen: bytes, ..Content::default() };
            let id = disk.add(found.ino(), content);
            disk.names.insert(path, id);
        }
        disk.seen = disk.names.clone();
        disk
    }

    fn add(&mut self, inode: u64, content: Content) -> usize {
        self.contents.push(content);
        self.inodes.insert(inode, self.contents.len() - 1);
        self.contents.len() - 1
    }

    /// Reads on in the record. True when the fault has struck meanwhile.
    pub fn follow(&mut self) -> bool {
        let bytes = std::fs::read(&self.record).unwrap_or_default();
        let mut rest = &bytes[self.read..];
        let mut has_struck = false;
        while let Some((head, after)) = rest.split_first_chunk::<32>() {
            let number = |index: usize| u64::from_ne_bytes(head[index * 8..][..8].try_into().unwrap());
            let (payload, after) = after.split_at(number(3) as usize);
            let kind = char::from(number(0) as u8);
            has_struck |= kind == '!';
            *self.counts.entry(kind).or_default() += 1;
            self.happened(kind, number(1), number(2) as usize, payload);
            rest = after;
        }
        assert!(rest.is_empty(), "the record ends within an entry");
        self.read = bytes.len();
        has_struck
    }

    fn happened(&mut self, kind: char, inode: u64, at: usize, payload: &[u8]) {
        let path = |bytes: &[u8]| PathBuf::from(std::str::from_utf8(bytes).unwrap());
        match kind {
            'C' | 'D' => {
                let id = self.add(inode, Content { is_folder: kind == 'D', ..Content::default() });
                self.named(Naming::Added(path(payload), id));
            }
            'U' => self.named(Naming::Removed(path(payload), self.inodes[&inode])),
            'R' | 'L' => {
                let id = self.inodes[&inode];
                let between = payload.iter().position(|byte| *byte == 0).unwrap();
                let (old, new) = (path(&payload[..between]), path(&payload[between + 1..]));
                self.named(if kind == 'R' { Naming::Renamed(old, new, id) } else { Naming::Added(new, id) });
            }
            'W' => self.changed(inode, Change::Write(at, payload.to_owned())),
            'T' => self.changed(inode, Change::Cut(at)),
            'S' => self.synced(self.inodes[&inode]),
            // What was to be written is lost; the length is not data, and the file system writes it some time.
            'E' => {
                let content = &mut self.contents[self.inodes[&inode]];
                content.unsynced.retain(|change| matches!(change, Change::Cut(_)));
            }
            _ => {}
        }
    }

    fn named(&mut self, naming: Naming) {
        naming.apply(&mut self.seen);
        self.renaming.push(naming);
    }

    fn changed(&mut self, inode: u64, change: Change) {
        let content = &mut self.contents[self.inodes[&inode]];
        change.apply(&mut content.seen);
        content.unsynced.push(change);
    }

    fn synced(&mut self, id: usize) {
        let content = &mut self.contents[id];
        content.unsynced.drain(..).for_each(|change| change.apply(&mut content.on_disk));
        let own: Vec<PathBuf> = self.seen.iter().filter(|(_, its)| **its == id).map(|(path, _)| path.clone()).collect();
        let is_folder = content.is_folder;
        self.settle(|naming| {
            let is_above = |made: &Path| own.iter().any(|path| path.starts_with(made));
            naming.made().is_some_and(|(made, its)| its == id || is_above(made))
                || is_folder && own.iter().any(|folder| naming.is_in(folder))
        });
    }

    /// Puts some of the changes of names on disk.
    fn settle(&mut self, is_settled: impl Fn(&Naming) -> bool) {
        let (settled, rest) = self.renaming.drain(..).partition(is_settled);
        self.renaming = rest;
        let settled: Vec<Naming> = settled;
        settled.iter().for_each(|naming| naming.apply(&mut self.names));
    }

    /// How many calls of a class there were so far.
    pub fn count(&self, class: &str) -> usize {
        class.chars().next().and_then(|initial| self.counts.get(&initial)).copied().unwrap_or_default()
    }

    /// Writes what is left after a power cut into another, empty folder: everything that was synced, and of all else what
    /// has luck.
    pub fn after_power_cut(&self, into: &Path, mut luck: impl FnMut() -> bool) {
        let mut names = self.names.clone();
        self.renaming.iter().filter(|_| luck()).for_each(|naming| naming.apply(&mut names));
        for (path, id) in &names {
            let content = &self.contents[*id];
            let place = into.join(path.strip_prefix(&self.folder).unwrap());
            let mut above = path.ancestors().skip(1).take_while(|above| above.starts_with(&self.folder));
            if is_worthless(path) || !above.all(|above| names.contains_key(above)) {
                continue;
            }
            if content.is_folder {
                std::fs::create_dir_all(place).unwrap();
                continue;
            }
            let mut bytes = content.on_disk.clone();
            content.unsynced.iter().filter(|_| luck()).for_each(|change| change.apply(&mut bytes));
            std::fs::write(place, bytes).unwrap();
        }
    }

    /// Fails unless the folder holds exactly what was recorded: then no write went past the shim.
    pub fn assert_complete(&self) {
        let worthwhile = |path: &&PathBuf| !is_worthless(path);
        let found = paths_below(&self.folder);
        let found: Vec<&PathBuf> = found.iter().filter(worthwhile).collect();
        let seen: Vec<&PathBuf> = self.seen.keys().filter(|path| **path != self.folder).filter(worthwhile).collect();
        assert_eq!(found, seen, "names");
        for (path, id) in self.seen.iter().filter(|(path, _)| path.is_file() && !is_worthless(path)) {
            assert!(std::fs::read(path).unwrap() == self.contents[*id].seen, "{} was written unseen", path.display());
        }
    }
}

/// SQLite writes the index of its log through memory, and makes it anew.
fn is_worthless(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-shm")
}

/// Everything below a folder, sorted.
pub fn paths_below(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
            paths.push(entry.path());
        }
    }
    paths.sort();
    paths
}

/// A folder that is kept in memory, without what is worthless. Nobody works in it meanwhile.
pub struct Snapshot(Vec<(PathBuf, Option<Vec<u8>>)>);

impl Snapshot {
    /// Keeps a folder.
    pub fn of(folder: &Path) -> Snapshot {
        let keep = |path: PathBuf| {
            let bytes = path.is_file().then(|| std::fs::read(&path).unwrap());
            (path.strip_prefix(folder).unwrap().to_owned(), bytes)
        };
        Snapshot(paths_below(folder).into_iter().filter(|path| !is_worthless(path)).map(keep).collect())
    }

    /// Writes it into another, empty folder.
    pub fn lay(&self, into: &Path) {
        for (path, bytes) in &self.0 {
            match bytes {
                Some(bytes) => std::fs::write(into.join(path), bytes).unwrap(),
                None => std::fs::create_dir(into.join(path)).unwrap(),
            }
        }
    }

    /// The files whose paths begin so, but for those that have only a temporary name.
    pub fn files(&self, below: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
        let is_wanted = |path: &Path| {
            let is_temporary = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            !is_temporary && below.iter().any(|name| path.starts_with(name))
        };
        let kept = self.0.iter().filter(|(path, _)| is_wanted(path));
        kept.filter_map(|(path, bytes)| Some((path.clone(), bytes.clone()?))).collect()
    }

    /// The bytes of a file.
    pub fn file(&self, name: &str) -> &[u8] {
        let found = self.0.iter().find(|(path, _)| path == Path::new(name));
        found.and_then(|(_, bytes)| bytes.as_deref()).unwrap_or_else(|| panic!("no file {name}"))
    }
}
