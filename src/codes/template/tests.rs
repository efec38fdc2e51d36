//! Templates, each rule as a table of cases.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn all_values() -> Values<'static> {
    Values {
        date: Some(day("2026-11-25")),
        order: Some("PO-1001"),
        item: Some("MILK"),
        site: Some("WH1"),
        size: Some("L"),
        supplier: Some("ACME"),
        document: Some("INV77"),
    }
}

fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

#[test]
fn fields_are_filled_in() {
    for (text, sequence, number) in [
        ("LTN-{po}-{item}-{site}-{seq:4}", 7, "LTN-PO-1001-MILK-WH1-0007"),
        ("{yymmdd}{seq:3}", 1, "261125001"),
        ("{yyyymmdd}A{seq}", 1, "20261125A1"),
        ("{yyjjj}{seq:4}", 12, "263290012"),
        ("{yy}.{yyyy}.{mm}.{dd}.{jjj}.{ww}.{gggg}.{seq}", 0, "26.2026.11.25.329.48.2026.0"),
        ("{order}/{supplier}/{size}/{document}/{seq}", 3, "PO-1001/ACME/L/INV77/3"),
        ("{{{SEQ}}}", 5, "{5}"),
        ("P{ seq : 2 }", 5, "P05"),
        ("{seq:4}", 12_345, "12345"),
        ("{seq:4}{check:mod10}", 1, "00017"),
        ("952123454321{seq:1}", 3, "9521234543213"),
        ("952123454{seq:3}{check:mod10}", 321, "9521234543213"),
        ("LTN-{seq:4}-{check:luhn}", 7, "LTN-0007-5"),
        ("A12425GABC{seq:10}{check:iso7064-mod37-36}", 1_234_002, "A12425GABC0001234002P"),
        ("S{seq:6}{check:mod97}", u64::MAX, "S1844674407370955161591"),
    ] {
        let template = template(text);
        let made = template.number(&all_values(), sequence).unwrap();
        assert_eq!(made, number, "{text}");
        assert_eq!(template.recognises(&all_values(), &made), Some(sequence), "{text}");
        assert_eq!(template.recognises(&Values::default(), &made), Some(sequence), "{text}");
    }
}

#[test]
fn the_week_has_a_year_of_its_own() {
    for (date, number) in [("2027-01-01", "2026W53-1"), ("2024-12-30", "2025W01-1"), ("2026-11-25", "2026W48-1")] {
        let values = Values { date: Some(day(date)), ..Values::default() };
        assert_eq!(template("{gggg}W{ww}-{seq}").number(&values, 1).unwrap(), number);
    }
}

#[test]
fn what_is_wrong_with_a_template_is_named() {
    for (text, fault) in [
        ("LTN-{site}", TemplateFault::NoSequence),
        ("", TemplateFault::NoSequence),
        ("{{seq}}", TemplateFault::NoSequence),
        ("{seq}-{seq:4}", TemplateFault::SecondSequence),
        ("{lot}-{seq}", TemplateFault::UnknownField("lot".to_owned())),
        ("{}{seq}", TemplateFault::UnknownField(String::new())),
        ("{yy:2}{seq}", TemplateFault::UnknownField("yy:2".to_owned())),
        ("{seq:0}", TemplateFault::SequenceDigits("0".to_owned())),
        ("{seq:19}", TemplateFault::SequenceDigits("19".to_owned())),
        ("{seq:-1}", TemplateFault::SequenceDigits("-1".to_owned())),
        ("{seq}{check:crc}", TemplateFault::UnknownCheck("crc".to_owned())),
        ("{seq}{check:vin}", TemplateFault::UnknownCheck("vin".to_owned())),
        ("{check:luhn}{seq}", TemplateFault::NothingToCheck("luhn")),
        ("A{seq", TemplateFault::NotClosed(2)),
        ("A{se{q}", TemplateFault::NotClosed(2)),
        ("A}{seq}", TemplateFault::NotOpened(2)),
        ("A\u{1b}{seq}", TemplateFault::ControlCharacter),
    ] {
        assert_eq!(Template::parse(text), Err(fault), "{text}");
    }
    assert_eq!(Template::parse(&format!("{}{{seq}}", "A".repeat(120))), Err(TemplateFault::TooLong));
    let message = Template::parse("{lot}{seq}").unwrap_err().to_string();
    assert!(message.starts_with("there is no field {lot}; there are {yymmdd}, "), "{message}");
    assert!(message.contains("{po}") && message.contains("{seq:4}"), "{message}");
    let message = TemplateFault::NotClosed(2).to_string();
    assert_eq!(message, "the { at character 2 has no }; write {{ for the brace itself");
}

#[test]
fn what_may_be_regretted_is_a_warning() {
    for (text, warnings) in [
        ("LTN{yyjjj}{seq:4}", vec![]),
        ("{seq}{check:mod10}", vec![]),
        ("Ltn-{seq}", vec![TemplateWarning::ChangesWithLayout(vec!['t', 'n', '-'])]),
        ("{po}{seq}", vec![TemplateWarning::SequenceTouches("po")]),
        ("A{seq}{item}", vec![TemplateWarning::SequenceTouches("item")]),
        ("1{check:luhn}A{seq}", vec![TemplateWarning::CheckBeforeSequence("luhn")]),
    ] {
        assert_eq!(template(text).warnings(), warnings, "{text}");
    }
}

