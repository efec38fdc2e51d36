//! Patterns: their tables, their faults, and makers' numbers by the fixtures.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn today() -> NaiveDate {
    "2026-11-25".parse().unwrap()
}

fn definition(regex: &str, tables: &str, check: &str) -> Definition {
    Definition {
        name: "test".to_owned(),
        applies_to: "ACME".to_owned(),
        regex: regex.to_owned(),
        tables: tables.to_owned(),
        check: check.to_owned(),
        ..Definition::default()
    }
}

fn pattern(regex: &str, tables: &str, check: &str) -> Pattern {
    Pattern::parse(&definition(regex, tables, check)).unwrap()
}

fn fixtures() -> Vec<Definition> {
    let text = include_str!("../../../fixtures/patterns.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    assert!(headers.iter().eq(Definition::COLUMNS.iter().map(|(name, _)| *name)));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let definition = |row: &csv::StringRecord| {
        let cell =
            |column: &str| headers.iter().position(|name| name == column).and_then(|at| row.get(at)).unwrap_or("");
        Definition::from_row(cell).unwrap()
    };
    rows.iter().map(definition).collect()
}

#[test]
fn every_pattern_of_the_fixtures_is_proven_by_its_examples() {
    let definitions = fixtures();
    assert!(definitions.len() >= 6);
    for definition in &definitions {
        let pattern = definition.proven(today()).unwrap_or_else(|fault| panic!("{}: {fault}", definition.name));
        assert!(!definition.note.is_empty(), "{} has no source", definition.name);
        assert_eq!(pattern.definition(), definition);
    }
}

#[test]
fn makers_numbers_say_what_they_are() {
    let patterns: Vec<_> = fixtures().iter().map(|definition| definition.proven(today()).unwrap()).collect();
    let decoded = |name: &str, number: &str| {
        let pattern = patterns.iter().find(|pattern| pattern.definition().name == name).unwrap();
        pattern.decode(number, today()).map(|decoded| {
            let made = decoded.made.map(|made| made.to_string()).unwrap_or_default();
            let text = |text: Option<String>| text.unwrap_or_default();
            let further: Vec<_> = decoded.further.iter().map(|(name, value)| format!("{name}={value}")).collect();
            [
                text(decoded.maker),
                text(decoded.model),
                made,
                text(decoded.plant),
                text(decoded.sequence),
                further.join(" "),
            ]
        })
    };
    for (name, number, says) in [
        ("vin-2010", "1SCRL9TC6KP042788", ["1SC", "RL9TC", "", "P", "042788", "model year=2019"]),
        ("vin-1980", "1M8GDM9AXKP042788", ["1M8", "GDM9A", "", "P", "042788", "model year=1989"]),
        ("vin-1980", "1G4AH59H45G118341", ["1G4", "AH59H", "", "G", "118341", "model year=2005"]),
        ("imei", "490154203237518", ["", "49015420", "", "", "323751", ""]),
        ("container", "CSQU3054383", ["", "", "", "", "305438", "owner=CSQ category=freight container"]),
        ("tyre", "DOT 1AB C2D3E4 0526", ["", "C2D3E4", "2026-W05", "1AB", "", ""]),
        ("hp-calculator", "SG60100123", ["HP", "", "2026-W01", "", "00123", "country=Singapore"]),
        ("hp-calculator", "SG65200123", ["HP", "", "2016-W52", "", "00123", "country=Singapore"]),
        ("hp-calculator", "PL40100123", ["HP", "", "2024-W01", "", "00123", "country=PL"]),
        ("gibson", "70108276", ["GIBSON", "", "1978-01-10", "", "276", ""]),
        ("gibson", "036600001", ["GIBSON", "", "2000-12-31", "", "001", "batch=0"]),
        ("fender-us", "US10123456", ["FENDER", "", "2010", "", "123456", ""]),
        ("canon-date-code", "UV1204", ["CANON", "", "2007-12", "Utsunomiya, Japan", "", "internal=04"]),
        ("canon-date-code", "OA03", ["CANON", "", "2012-03", "Oita, Japan", "", ""]),
        ("apple-12", "C02L13ECF8J2", ["APPLE", "F8J2", "2013-W27", "C02", "3EC", ""]),
        ("apple-12", "C02KF3ECF8J2", ["APPLE", "F8J2", "2013-W12", "C02", "3EC", ""]),
    ] {
        assert_eq!(decoded(name, number), Ok(says.map(str::to_owned)), "{name} {number}");
    }
    for (name, number, mismatch) in [
        ("vin-1980", "1M8GDM9A1KP042788", Mismatch::WrongCheck { found: "1".to_owned(), expected: "X".to_owned() }),
        ("vin-2010", "1G4AH59H45G118341", Mismatch::OtherForm),
        ("imei", "490154203237581", Mismatch::WrongCheck { found: "1".to_owned(), expected: "3".to_owned() }),
        ("container", "CSQU3054384", Mismatch::WrongCheck { found: "4".to_owned(), expected: "3".to_owned() }),
        ("tyre", "1ABC2D3E45426", Mismatch::NoSuchDay),
        ("tyre", "1ABC2D3E45526", Mismatch::NotADate { group: "week", value: "55".to_owned() }),
        ("gibson", "70008276", Mismatch::NotADate { group: "day", value: "000".to_owned() }),
        ("gibson", "73678276", Mismatch::NotADate { group: "day", value: "367".to_owned() }),
        ("fender-us", "US1012345", Mismatch::OtherForm),
        ("fender-us", "XUS10123456", Mismatch::OtherForm),
        ("fender-us", "US10123456 ", Mismatch::OtherForm),
    ] {
        assert_eq!(decoded(name, number), Err(mismatch), "{name} {number}");
    }
}

