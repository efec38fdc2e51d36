//! Random command lines of a shop: right ones and wrong ones, with texts that databases could take differently.

/// One command with what it reads.
#[derive(Clone, Debug)]
pub struct Step {
    pub words: Vec<String>,
    pub scans: Vec<u8>,
    /// The text of `rows.csv`, for imports.
    pub rows: Option<String>,
}

const ITEMS: [&str; 12] = [
    "BOLT",
    "CABLE",
    "MILK-1L",
    "FLOUR",
    "LAPTOP-15",
    "TABLET",
    "PUMP",
    "bolt",
    "Ölfilter",
    "ölfilter",
    "O'Ring 5\"",
    "LAP15",
];
const PLACES: [&str; 8] =
    ["WH1/A-01", "WH1/A-02", "wh1/a-01", "WH1/STAGING", "WH1/QUAR", "VAN-1", "Süd/Regal_1%", "süd/regal_1%"];
const SUPPLIERS: [&str; 4] = ["ACME", "ZENITH", "acme", "Müller & Söhne"];
const CUSTOMERS: [&str; 4] = ["BOB", "CAROL", "bob", "Zoë's"];
const PURCHASES: [&str; 3] = ["PO-1001", "po-1001", "PO-Ä'1"];
const SALES: [&str; 5] = ["SO-2001", "SO-2002", "SO-2003", "so-2001", "SO-😀"];
const ORDERED: [(&str, &[&str]); 6] = [
    ("PO-1001", &["LAPTOP-15", "MILK-1L", "PUMP"]),
    ("PO-Ä'1", &["PUMP", "Ölfilter"]),
    ("SO-2001", &["LAPTOP-15", "MILK-1L"]),
    ("SO-2002", &["LAPTOP-15", "MILK-1L"]),
    ("SO-2003", &["PUMP", "BOLT"]),
    ("SO-😀", &["TABLET", "Ölfilter"]),
];
/// Some differ in case only, or in how an accent is written; some look like patterns.
const LOTS: [&str; 10] = ["B7", "b7", "B8", "L1", "Ä1", "ä1", "A\u{308}1", "l'ot \"q\"", "%", "_"];
const SERIALS: [&str; 16] = [
    "SN1",
    "SN2",
    "SN3",
    "SN4",
    "SN5",
    "SN6",
    "SN7",
    "SN8",
    "sn1",
    "Sn1",
    "S\u{f1}1",
    "Sn\u{303}1",
    "😀-1",
    "x\\y",
    "'; --",
    "%",
];
const DATES: [&str; 3] = ["2026-12-01", "2027-03-31", "2026-11-01"];
const NOTES: [&str; 5] = ["Größe „M“ 📦", "it's \"quoted\" \\ back", "", "line\nbreak\ttab", "İstanbul ı ẞ"];

/// What makes the odd names known.
pub fn opening() -> Vec<Step> {
    [
        &["item", "add", "Ölfilter", "--name", "Ölfilter „groß“", "--track", "lot", "--scale", "3"] as &[&str],
        &["item", "add", "O'Ring 5\"", "--name", "it's", "--track", "none", "--barcode", "5\""],
        &["location", "add", "Süd/Regal_1%"],
        &["partner", "add", "Müller & Söhne", "--kind", "supplier", "--name", "Müller"],
        &["partner", "add", "Zoë's", "--kind", "customer", "--name", "Zoë"],
        &[
            "order",
            "add",
            "PO-Ä'1",
            "--kind",
            "purchase",
            "--partner",
            "acme",
            "--line",
            "pump=9",
            "--line",
            "Ölfilter=99",
        ],
        &[
            "order",
            "add",
            "SO-😀",
            "--kind",
            "sales",
            "--partner",
            "Zoë's",
            "--line",
            "TABLET=3",
            "--line",
            "Ölfilter=5.5",
        ],
    ]
    .into_iter()
    .enumerate()
    .map(|(index, words)| command_of(&[words, &["--op-id", &format!("opening-{index}")]].concat()))
    .collect()
}

/// Repeatable random numbers.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % sides as u64) as usize
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }
}

/// A script in the making.
pub struct Script {
    dice: Dice,
    steps: Vec<Step>,
    /// Numbers new names and op ids.
    next: usize,
    /// Item and serial of units that may be there.
    units: Vec<(&'static str, String)>,
}

impl Script {
    pub fn new(seed: u64) -> Script {
        Script { dice: Dice(seed), steps: Vec::new(), next: 0, units: Vec::new() }
    }