#[test]
fn a_missing_value_names_its_flag() {
    let none = Values::default();
    for (text, message) in [
        ("{po}-{seq}", "the template needs {po}, and it is not known here; give it with --po"),
        ("{ww}-{seq}", "the template needs {ww}, and it is not known here; give it with --at"),
    ] {
        assert_eq!(template(text).number(&none, 1).unwrap_err().to_string(), message);
        assert_eq!(template(text).scope(&none).unwrap_err().to_string(), message);
    }
    let empty = Values { size: Some(" "), ..none };
    let missing = NumberFault::MissingValue { field: "size", flag: "--size" };
    assert_eq!(template("{size}{seq}").number(&empty, 1), Err(missing));
    assert_eq!(template("A{check:luhn}{seq}").number(&none, 1), Err(NumberFault::NothingToCheck("luhn")));
    let long = "X".repeat(120);
    let long = Values { item: Some(&long), ..none };
    assert_eq!(template("{item}{seq}").number(&long, 1), Err(NumberFault::TooLong(121)));
    let control = Values { item: Some("A\u{1b}B"), ..none };
    assert!(matches!(template("{item}{seq}").number(&control, 1), Err(NumberFault::NotACode(_))));
    let apart = Template::parse("a{seq}\u{308}").unwrap();
    assert!(matches!(apart.number(&none, 1), Ok(_) | Err(NumberFault::ChangesWhenKept { .. })));
}

#[test]
fn a_sequence_is_counted_for_the_rest_of_the_number() {
    let by_day = template("LTN{yyjjj}{seq:4}{check:mod10}");
    let on = |date: &str| by_day.scope(&Values { date: Some(day(date)), ..Values::default() }).unwrap();
    assert_eq!(on("2026-11-25"), "LTN26329{seq}");
    assert_ne!(on("2026-11-25"), on("2026-11-26"));
    let by_site = template("{site}-{seq}-{size}");
    let at = |site, size| by_site.scope(&Values { site: Some(site), size: Some(size), ..Values::default() }).unwrap();
    assert_eq!(at("WH1", "L"), "WH1-{seq}-L");
    assert_ne!(at("WH1", "L"), at("WH1-L", "L"));
    assert_eq!(by_site.fields(), [Field::Site, Field::Size]);
}

#[test]
fn a_strangers_number_is_not_ours() {
    let lot = template("LTN-{yyjjj}-{site}-{seq:4}{check:luhn}");
    let ours = lot.number(&all_values(), 7).unwrap();
    assert_eq!(lot.recognises(&Values::default(), &ours), Some(7));
    let elsewhere = Values { site: Some("WH2"), ..Values::default() };
    assert_eq!(lot.recognises(&elsewhere, &ours), None);
    for stranger in
        ["", "LTN-26329-WH1-0007", "LTN-26400-WH1-00075", "XTN-26329-WH1-00072", "4006381333931", "LTN-26329--0007"]
    {
        assert_eq!(lot.recognises(&Values::default(), stranger), None, "{stranger}");
    }
    for (text, number, sequence) in [
        ("{seq:4}", "0012", Some(12)),
        ("{seq:4}", "12", None),
        ("{seq:4}", "00012", None),
        ("{seq:4}", "99999999999999999999999", None),
        ("{seq}", "+12", None),
        ("{po}-{seq}", "A-1-2", Some(2)),
        ("{po}{seq:4}", "PO100012", Some(12)),
        ("{item}{seq}{site}", "ÄÄ1ÄÄ", Some(1)),
    ] {
        assert_eq!(template(text).recognises(&Values::default(), number), sequence, "{text} {number}");
    }
}

#[test]
fn a_long_text_costs_little() {
    let many = template("{po}{item}{site}{size}{supplier}{document}{po}{item}A{seq}");
    assert_eq!(many.recognises(&Values::default(), &"B".repeat(120)), None);
    assert_eq!(many.recognises(&Values::default(), &"B1".repeat(10_000)), None);
}

fn any_template() -> impl proptest::strategy::Strategy<Value = String> {
    let part = prop_oneof![
        "[A-Z0-9 ./-]{0,3}",
        Just("{{".to_owned()),
        proptest::sample::select(Field::WORDS.to_vec()).prop_map(|(_, word)| format!("{{{word}}}")),
    ];
    let parts = || proptest::collection::vec(part.clone(), 0..5);
    let check = proptest::sample::select(vec!["", "{check:mod10}", "{check:mod97}", "{check:iso7064-mod37-36}"]);
    (parts(), 1_usize..8, parts(), check).prop_map(|(before, digits, after, check)| {
        format!("{}{{seq:{digits}}}{}{check}", before.concat(), after.concat())
    })
}

proptest! {
    #[test]
    fn what_is_made_is_recognised(text in any_template(), sequence: u64) {
        let template = Template::parse(&text).unwrap();
        if let Ok(number) = template.number(&all_values(), sequence) {
            prop_assert_eq!(template.recognises(&all_values(), &number), Some(sequence), "{}", number);
            prop_assert!(template.recognises(&Values::default(), &number).is_some());
            prop_assert!(crate::model::LotCode::new(&number).is_ok_and(|code| code.as_str() == number));
        }
    }

    /// One scope never gives a number twice, also beyond its digits.
    #[test]
    fn two_sequences_make_two_numbers(text in any_template(), one: u64, other: u64) {
        let template = Template::parse(&text).unwrap();
        if let (Ok(first), Ok(second)) = (template.number(&all_values(), one), template.number(&all_values(), other)) {
            prop_assert_eq!(first == second, one == other);
        }
    }

    #[test]
    fn any_text_is_a_template_or_named(text in "\\PC{0,40}|[{}a-z:0-9]{0,12}\\{seq\\}[{}A-Z]{0,9}", other in "\\PC{0,40}") {
        match Template::parse(&text) {
            Ok(template) => {
                let _ = (template.warnings(), template.scope(&all_values()), template.recognises(&all_values(), &other));
            }
            Err(fault) => prop_assert!(!fault.to_string().chars().any(char::is_control)),
        }
    }
}
