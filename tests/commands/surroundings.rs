//! What lies about where the program runs: homes that are none, files that are pipes, secrets that others can read.

use std::path::Path;
use std::process::Command;

use crate::world::{Outcome, World, finish, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// Runs a command that must not wait for anything.
fn run_without_waiting(world: &World, line: &str, stdin: &str) -> Outcome {
    let scantrail = world.scantrail();
    let mut command = world.sealed("timeout");
    command.arg("20").arg(scantrail.get_program()).args(scantrail.get_args()).args(words(line));
    command.env("PATH", "/usr/bin:/bin");
    finish(command, line, stdin.as_bytes())
}

fn make_folder(world: &World, name: &str) {
    std::fs::create_dir_all(world.path(name)).unwrap();
}

fn make_pipe(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_home_that_is_empty_or_relative_is_none() {
    for (home, why) in [
        ("", "there is no HOME"),
        ("at/home", "HOME is not an absolute path: there is no folder"),
        (".", "HOME is not an absolute path: there is no folder"),
    ] {
        let mut world = World::stocked();
        make_folder(&world, "at/home");
        make_folder(&world, ".config/scantrail");
        world.write(".config/scantrail/config.toml", "operator = \"somebody\"\n");
        world.set("HOME", home);
        for variable in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
            world.set(variable, "not/absolute");
        }
        for (line, what) in [
            (format!("{RECEIVE} --live"), "to keep the scans of a live session in: set HOME or XDG_STATE_HOME"),
            ("scanner set prefix=X".to_owned(), "to keep the scanner profile in: set HOME or XDG_CONFIG_HOME"),
        ] {
            let outcome = world.run(&line, "BOLT\n");
            assert_eq!(outcome.exit, 2, "{outcome}");
            assert!(outcome.stderr.contains(&format!("{why} {what}")), "{outcome}");
        }
        // A config file of whoever owns the current folder is nobody's.
        assert_eq!(world.json("log --limit 1", "")["operations"][0]["operator"], "ann");
        let mut command = world.sealed(env!("CARGO_BIN_EXE_scantrail"));
        command.args(words("location add NEW --json"));
        assert_eq!(finish(command, "location add", b"").document()["operator"], "unknown");

        world.set("SCANTRAIL_DB", "");
        for line in ["init", "stock"] {
            let outcome = world.run(line, "");
            assert_eq!(outcome.exit, 2, "{outcome}");
            let what = "to keep the database in: name it with --db or SCANTRAIL_DB";
            assert!(outcome.stderr.contains(&format!("{why} {what}")), "{outcome}");
        }
        assert!(!world.path(".local").exists() && !world.path("at/home/.local").exists());
        assert!(!world.path("not").exists());
        world.set("XDG_DATA_HOME", world.path("data"));
        world.ok("init", "");
        assert!(world.path("data/scantrail/scantrail.db").exists());
    }
}

#[test]
#[cfg(unix)]
fn a_password_that_others_can_read_is_warned_of_and_not_shown() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::stocked();
    make_folder(&world, ".config/scantrail");
    let file = ".config/scantrail/config.toml";
    let shown = world.path(file).display().to_string();
    let warning = format!(
        "warning: others on this machine can read the password in {shown}: make it yours alone with chmod 0600 {shown}, or \
         keep the password in ~/.pgpass\n"
    );
    for (database, mode, is_warned) in [
        ("postgresql://ann:sEcret@db.example/stock", 0o644, true),
        ("postgresql://ann@db.example/stock?password=sEcret", 0o640, true),
        ("postgresql://ann:sEcret@db.example/stock", 0o602, true),
        ("postgresql://ann:sEcret@db.example/stock", 0o600, false),
        ("postgresql://ann@db.example/stock", 0o644, false),
        ("stock.db", 0o644, false),
    ] {
        world.write(file, format!("database = \"{database}\"\n"));
        std::fs::set_permissions(world.path(file), std::fs::Permissions::from_mode(mode)).unwrap();
        let outcome = world.ok("stock", "");
        assert_eq!(outcome.stderr, if is_warned { warning.as_str() } else { "" }, "{database} {mode:o}");
        assert!(!outcome.stdout.contains("sEcret"), "{outcome}");
        assert_eq!(world.ok("stock --quiet", "").stderr, "");
    }
}

#[test]
fn a_pipe_where_a_file_should_be_is_refused_and_not_waited_for() {
    const WHY: &str = "it is no ordinary file";
    let mut world = World::stocked();
    make_pipe(&world.path("pipe.csv"));
    for line in ["import items pipe.csv --json", "attach lot B7 pipe.csv --json"] {
        let outcome = run_without_waiting(&world, line, "");
        assert_eq!(outcome.error_code(1), "file");
        assert!(outcome.stderr.contains(WHY), "{outcome}");
    }
    let outcome = run_without_waiting(&world, "import items /dev/zero --json", "");
    assert_eq!(outcome.error_code(1), "file");

    world.set("PGPASSFILE", world.path("pipe.csv"));
    let outcome = run_without_waiting(&world, "--db postgresql://ann@localhost:1/stock stock", "");
    assert!(outcome.exit == 2 && outcome.stderr.contains(WHY), "{outcome}");
    world.set("PGPASSFILE", "");
    let url = format!(
        "postgresql://ann@localhost:1/stock?sslmode=verify-full&sslrootcert={}",
        world.path("pipe.csv").display()
    );
    let outcome = run_without_waiting(&world, &format!("--db {url} stock"), "");
    assert!(outcome.exit == 1 && outcome.stderr.contains(WHY), "{outcome}");

    make_pipe(&world.path(".config/scantrail/scanner.toml"));
    let outcome = run_without_waiting(&world, &format!("{RECEIVE} --json"), "BOLT\n1\n");
    assert_eq!(outcome.error_code(1), "file");
    assert!(outcome.stderr.contains("scanner.toml") && outcome.stderr.contains(WHY), "{outcome}");
    make_pipe(&world.path(".config/scantrail/config.toml"));
    let outcome = run_without_waiting(&world, "stock --json", "");
    assert_eq!(outcome.error_code(1), "file");
    assert!(outcome.stderr.contains("config.toml") && outcome.stderr.contains(WHY), "{outcome}");
}

#[test]
fn scans_may_come_from_a_pipe_with_a_name() {
    let world = World::stocked();
    make_pipe(&world.path("scans"));
    let path = world.path("scans");
    let writer = std::thread::spawn(move || std::fs::write(path, "BOLT\n1\n").unwrap());
    world.ok(&format!("{RECEIVE} --scans scans"), "");
    writer.join().unwrap();
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 21"]);
}