#[test]
fn a_short_year_is_the_latest_that_is_not_after_today() {
    let table = "month: 1=1 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9 X=10 Y=11 Z=12";
    for (regex, tables, number, made) in [
        (r"(?<year>\d)", "", "6", "2026"),
        (r"(?<year>\d)", "", "7", "2017"),
        (r"(?<year>\d\d)", "", "77", "1977"),
        (r"(?<year>\d{4})", "", "2020", "2020"),
        (r"(?<year>\d)(?<month>.)", table, "6Y", "2026-11"),
        (r"(?<year>\d)(?<month>.)", table, "6Z", "2016-12"),
        (r"(?<year>\d)(?<month>\d\d)(?<day>\d\d)", "", "61125", "2026-11-25"),
        (r"(?<year>\d)(?<month>\d\d)(?<day>\d\d)", "", "61126", "2016-11-26"),
        (r"(?<year>\d)(?<day>\d{3})", "", "6366", "2016-12-31"),
        (r"(?<year>\d)(?<week>\d\d)", "", "648", "2026-W48"),
        (r"(?<year>[AB])", "year: A=1986/2012 B=1990/2040", "A", "2012"),
        (r"(?<year>[AB])", "year: A=1986/2012 B=1990/2040", "B", "1990"),
        (r"(?<year>.)(?<week>\d)", "year: H=2012+26", "H2", "2012-W28"),
        (r"(?<month>\d)", "", "6", ""),
    ] {
        let decoded = pattern(regex, tables, "").decode(number, today());
        let decoded = decoded.unwrap().made.map(|made| made.to_string()).unwrap_or_default();
        assert_eq!(decoded, made, "{regex} {number}");
    }
    let leap_day = pattern(r"(?<year>\d\d)(?<month>\d\d)(?<day>\d\d)", "", "").decode("260229", today());
    assert_eq!(leap_day, Err(Mismatch::NoSuchDay));
    // Tomorrow is no day of a hundred years ago.
    let tomorrow = pattern(r"(?<year>\d\d)(?<day>\d{3})", "", "").decode("26330", today());
    assert_eq!(tomorrow, Err(Mismatch::NoSuchDay));
}

