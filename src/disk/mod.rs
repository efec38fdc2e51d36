//! Files that are there whole or not at all, whatever happens in between.
//!
//! What is being written has a temporary name in the folder where it will be, and a lock for as long as its process lives
//! ([`Temporary`], [`TemporaryFolder`]). What a killed process left can be locked by anybody, so the next one that writes
//! there removes it ([`Naming::sweep`]).

mod lock;
mod made;
mod temporary;
mod whole;

pub use made::NewFolders;
pub use temporary::{INCOMING, Naming, OUTPUT, Temporary, TemporaryFolder};
pub use whole::{OutputFolder, rename_new, sync_folder, write_whole, write_whole_by};