    /// The next command; once in a while one from before, word for word.
    pub fn step(&mut self) -> Step {
        if !self.steps.is_empty() && self.dice.percent(8) {
            let before = self.dice.roll(self.steps.len());
            return self.steps[before].clone();
        }
        let mut step = match self.dice.roll(100) {
            0..22 => self.receive(),
            22..30 => self.transfer(),
            30..37 => self.of_order("allocate"),
            37..40 => self.of_order("release"),
            40..48 => self.pick(),
            48..57 => self.sell(),
            57..64 => self.bring_back(),
            64..69 => self.undo(),
            69..77 => self.master(),
            77..81 => self.import(),
            81..86 => self.hold(),
            _ => return self.look(),
        };
        self.add_flags(&mut step);
        self.steps.push(step.clone());
        step
    }

    fn new_name(&mut self, what: &str) -> String {
        self.next += 1;
        format!("{what}-{}", self.next)
    }

    /// What every command that records may be given. An op id stands there always, so that no random one does.
    fn add_flags(&mut self, step: &mut Step) {
        let op_id = match self.dice.percent(8) {
            true => format!("Op-Id {}", self.dice.roll(4)),
            false => self.new_name("op"),
        };
        let mut add = |words: &[&str]| step.words.extend(words.iter().map(|word| (*word).to_owned()));
        add(&["--op-id", &op_id, "--station", ["dock-1", "dock-2", "Tor 3 „ß“"][self.dice.roll(3)]]);
        if self.dice.percent(12) {
            add(&["--dry-run"]);
        }
        if self.dice.percent(60) {
            add(&["--json"]);
        }
        if self.dice.percent(15) {
            add(&["--note", self.dice.pick(&NOTES), "--field", "Tor=7 'ß'"]);
        }
        if self.dice.percent(10) {
            add(&["--at", ["2026-11-20", "2026-11-23T09:00:00+05:30", "2026-12-24"][self.dice.roll(3)]]);
        }
    }

    /// Groups as they are scanned, mostly of items that an order asks for.
    fn goods(&mut self, items: &[&'static str], come_in: bool) -> Vec<u8> {
        let mut scans: Vec<String> = Vec::new();
        for _ in 0..=usize::from(self.dice.percent(25)) {
            if self.dice.percent(15) {
                scans.push(self.dice.pick(&PLACES).to_owned());
            }
            let item = if self.dice.percent(90) { self.dice.pick(items) } else { self.dice.pick(&ITEMS) };
            let count = 1 + self.dice.roll(2);
            let amount = ["1", "2", "12", "4", "3", "7", "2.5", "0.125"][self.dice.roll(8)].to_owned();
            scans.push(item.to_owned());
            match item {
                "LAPTOP-15" | "TABLET" | "LAP15" => scans.push(count.to_string()),
                "PUMP" => scans.extend([count.to_string(), self.lot().to_owned()]),
                "MILK-1L" | "FLOUR" | "Ölfilter" => scans.extend([amount, self.lot().to_owned()]),
                _ => scans.push(amount),
            }
            if matches!(item, "LAPTOP-15" | "TABLET" | "LAP15" | "PUMP") {
                scans.extend((0..count).map(|_| if come_in { self.new_unit(item) } else { self.unit(Some(item)) }));
            }
        }
        let mut bytes = scans.join("\n").into_bytes();
        match self.dice.roll(40) {
            0 => bytes.extend(b"\n\xFF\xFE\x01"),
            1 => bytes.extend([b"\n".as_slice(), &[b'x'; 5_000]].concat()),
            2 => bytes.extend("\nLAPTOP-15\n2\n日本".as_bytes()),
            _ => {}
        }
        bytes
    }

    /// Mostly one of the first few, so that goods meet again.
    fn lot(&mut self) -> &'static str {
        if self.dice.percent(60) { self.dice.pick(&LOTS[..2]) } else { self.dice.pick(&LOTS) }
    }

    /// A serial that is new, or one of the odd ones.
    fn new_unit(&mut self, item: &'static str) -> String {
        let serial = if self.dice.percent(60) { self.new_name("ü") } else { self.dice.pick(&SERIALS).to_owned() };
        self.units.push((item, serial.clone()));
        serial
    }