#[test]
fn a_pattern_fits_whole_numbers_only() {
    for regex in ["A|AB|ABC", "^(A|AB|ABC)$", "(?<model>A|AB|ABC)"] {
        let pattern = pattern(regex, "", "");
        for number in ["A", "AB", "ABC"] {
            assert!(pattern.decode(number, today()).is_ok(), "{regex} {number}");
        }
        for number in ["", "XA", "ABCD", "A\n", "\nA", "A\nB"] {
            assert_eq!(pattern.decode(number, today()), Err(Mismatch::OtherForm), "{regex} {number:?}");
        }
    }
    assert_eq!(pattern("(?m)^A$", "", "").decode("A\nB", today()), Err(Mismatch::OtherForm));
    assert!(pattern(r"\d", "", "").decode("٣", today()).is_err());
}

#[test]
fn pieces_of_a_group_are_joined_and_tables_decode_them() {
    let decoded = pattern(
        r"(?<year2>\d)-(?<plant>\w)-(?<year1>\d)(?<colour>\w)?",
        "plant: C=Cork, Ireland *=; colour: R=red",
        "",
    );
    let decoded = decoded.decode("1-C-2R", today()).unwrap();
    assert_eq!(decoded.made, Some(Made::Year(2021)));
    assert_eq!(decoded.plant.as_deref(), Some("Cork, Ireland"));
    assert_eq!(decoded.further, [("colour".to_owned(), "red".to_owned())]);
    let strict = pattern(r"(?<plant>\w)", "plant: C=Cork", "");
    let mismatch = Mismatch::NotInTable { group: "plant".to_owned(), value: "D".to_owned() };
    assert_eq!(strict.decode("D", today()), Err(mismatch));
    let checked = pattern(r"X(?<checked>\d+)/(?<check>\d)/(?<sequence>\d)", "", "luhn");
    assert!(checked.decode("X7992739871/3/5", today()).is_ok());
}

#[test]
fn what_is_wrong_with_a_pattern_is_named() {
    let text = str::to_owned;
    for (regex, tables, check, fault) in [
        ("", "", "", PatternFault::NoRegex),
        ("AB(CD", "", "", PatternFault::Regex { right_up_to: 2, reason: text("found open group without closing ')'") }),
        ("ä)", "", "", PatternFault::Regex { right_up_to: 1, reason: text("found closing ')' without matching '('") }),
        ("A[Z-A]", "", "", PatternFault::Regex { right_up_to: 1, reason: String::new() }),
        (
            r"(?<a>x)(?<a>y)",
            "",
            "",
            PatternFault::Regex { right_up_to: 7, reason: text("duplicate capture group name") },
        ),
        (r"(x)\1", "", "", PatternFault::Regex { right_up_to: 3, reason: text("backreferences are not supported") }),
        (r"(?:\w{1000}){1000}", "", "", PatternFault::Regex { right_up_to: 12, reason: String::new() }),
        ("(?x)A # all", "", "", PatternFault::CannotBeAnchored),
        (
            "A",
            "year: A=2010",
            "",
            PatternFault::TableWithoutGroup { group: text("year"), groups: text("no named groups") },
        ),
        (
            "(?<plant>A)(?<year1>B)",
            "day: A=1",
            "",
            PatternFault::TableWithoutGroup { group: text("day"), groups: text("the groups plant, year") },
        ),
        ("(?<plant>A)", "plant: A=B; plant: C=D", "", PatternFault::SecondTable(text("plant"))),
        ("(?<plant>A)", "plant: A=B A=C", "", PatternFault::SecondKey { group: text("plant"), key: text("A") }),
        ("(?<plant>A)", "plant A=B", "", PatternFault::TableForm(text("plant A=B"))),
        ("(?<plant>A)", "plant: A", "", PatternFault::TableForm(text("plant: A"))),
        ("(?<plant>A)", "plant:", "", PatternFault::TableForm(text("plant:"))),
        ("(?<plant>A)", "plant: =B", "", PatternFault::TableForm(text("plant: =B"))),
        (
            "(?<month>A)",
            "month: A=13",
            "",
            PatternFault::TableValue {
                group: text("month"),
                key: text("A"),
                value: text("13"),
                expected: "a month from 1 to 12",
            },
        ),
        ("A", "", "luhn", PatternFault::CheckWithoutGroup),
        ("(?<check>A)", "", "", PatternFault::GroupWithoutCheck),
        ("(?<check>A)", "", "crc\u{1b}", PatternFault::UnknownCheck(text(r"crc\x1B"))),
    ] {
        let found = Pattern::parse(&definition(regex, tables, check)).unwrap_err();
        match (&found, &fault) {
            (PatternFault::Regex { right_up_to: found, .. }, PatternFault::Regex { right_up_to, reason })
                if reason.is_empty() =>
            {
                assert_eq!(found, right_up_to, "{regex}");
            }
            _ => assert_eq!(found, fault, "{regex}"),
        }
        assert!(!found.to_string().chars().any(char::is_control));
    }
    assert_eq!(Pattern::parse(&Definition::default()).unwrap_err(), PatternFault::NoName);
    let long = "A".repeat(MOST_REGEX_CHARACTERS + 1);
    assert_eq!(Pattern::parse(&definition(&long, "", "")).unwrap_err(), PatternFault::RegexTooLong);
}

#[test]
fn an_example_must_fit() {
    let with_example = |example: &str| Definition { example: example.to_owned(), ..definition(r"A\d", "", "") };
    assert_eq!(with_example(" ; ").proven(today()).unwrap_err(), PatternFault::NoExample);
    assert!(with_example("A1; A2").proven(today()).is_ok());
    let fault = with_example("A1;B2").proven(today()).unwrap_err();
    assert_eq!(fault.to_string(), "the example B2 does not fit: it is not of the form of such numbers");
    let unknown = Definition::from_row(|column| if column == "of" { "box" } else { "" }).unwrap_err();
    assert_eq!(unknown, PatternFault::UnknownNumbered("box".to_owned()));
}

/// An expression that makes other engines try every way to cut the text.
#[test]
fn no_expression_makes_a_match_slow() {
    let pattern = pattern(r"(?<model>(a*)*)*(a|aa)+b", "", "");
    assert_eq!(pattern.decode(&"a".repeat(4_000), today()), Err(Mismatch::OtherForm));
    assert_eq!(pattern.decode(&"a".repeat(1_000_000), today()), Err(Mismatch::OtherForm));
}

proptest! {
    #[test]
    fn any_definition_and_number_is_answered(
        regex in r"\PC{0,20}|(\(\?<(year|month|day|week|check|plant)[12]?>(\\d|[A-Z.])[+*]?\)){1,5}",
        tables in r"\PC{0,20}|(year|plant|week): ([A-C]=(20[0-9]{2}|[0-9]) ){1,3}",
        check in r"|luhn|vin|\PC{0,5}",
        number in r"[0-9A-C]{0,12}|\PC{0,20}",
    ) {
        match Pattern::parse(&definition(&regex, &tables, &check)) {
            Ok(pattern) => match pattern.decode(&number, today()) {
                Ok(decoded) => {
                    let first = decoded.made.and_then(Made::first_day);
                    prop_assert!(first.is_none_or(|first| first <= today()));
                    prop_assert_eq!(decoded.made.is_some(), first.is_some());
                }
                Err(mismatch) => prop_assert!(!mismatch.to_string().chars().any(char::is_control)),
            },
            Err(fault) => prop_assert!(!fault.to_string().chars().any(char::is_control)),
        }
    }

    /// What was put in comes out, for every day of 49 years.
    #[test]
    fn days_are_read_back(days in 0_i64..17_897) {
        let day = today() - chrono::TimeDelta::days(days);
        for (regex, format) in [
            (r"(?<year>\d\d)(?<month>\d\d)(?<day>\d\d)", "%y%m%d"),
            (r"(?<year>\d\d)(?<day>\d{3})", "%y%j"),
            (r"(?<day>\d\d)\.(?<month>\d\d)\.(?<year>\d{4})", "%d.%m.%Y"),
        ] {
            let number = day.format(format).to_string();
            prop_assert_eq!(pattern(regex, "", "").decode(&number, today()).unwrap().made, Some(Made::Day(day)));
        }
    }
}