    /// A serial that may be there, of an item or of any.
    fn unit(&mut self, item: Option<&str>) -> String {
        let fitting: Vec<&String> =
            self.units.iter().filter(|(of, _)| item.is_none_or(|item| item == *of)).map(|(_, serial)| serial).collect();
        match fitting.is_empty() || self.dice.percent(15) {
            true => self.dice.pick(&SERIALS).to_owned(),
            false => fitting[self.dice.roll(fitting.len())].clone(),
        }
    }

    fn units(&mut self) -> Vec<u8> {
        let count = 1 + self.dice.roll(2);
        let serials: Vec<String> = (0..count).map(|_| self.unit(None)).collect();
        format!("{count}\n{}\n", serials.join("\n")).into_bytes()
    }

    fn scanned(&mut self, words: Vec<&str>, knows_units: bool) -> Step {
        let asked = ORDERED.iter().find(|(order, _)| words.contains(order)).map_or(&ITEMS[..], |(_, items)| items);
        let scans =
            if knows_units && self.dice.percent(30) { self.units() } else { self.goods(asked, words[0] == "receive") };
        Step { words: words.into_iter().map(str::to_owned).collect(), scans, rows: None }
    }

    fn receive(&mut self) -> Step {
        let mut words = vec!["receive", "--to", self.dice.pick(&PLACES)];
        match self.dice.percent(35) {
            true => words.extend(["--po", self.dice.pick(&PURCHASES)]),
            false => words.extend(["--from", self.dice.pick(&SUPPLIERS)]),
        }
        if self.dice.percent(25) {
            words.extend(["--expires", self.dice.pick(&DATES)]);
        }
        if self.dice.percent(15) {
            words.extend(["--allow-over", "--invoice", "R/7 'ü'"]);
        }
        self.scanned(words, false)
    }

    fn transfer(&mut self) -> Step {
        let mut words = vec!["transfer", "--to", self.dice.pick(&PLACES)];
        if self.dice.percent(40) {
            words.extend(["--from", self.dice.pick(&PLACES)]);
        }
        self.scanned(words, true)
    }

    fn of_order(&mut self, command: &'static str) -> Step {
        let mut words = vec![command, self.dice.pick(&SALES)];
        match (command, self.dice.percent(30)) {
            ("release", true) => words.push("--picked"),
            ("allocate", true) => words.extend(["--strategy", "fifo", "--all-or-nothing"]),
            _ => {}
        }
        command_of(&words)
    }

    fn pick(&mut self) -> Step {
        let mut words = vec!["pick", "--so", self.dice.pick(&SALES)];
        if self.dice.percent(80) {
            words.extend(["--to", "wh1/staging"]);
        }
        self.scanned(words, true)
    }

    fn sell(&mut self) -> Step {
        let order = self.dice.pick(&SALES);
        match self.dice.roll(3) {
            0 => command_of(&["sell", "--so", order, "--picked"]),
            1 => self.scanned(vec!["sell", "--so", order], true),
            _ => {
                let words = vec!["sell", "--to", self.dice.pick(&CUSTOMERS), "--from", self.dice.pick(&PLACES)];
                self.scanned(words, true)
            }
        }
    }

    fn hold(&mut self) -> Step {
        let item = self.dice.pick(&ITEMS);
        let number = (1 + self.dice.roll(15 + self.steps.len() / 2)).to_string();
        let serial = self.unit(Some(item));
        let mut words = match self.dice.roll(4) {
            0 => vec!["release-hold", "--hold", &number],
            1 => vec!["release-hold", item],
            _ => vec!["hold", item],
        };
        if words.contains(&item) {
            match self.dice.roll(3) {
                0 => words.extend(["--lot", self.lot()]),
                1 => words.extend(["--serial", &serial]),
                _ => {}
            }
            if self.dice.percent(30) {
                words.extend(["--from-supplier", self.dice.pick(&SUPPLIERS)]);
            }
            if self.dice.percent(15) {
                words.extend(["--received-between", "2026-11-23", "2026-11-23T12:00"]);
            }
        }
        words.extend(["--reason", self.dice.pick(&NOTES[..2])]);
        command_of(&words)
    }

    fn bring_back(&mut self) -> Step {
        let words = match self.dice.roll(4) {
            0 => vec!["return", "--so", self.dice.pick(&SALES), "--to", self.dice.pick(&PLACES)],
            1 => vec!["return", "--from", self.dice.pick(&CUSTOMERS), "--disposition", "scrap"],
            2 => vec!["return", "--disposition", "quarantine"],
            _ => vec!["return", "--to-supplier", self.dice.pick(&SUPPLIERS)],
        };
        self.scanned(words, true)
    }

    /// Of one of the latest, or of something that never was.
    fn undo(&mut self) -> Step {
        let number = (1 + self.dice.roll(15 + self.steps.len() / 2)).to_string();
        command_of(&["undo", &number, "--reason", self.dice.pick(&NOTES[..2])])
    }

    fn master(&mut self) -> Step {
        let new = self.new_name("Neu ß");
        let long = format!("{new} {}", "lang ".repeat(60));
        let name = if self.dice.percent(20) { &long } else { self.dice.pick(&NOTES) };
        let code = if self.dice.percent(50) { &new } else { self.dice.pick(&ITEMS) };
        let track = self.dice.pick(&["none", "lot", "serial", "lot+serial"]);
        match self.dice.roll(6) {
            0 => command_of(&["item", "add", code, "--name", name, "--track", track, "--barcode", &format!("{new}'")]),
            1 => command_of(&["item", "set", self.dice.pick(&ITEMS), "--name", name]),
            2 => command_of(&["item", "set", code, "--track", track, "--scale", "2"]),
            3 => command_of(&["location", "add", if code == new { code } else { self.dice.pick(&PLACES) }]),
            4 => {
                let (code, kind) = (self.dice.pick(&CUSTOMERS), self.dice.pick(&["customer", "supplier"]));
                command_of(&["partner", "add", code, "--kind", kind, "--name", name])
            }
            _ => {
                let line = format!("{}={}", self.dice.pick(&ITEMS), 1 + self.dice.roll(9));
                let (order, customer) = (self.dice.pick(&SALES), self.dice.pick(&CUSTOMERS));
                let order = if self.dice.percent(50) { &new } else { order };
                command_of(&["order", "add", order, "--kind", "sales", "--partner", customer, "--line", &line])
            }
        }
    }

    /// A file with good rows only, or with one row; with both it is tried and not recorded, because an import that is
    /// refused after good rows uses up an operation number on PostgreSQL, which the documentation says.
    fn import(&mut self) -> Step {
        let (new, other) = (self.new_name("Örtchen"), self.new_name("it's"));
        let known = self.dice.pick(&PLACES);
        let (rows, is_mixed) = match self.dice.roll(4) {
            0 => (format!("code,kind\n{new},storage\n\"{other} \"\"x\"\"\",staging\n"), false),
            1 => (format!("code;kind\n{known};storage\n"), false),
            2 => (format!("code,kind\n{new},storage\n{known},storage\n{},cellar\n", new.to_lowercase()), true),
            _ => (format!("code,colour\n{new},blau\n"), false),
        };
        let mut step = command_of(&["import", "locations", "rows.csv"]);
        step.rows = Some(rows);
        if is_mixed {
            step.words.push("--dry-run".to_owned());
        }
        step
    }

    /// What only looks.
    fn look(&mut self) -> Step {
        let (item, place) = (self.dice.pick(&ITEMS), self.dice.pick(&PLACES));
        let (lot, serial, order) = (self.lot(), self.unit(None), self.dice.pick(&SALES));
        let mut step = match self.dice.roll(14) {
            0 => command_of(&["stock"]),
            1 => command_of(&["stock", "--item", item]),
            2 => command_of(&["stock", "--location", place]),
            3 => command_of(&["stock", "--lot", lot]),
            4 => command_of(&["trace", &serial]),
            5 => command_of(&["trace", &serial, "--item", item]),
            6 => command_of(&["trace", lot]),
            7 => command_of(&["trace", order]),
            8 => command_of(&["order", "show", order]),
            9 => command_of(&["order", "list"]),
            10 => command_of(&["item", "list"]),
            11 => command_of(&["location", "list"]),
            12 => command_of(&["log", "--limit", "7"]),
            _ => command_of(&["log", "--all", "--since", "2026-11-21"]),
        };
        if self.dice.percent(60) {
            step.words.push("--json".to_owned());
        }
        step
    }
}

fn command_of(words: &[&str]) -> Step {
    Step { words: words.iter().map(|word| (*word).to_owned()).collect(), scans: Vec::new(), rows: None }
}
